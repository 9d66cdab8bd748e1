package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.OpenFlag.READ;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.vfs.Stat;
import org.junit.jupiter.api.Test;

/** {@code mknod(2)}: FIFOs, sockets and devices. */
public interface SpecialFileContract extends PosixFixture {
    /** Device 259:70000, which needs more bits than old encodings have. */
    int DEVICE = (70_000 & 0xff) | 259 << 8 | (70_000 & ~0xff) << 12;

    private Stat mknod(FileType type, int device) {
        needs(PosixFeature.SPECIAL_FILES);
        fs().mknod(at("n"), type.mode() | 0666, device);
        return fs().lstat(at("n"));
    }

    @Test default void mknodMakesARegularFile() {
        fs().mknod(at("n"), FileType.REGULAR.mode() | 0640, 0);
        assertThat(fs().stat(at("n")).isRegular()).isTrue();
        assertThat(fs().stat(at("n")).permissions()).isEqualTo(0640);
        fs().mknod(at("m"), 0600, 0);
        assertThat(fs().stat(at("m")).isRegular()).isTrue();
    }

    @Test default void mknodMakesAFifo() {
        Stat stat = mknod(FileType.FIFO, 0);
        assertThat(stat.type()).isEqualTo(FileType.FIFO);
        assertThat(stat.permissions()).isEqualTo(0644);
        assertThat(stat.size()).isZero();
    }

    @Test default void mknodMakesASocket() {
        assertThat(mknod(FileType.SOCKET, 0).type()).isEqualTo(FileType.SOCKET);
        fails(Errno.ENXIO, () -> fs().open(at("n"), READ));
    }

    @Test default void mknodMakesACharacterDevice() {
        Stat stat = mknod(FileType.CHARACTER_DEVICE, DEVICE);
        assertThat(stat.type()).isEqualTo(FileType.CHARACTER_DEVICE);
        assertThat(stat.rdev()).isEqualTo(DEVICE);
    }

    @Test default void mknodMakesABlockDevice() {
        Stat stat = mknod(FileType.BLOCK_DEVICE, DEVICE);
        assertThat(stat.type()).isEqualTo(FileType.BLOCK_DEVICE);
        assertThat(stat.rdev()).isEqualTo(DEVICE);
    }

    @Test default void filesHaveNoDeviceNumber() {
        assertThat(fs().stat(file("f", "")).rdev()).isZero();
        assertThat(fs().stat(directory("d")).rdev()).isZero();
    }

    @Test default void onlyRootMakesDevices() {
        needs(PosixFeature.SPECIAL_FILES);
        fails(Errno.EPERM, () -> alice().mknod(at("c"), FileType.CHARACTER_DEVICE.mode() | 0666, DEVICE));
        fails(Errno.EPERM, () -> alice().mknod(at("b"), FileType.BLOCK_DEVICE.mode() | 0666, DEVICE));
        alice().mknod(at("p"), FileType.FIFO.mode() | 0666, 0);
        alice().mknod(at("f"), FileType.REGULAR.mode() | 0666, 0);
        assertThat(names(at(""))).containsExactlyInAnyOrder("p", "f");
    }

    @Test default void mknodMakesNoDirectory() {
        fails(Errno.EPERM, () -> fs().mknod(at("d"), FileType.DIRECTORY.mode() | 0755, 0));
    }

    @Test default void mknodFailsIfTheNameExists() {
        file("f", "content");
        fails(Errno.EEXIST, () -> fs().mknod(at("f"), FileType.REGULAR.mode() | 0600, 0));
        fails(Errno.ENOENT, () -> fs().mknod(at("d/f"), FileType.REGULAR.mode() | 0600, 0));
        fails(Errno.ENOENT, () -> fs().mknod(at("n/"), FileType.REGULAR.mode() | 0600, 0));
        assertThat(content(at("f"))).isEqualTo("content");
    }

    @Test default void specialFilesAreRenamedLinkedAndUnlinked() {
        mknod(FileType.FIFO, 0);
        fs().rename(at("n"), at("m"));
        assertThat(fs().lstat(at("m")).type()).isEqualTo(FileType.FIFO);
        fs().chmod(at("m"), 0600);
        assertThat(fs().lstat(at("m")).mode()).isEqualTo(FileType.FIFO.mode() | 0600);
        fs().unlink(at("m"));
        assertThat(names(at(""))).isEmpty();
    }

    @Test default void specialFilesAreNotTruncated() {
        mknod(FileType.FIFO, 0);
        fails(Errno.EINVAL, () -> fs().truncate(at("n"), 0));
    }

    @Test default void mknodRejectsOtherTypes() {
        fails(Errno.EINVAL, () -> fs().mknod(at("n"), FileType.SYMLINK.mode() | 0777, 0));
        fails(Errno.EINVAL, () -> fs().mknod(at("n"), 0150000 | 0666, 0));
        assertThat(names(at(""))).isEmpty();
    }

    @Test default void anyUserMakesAWhiteout() {
        needs(PosixFeature.SPECIAL_FILES);
        alice().mknod(at("w"), FileType.CHARACTER_DEVICE.mode(), 0);
        assertThat(fs().lstat(at("w")).type()).isEqualTo(FileType.CHARACTER_DEVICE);
        fails(Errno.EPERM, () -> alice().mknod(at("b"), FileType.BLOCK_DEVICE.mode(), 0));
    }

    @Test default void anExistingDeviceIsReportedToAnyUser() {
        mknod(FileType.CHARACTER_DEVICE, DEVICE);
        fails(Errno.EEXIST, () -> alice().mknod(at("n"), FileType.CHARACTER_DEVICE.mode() | 0666, DEVICE));
    }
}
