package org.hexfuse.vfs;

import org.hexfuse.vfs.cache.CacheClock;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.cache.InodeTable;
import org.hexfuse.vfs.inode.NodeRequests;
import org.hexfuse.vfs.mount.Superblock;
import org.hexfuse.vfs.notify.NotificationHandler;
import org.hexfuse.vfs.notify.PollTable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.transport.Span;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Notifications of the server, and what they invalidate. */
class NotificationsTest {
    private static final Name A = Name.of("a");
    private static final Name F = Name.of("f");

    private final StandInServer server = new StandInServer();
    private final DentryCache dentries = new DentryCache(100, CacheClock.SYSTEM);
    private final InodeTable inodes = dentries.inodes();
    private final PollTable polls = new PollTable();
    private final NotificationHandler sink = new NotificationHandler(dentries, polls);
    private final Superblock superblock = new Superblock(server, dentries, polls, VfsOptions.DEFAULT);
    private final NodeRequests requests = new NodeRequests(superblock, Credentials.ROOT);
    private Node directory;
    private Node file;
    private Inode directoryInode;
    private Inode fileInode;

    @BeforeEach void fill() {
        directory = server.directory(server.root, "a");
        file = server.file(directory, "f");
        file.size = 10;
        server.entrySeconds = 60;
        server.attributeSeconds = 60;
        directoryInode = requests.lookup(inodes.root(), A);
        fileInode = requests.lookup(directoryInode, F);
    }

    private void leave() {
        inodes.release(fileInode);
        inodes.release(directoryInode);
    }

    @Test void aParentThatIsNoDirectoryIsEnotdir() {
        assertThat(sink.invalidateEntry(file.number, A, false)).isEqualTo(Errno.ENOTDIR);
        assertThat(sink.delete(file.number, 0, A)).isEqualTo(Errno.ENOTDIR);
    }

    @Test void aParentThatIsNotCachedIsEnoent() {
        assertThat(sink.invalidateEntry(4711, A, false)).isEqualTo(Errno.ENOENT);
        assertThat(sink.invalidateEntry(1, F, false)).isEqualTo(Errno.ENOENT);
    }

    @Test void aDentryOfAnotherNodeIsInvalidatedToo() {
        assertThat(sink.delete(1, 99, A)).isEqualTo(Errno.ENOENT);
        assertThat(dentries.find(inodes.root(), A)).isEmpty();
    }

    @Test void aNegativeDentryIsDeleted() {
        dentries.enterNegative(inodes.root(), F, System.nanoTime() + 60_000_000_000L, inodes.attributes().version());
        assertThat(sink.delete(1, 99, F)).isEqualTo(Errno.OK);
        assertThat(dentries.find(inodes.root(), F)).isEmpty();
    }

    @Test void aDirectoryWithAnInodeInUseIsNotEmpty() {
        assertThat(sink.delete(1, directory.number, A)).isEqualTo(Errno.ENOTEMPTY);
        assertThat(dentries.find(inodes.root(), A)).isEmpty();
    }

    @Test void aDirectoryWithoutAnInodeInUseIsEmpty() {
        leave();
        assertThat(sink.delete(1, directory.number, A)).isEqualTo(Errno.OK);
        assertThat(server.isForgotten()).isTrue();
    }

    @Test void dentriesBelowAnExpiredOneStayCached() {
        assertThat(sink.invalidateEntry(1, A, true)).isEqualTo(Errno.OK);
        assertThat(dentries.find(inodes.root(), A)).isEmpty();
        assertThat(dentries.find(directoryInode, F)).isPresent().hasValueSatisfying(inodes::release);
    }

    private static Span data(int length) {
        return new Span().set(MemorySegment.ofArray(new byte[length]), 0, length);
    }

    @Test void storedDataExtendsAFileAndNeverTruncatesIt() {
        assertThat(sink.store(file.number, 0, data(5))).isEqualTo(Errno.OK);
        assertThat(requests.attributes(fileInode).size()).isEqualTo(10);
        assertThat(sink.store(file.number, 100, data(5))).isEqualTo(Errno.OK);
        assertThat(requests.attributes(fileInode).size()).isEqualTo(105);
    }

    @Test void dataForADirectoryIsRefused() {
        assertThat(sink.store(directory.number, 0, data(5))).isEqualTo(Errno.EINVAL);
        assertThat(sink.store(4711, 0, data(5))).isEqualTo(Errno.ENOENT);
        assertThat(sink.store(file.number, Long.MAX_VALUE, data(5))).isEqualTo(Errno.OK);
        assertThat(requests.attributes(fileInode).size()).isEqualTo(10);
    }

    @Test void noDataIsRetrieved() {
        MemorySegment target = MemorySegment.ofArray(new byte[5]);
        assertThat(sink.retrieve(file.number, 0, target)).isZero();
        FuseException unknown = catchThrowableOfType(FuseException.class, () -> sink.retrieve(4711, 0, target));
        assertThat(unknown.errno()).isEqualTo(Errno.ENOENT);
        FuseException wrong = catchThrowableOfType(FuseException.class,
                () -> sink.retrieve(directory.number, 0, target));
        assertThat(wrong.errno()).isEqualTo(Errno.EINVAL);
    }

    @Test void aLocalSizeSurvivesAnInvalidation() {
        server.flags |= InitFlag.WRITEBACK_CACHE.mask();
        inodes.attributes().written(fileInode, 500);
        assertThat(sink.invalidateNode(file.number, 0, 0)).isEqualTo(Errno.OK);
        assertThat(requests.attributes(fileInode).size()).isEqualTo(500);
    }
}
