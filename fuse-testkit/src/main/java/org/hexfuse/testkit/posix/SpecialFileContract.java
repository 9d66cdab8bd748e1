package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.OpenFlag.EXCLUSIVE;
import static org.hexfuse.vfs.OpenFlag.READ;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.vfs.FileSystemStat;
import org.hexfuse.vfs.Stat;
import org.junit.jupiter.api.Test;

/** {@code mknod(2)}, {@code O_TMPFILE} and {@code statfs(2)}: files that are no files, files without names, and the whole. */
public interface SpecialFileContract extends PosixFixture {
    /** Device 259:70000, which needs more bits than old encodings have. */
    int DEVICE = (70_000 & 0xff) | 259 << 8 | (70_000 & ~0xff) << 12;

    private Stat mknod(FileType type, int device) {
        needs(Capability.SPECIAL_FILES);
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
        assertThat(stat.device()).isEqualTo(DEVICE);
    }

    @Test default void mknodMakesABlockDevice() {
        Stat stat = mknod(FileType.BLOCK_DEVICE, DEVICE);
        assertThat(stat.type()).isEqualTo(FileType.BLOCK_DEVICE);
        assertThat(stat.device()).isEqualTo(DEVICE);
    }

    @Test default void filesHaveNoDeviceNumber() {
        assertThat(fs().stat(file("f", "")).device()).isZero();
        assertThat(fs().stat(directory("d")).device()).isZero();
    }

    @Test default void onlyRootMakesDevices() {
        needs(Capability.SPECIAL_FILES);
        fails(Errno.EPERM, () -> alice().mknod(at("c"), FileType.CHARACTER_DEVICE.mode() | 0666, DEVICE));
        fails(Errno.EPERM, () -> alice().mknod(at("b"), FileType.BLOCK_DEVICE.mode() | 0666, DEVICE));
        alice().mknod(at("p"), FileType.FIFO.mode() | 0666, 0);
        alice().mknod(at("f"), FileType.REGULAR.mode() | 0666, 0);
        assertThat(names(at(""))).containsExactlyInAnyOrder("p", "f");
    }

    @Test default void mknodMakesNoDirectory() {
        fails(Errno.EPERM, () -> fs().mknod(at("d"), FileType.DIRECTORY.mode() | 0755, 0));
    }

