package org.hexfuse.examples.memory;

import static org.hexfuse.examples.memory.TreeFixture.assertFails;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.server.FuseFileSystem.ROOT;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.Attr;
import org.hexfuse.abi.Caller;
import org.hexfuse.server.Create;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.Forget;
import org.hexfuse.server.GetXattr;
import org.hexfuse.server.Listing;
import org.hexfuse.server.Lock;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.MkDir;
import org.hexfuse.server.Read;
import org.hexfuse.server.ReadDir;
import org.hexfuse.server.ReadLink;
import org.hexfuse.server.Rename;
import org.hexfuse.server.Session;
import org.hexfuse.server.SetAttr;
import org.hexfuse.server.SetXattr;
import org.hexfuse.server.SymLink;
import org.hexfuse.server.Write;
import org.junit.jupiter.api.Test;

/** The filesystem's methods, called with operations made by hand: no kernel, no transport, no session. */
class MemoryOperationsTest {
    private static final Caller ANNA = new Caller(1000, 100, 42);

    private final MemoryFileSystem fileSystem = new MemoryFileSystem(1 << 20, 100);

    private Entry create(String name) {
        return fileSystem.create(Create.of(ROOT, Name.of(name), 0, 0100644).withCaller(ANNA)).entry();
    }

    private String read(long node, long offset, int size) {
        byte[] bytes = new byte[size];
        DataReply out = DataReply.into(bytes);
        fileSystem.read(Read.of(node, 0, offset, size), out);
        return new String(bytes, 0, (int) out.written(), UTF_8);
    }

    @Test void aNewFileBelongsToTheCaller() {
        Attr attr = create("a").attr();
        assertThat(attr.uid()).isEqualTo(1000);
        assertThat(attr.gid()).isEqualTo(100);
        assertThat(attr.mode()).isEqualTo(0100644);
    }

    @Test void whatIsWrittenIsRead() {
        long node = create("a").node();
        assertThat(fileSystem.write(Write.of(node, 0, 2, "Hello".getBytes(UTF_8)))).isEqualTo(5);
        assertThat(read(node, 2, 100)).isEqualTo("Hello");
        assertThat(read(node, 3, 2)).isEqualTo("el");
    }

    @Test void attributesThatAreNotSetStay() {
        long node = create("a").node();
        Attr attr = fileSystem
                .setattr(SetAttr.of(node).withMode(0100600).withOwner(7).withMtime(new Timespec(5, 6)));
        assertThat(attr.mode()).isEqualTo(0100600);
        assertThat(attr.uid()).isEqualTo(7);
        assertThat(attr.gid()).isEqualTo(100);
        assertThat(attr.mtime()).isEqualTo(new Timespec(5, 6));
        assertThat(fileSystem.setattr(SetAttr.of(node).withSize(9)).size()).isEqualTo(9);
    }

    @Test void aNameIsMovedBetweenDirectories() {
        long directory = fileSystem.mkdir(MkDir.of(ROOT, Name.of("d"), 0755)).node();
        long node = create("a").node();
        fileSystem.rename(Rename.of(ROOT, Name.of("a"), directory, Name.of("b")));
        assertThat(fileSystem.lookup(Lookup.of(directory, Name.of("b"))).node()).isEqualTo(node);
        assertThat(fileSystem.lookup(Lookup.of(ROOT, Name.of("a"))).node()).isZero();
        create("a");
        assertFails(Errno.EEXIST, () -> fileSystem
                .rename(Rename.of(ROOT, Name.of("a"), directory, Name.of("b")).withFlags(Rename.NOREPLACE)));
    }

    @Test void aDirectoryListsItsEntriesBothWays() {
        create("a");
        create("b");
        var names = new Listing();
        fileSystem.readdir(ReadDir.of(ROOT, 0), names);
        assertThat(names.names()).containsExactly(".", "..", "a", "b");
        var entries = new Listing();
        fileSystem.readdirplus(ReadDir.of(ROOT, 0), entries);
        assertThat(entries.items().get(2).entry().orElseThrow().attr().uid()).isEqualTo(1000);
        assertThat(entries.items().get(0).entry()).isEmpty();
        fileSystem.forget(Forget.of(entries.items().get(2).ino(), 1));
    }

    @Test void linksAndAttributesKeepTheirValues() {
        long link = fileSystem.symlink(SymLink.of(ROOT, Name.of("l"), Name.of("to/here"))).node();
        assertThat(fileSystem.readlink(ReadLink.of(link))).hasToString("to/here");
        long node = create("a").node();
        fileSystem.setxattr(SetXattr.of(node, Name.of("user.x"), new byte[]{1, 2}, 0));
        assertThat(fileSystem.getxattr(GetXattr.of(node, Name.of("user.x")))).containsExactly(1, 2);
    }

    @Test void locksOfTwoSessionsConflict() throws Exception {
        long node = create("a").node();
        Lock lock = Lock.of(node, 1, 5, LockRange.of(LockType.WRITE, 0, 9));
        fileSystem.setlk(lock);
        fileSystem.setlk(lock);
        Session other = Session.detached();
        assertFails(Errno.EAGAIN, () -> fileSystem.setlk(lock.withSession(other)));
        fileSystem.setlk(lock.withSession(other).withFlock(true).withRange(LockRange.whole(LockType.WRITE)));
        assertThat(fileSystem.getlk(lock.withSession(other)).type()).isEqualTo(LockType.WRITE);
        fileSystem.destroy(lock.session());
        fileSystem.setlk(lock.withSession(other));
    }
}
