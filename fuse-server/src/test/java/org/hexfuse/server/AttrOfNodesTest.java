package org.hexfuse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.Timespec;
import org.junit.jupiter.api.Test;

/** The attributes of new nodes, and after a SETATTR, as Linux's own filesystems make them. */
class AttrOfNodesTest {
    private static final Caller ANNA = new Caller(1000, 100, 42);
    private static final Timespec NOW = new Timespec(1_000_000, 5);
    private static final Attr FILE = Attr.of(FileType.REGULAR, 06755).size(5000).owner(7, 8).build();

    private static Attr created(int mode, Attr directory) {
        return Attr.ofNew(mode, MkNod.of(1, Name.of("f"), mode, 0).withCaller(ANNA), directory).build();
    }

    @Test void aNewNodeBelongsToItsCallerAndHasThePresentTime() {
        Instant before = Instant.now().minusMillis(1);
        Attr attr = created(FileType.REGULAR.mode() | 0640, Attr.directory(0755));
        assertThat(attr.uid()).isEqualTo(1000);
        assertThat(attr.gid()).isEqualTo(100);
        assertThat(attr.mode()).isEqualTo(0100640);
        assertThat(attr.nlink()).isEqualTo(1);
        assertThat(attr.mtime().toInstant()).isAfter(before);
        assertThat(attr.atime()).isEqualTo(attr.mtime()).isEqualTo(attr.ctime());
    }

    @Test void aModeWithoutATypeIsARegularFile() {
        assertThat(created(0600, Attr.directory(0755)).mode()).isEqualTo(0100600);
    }

    @Test void nodesInASetGroupIdDirectoryHaveItsGroupAndDirectoriesInheritTheBit() {
        Attr shared = Attr.of(FileType.DIRECTORY, 02777).owner(0, 2000).build();
        assertThat(created(FileType.REGULAR.mode() | 0640, shared).gid()).isEqualTo(2000);
        assertThat(created(FileType.REGULAR.mode() | 0640, shared).mode()).isEqualTo(0100640);
        assertThat(created(FileType.DIRECTORY.mode() | 0755, shared).mode()).isEqualTo(0042755);
        assertThat(created(FileType.DIRECTORY.mode() | 0755, shared).nlink()).isEqualTo(2);
    }

    @Test void aChangeSetsWhatItHasAndTheTimeOfChange() {
        Timespec time = new Timespec(5, 6);
        Attr after = SetAttr.of(2).withMode(0100600).withMtime(time).applyTo(FILE, NOW);
        assertThat(after.mode()).isEqualTo(0100600);
        assertThat(after.mtime()).isEqualTo(time);
        assertThat(after.ctime()).isEqualTo(NOW);
        assertThat(after.uid()).isEqualTo(7);
        assertThat(after.size()).isEqualTo(5000);
    }

    @Test void aChangeOfSizeSetsBlocksAndTheTimeOfModification() {
        Attr after = SetAttr.of(2).withSize(513).applyTo(FILE, NOW);
        assertThat(after.size()).isEqualTo(513);
        assertThat(after.blocks()).isEqualTo(2);
        assertThat(after.mtime()).isEqualTo(NOW);
        assertThat(after.mode()).isEqualTo(FILE.mode());
    }

    @Test void aChangeOfOwnerClearsTheBitsThatGivePrivilegesExceptOfDirectories() {
        assertThat(SetAttr.of(2).withOwner(1).applyTo(FILE, NOW).mode()).isEqualTo(0100755);
        Attr locking = FILE.toBuilder().mode(0106644).build();
        assertThat(SetAttr.of(2).withGroup(1).applyTo(locking, NOW).mode()).isEqualTo(0102644);
        Attr directory = Attr.directory(06755);
        assertThat(SetAttr.of(2).withGroup(1).applyTo(directory, NOW)).satisfies(attr -> {
            assertThat(attr.mode()).isEqualTo(directory.mode());
            assertThat(attr.gid()).isEqualTo(1);
        });
    }

    @Test void savedAttributesAreTheSame() throws IOException {
        Attr plain = Attr.file(0640, 5);
        Attr all = Attr.of(FileType.CHARACTER_DEVICE, 07777).ino(-2).size(Long.MAX_VALUE).blocks(7).nlink(3)
                .owner(-1, 9).rdev(-5).blockSize(512).times(new Timespec(-1, 1), new Timespec(2, 2), new Timespec(3, 3))
                .btime(new Timespec(4, 4)).timeout(Duration.ofSeconds(5, 6)).build();
        var bytes = new ByteArrayOutputStream();
        plain.save(new DataOutputStream(bytes));
        all.save(new DataOutputStream(bytes));
        var in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        assertThat(Attr.restore(in)).isEqualTo(plain);
        assertThat(Attr.restore(in)).isEqualTo(all);
        byte[] garbage = new byte[200];
        Arrays.fill(garbage, (byte) -1);
        assertThatThrownBy(() -> Attr.restore(new DataInputStream(new ByteArrayInputStream(garbage))))
                .isInstanceOf(IOException.class);
    }
}