    @Test default void mknodFailsIfThereIsAnything() {
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

    private PosixFile unnamed(String directory) {
        needs(Capability.UNNAMED_FILES);
        return fs().openUnnamed(directory, 0640);
    }

    @Test default void anUnnamedFileIsNowhere() {
        try (PosixFile file = unnamed(at(""))) {
            assertThat(names(at(""))).isEmpty();
            assertThat(file.stat().links()).isZero();
            assertThat(file.stat().isRegular()).isTrue();
            assertThat(file.stat().permissions()).isEqualTo(0640);
            write(file, "content", 0);
            assertThat(content(file)).isEqualTo("content");
        }
    }

    @Test default void anUnnamedFileIsGivenAName() {
        try (PosixFile file = unnamed(at(""))) {
            write(file, "content", 0);
            fs().link(file, at("f"));
            assertThat(file.stat().links()).isEqualTo(1);
            assertThat(content(at("f"))).isEqualTo("content");
        }
        assertThat(content(at("f"))).isEqualTo("content");
    }

    @Test default void anExclusiveUnnamedFileGetsNoName() {
        needs(Capability.UNNAMED_FILES);
        try (PosixFile file = fs().openUnnamed(at(""), 0600, EXCLUSIVE)) {
            fails(Errno.ENOENT, () -> fs().link(file, at("f")));
        }
    }

    @Test default void aFileThatLostItsNameGetsNoOther() {
        String path = file("f", "content");
        try (PosixFile file = open(path)) {
            fs().unlink(path);
            fails(Errno.ENOENT, () -> fs().link(file, at("g")));
        }
    }

    @Test default void anUnnamedFileNeedsADirectoryToWriteTo() {
        needs(Capability.UNNAMED_FILES);
        directory("d");
        fails(Errno.EACCES, () -> alice().openUnnamed(at("d"), 0600));
        fails(Errno.ENOTDIR, () -> fs().openUnnamed(file("f", ""), 0600));
        fails(Errno.ENOENT, () -> fs().openUnnamed(at("missing"), 0600));
    }

    @Test default void statfsSaysWhatThereIs() {
        FileSystemStat stat = fs().statfs(at(""));
        assertThat(stat.blockSize()).isPositive();
        assertThat(stat.blocks()).isPositive();
        assertThat(stat.free()).isBetween(0L, stat.blocks());
        assertThat(stat.available()).isBetween(0L, stat.free());
        assertThat(stat.freeFiles()).isBetween(0L, stat.files());
        assertThat(stat.nameLength()).isGreaterThanOrEqualTo(255);
    }

    @Test default void statfsIsThatOfTheWholeFilesystem() {
        FileSystemStat whole = fs().statfs("/");
        assertThat(fs().statfs(file("f", "")).blocks()).isEqualTo(whole.blocks());
        fails(Errno.ENOENT, () -> fs().statfs(at("missing")));
    }

    @Test default void whatIsWrittenIsNoLongerFree() {
        FileSystemStat before = fs().statfs(at(""));
        try (PosixFile file = fs().create(at("f"))) {
            byte[] bytes = new byte[1 << 20];
            bytes[0] = 1;
            file.write(bytes, 0);
            file.sync(false);
            FileSystemStat after = fs().statfs(at(""));
            assertThat(after.free() * after.blockSize())
                    .isLessThanOrEqualTo(before.free() * before.blockSize() - bytes.length);
        }
    }

    @Test default void mknodMakesNothingElse() {
        fails(Errno.EINVAL, () -> fs().mknod(at("n"), FileType.SYMLINK.mode() | 0777, 0));
        fails(Errno.EINVAL, () -> fs().mknod(at("n"), 0150000 | 0666, 0));
        assertThat(names(at(""))).isEmpty();
    }

    @Test default void anybodyMakesAWhiteout() {
        needs(Capability.SPECIAL_FILES);
        alice().mknod(at("w"), FileType.CHARACTER_DEVICE.mode(), 0);
        assertThat(fs().lstat(at("w")).type()).isEqualTo(FileType.CHARACTER_DEVICE);
        fails(Errno.EPERM, () -> alice().mknod(at("b"), FileType.BLOCK_DEVICE.mode(), 0));
    }

    @Test default void aDeviceThatIsThereIsThereForAll() {
        mknod(FileType.CHARACTER_DEVICE, DEVICE);
        fails(Errno.EEXIST, () -> alice().mknod(at("n"), FileType.CHARACTER_DEVICE.mode() | 0666, DEVICE));
    }

    @Test default void anUnnamedFileIsOfWhoMadeItAndOfTheDirectorysGroup() {
        needs(Capability.UNNAMED_FILES);
        directory("d");
        fs().chown(at("d"), 0, SHARED);
        fs().chmod(at("d"), 02777);
        try (PosixFile file = as(ALICE.withUmask(027)).openUnnamed(at("d"), 0666)) {
            assertThat(file.stat().uid()).isEqualTo(ALICE.uid());
            assertThat(file.stat().gid()).isEqualTo(SHARED);
            assertThat(file.stat().permissions()).isEqualTo(0640);
        }
    }

    @Test default void anUnnamedFileGetsSeveralNamesAndLosesThem() {
        try (PosixFile file = unnamed(at(""))) {
            fs().link(file, at("f"));
            needs(Capability.HARD_LINKS);
            fs().link(file, at("g"));
            assertThat(file.stat().links()).isEqualTo(2);
            fails(Errno.EEXIST, () -> fs().link(file, at("g")));
            fs().unlink(at("f"));
            fs().unlink(at("g"));
            fails(Errno.ENOENT, () -> fs().link(file, at("h")));
        }
    }
}
