package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.OpenFlag.READ;
import static org.hexfuse.vfs.OpenFlag.WRITE;

import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.Test;

/** {@code fallocate(2)}, SEEK_DATA and SEEK_HOLE. */
public interface AllocationContract extends PosixFixture {
    /** {@code FALLOC_FL_KEEP_SIZE}. */
    int KEEP_SIZE = 1;
    /** {@code FALLOC_FL_PUNCH_HOLE}, which requires KEEP_SIZE. */
    int PUNCH_HOLE = 2 | KEEP_SIZE;
    /** The largest block size that the contract allows. */
    int LARGE = 1 << 20;

    private PosixFile allocatable(String content) {
        needs(PosixFeature.ALLOCATION);
        return open(file("f", content));
    }

    @Test default void allocatingExtendsByZeros() {
        try (PosixFile file = allocatable("content")) {
            file.fallocate(0, 5, 100);
            assertThat(file.stat().size()).isEqualTo(105);
            assertThat(content(file)).isEqualTo("content" + "\0".repeat(98));
            assertThat(file.stat().blocks()).isPositive();
        }
    }

    @Test default void allocatingKeepsWhatIsThere() {
        try (PosixFile file = allocatable("content")) {
            file.fallocate(0, 0, 3);
            assertThat(content(file)).isEqualTo("content");
        }
    }

    @Test default void allocatingKeepsTheSizeWithKeepSize() {
        try (PosixFile file = allocatable("content")) {
            file.fallocate(KEEP_SIZE, 0, LARGE);
            assertThat(file.stat().size()).isEqualTo(7);
            assertThat(file.stat().blocks()).isGreaterThanOrEqualTo(LARGE / 512);
            assertThat(content(file)).isEqualTo("content");
        }
    }

    @Test default void aPunchedRangeIsZeros() {
        try (PosixFile file = allocatable("content")) {
            file.fallocate(PUNCH_HOLE, 1, 3);
            assertThat(content(file)).isEqualTo("c\0\0\0ent");
            file.fallocate(PUNCH_HOLE, 5, 100);
            assertThat(content(file)).isEqualTo("c\0\0\0e\0\0");
        }
    }

    @Test default void aPunchedRangeTakesNoSpace() {
        try (PosixFile file = allocatable("")) {
            file.write(new byte[2 * LARGE], 0);
            file.sync(false);
            long before = file.stat().blocks();
            file.fallocate(PUNCH_HOLE, 0, LARGE);
            assertThat(file.stat().blocks()).isLessThanOrEqualTo(before - LARGE / 512);
            assertThat(file.stat().size()).isEqualTo(2 * LARGE);
        }
    }

    @Test default void rejectsInvalidRanges() {
        try (PosixFile file = allocatable("content")) {
            fails(Errno.EINVAL, () -> file.fallocate(0, -1, 1));
            fails(Errno.EINVAL, () -> file.fallocate(0, 0, 0));
            fails(Errno.EINVAL, () -> file.fallocate(0, 0, -1));
            fails(Errno.EFBIG, () -> file.fallocate(0, Long.MAX_VALUE, 2));
        }
    }

    @Test default void punchingRequiresKeepSize() {
        try (PosixFile file = allocatable("content")) {
            fails(Errno.EOPNOTSUPP, () -> file.fallocate(2, 0, 1));
        }
        try (PosixFile file = fs().open(at("f"), READ)) {
            fails(Errno.EOPNOTSUPP, () -> file.fallocate(2, 0, 1));
        }
    }

    @Test default void allocatingNeedsAFileOpenedToWrite() {
        allocatable("content").close();
        try (PosixFile file = fs().open(at("f"), READ)) {
            fails(Errno.EBADF, () -> file.fallocate(0, 0, 1));
        }
    }

    @Test default void allocatingMovesTheTimes() {
        try (PosixFile file = allocatable("content")) {
            age(at("f"));
            file.fallocate(0, 0, 100);
            assertThat(file.stat().mtime().toInstant()).isAfter(LONG_AGO);
        }
    }

    @Test default void allocatingMoreThanThereIsFails() {
        try (PosixFile file = allocatable("content")) {
            var space = fs().statfs(at("f"));
            long tooMuch = (space.bfree() + 10) * space.frsize();
            fails(Errno.ENOSPC, () -> file.fallocate(0, 0, tooMuch));
            assertThat(file.stat().size()).isEqualTo(7);
        }
    }

    @Test default void dataIsFoundFromAnyOffsetInIt() {
        try (PosixFile file = open(file("f", "content"))) {
            assertThat(file.seekData(0)).isZero();
            assertThat(file.seekData(3)).isEqualTo(3);
            assertThat(file.seekHole(0)).isEqualTo(7);
            assertThat(file.seekHole(6)).isEqualTo(7);
        }
    }

    @Test default void seekingPastTheEndIsEnxio() {
        try (PosixFile file = open(file("f", "content"))) {
            fails(Errno.ENXIO, () -> file.seekData(7));
            fails(Errno.ENXIO, () -> file.seekHole(7));
            fails(Errno.ENXIO, () -> file.seekData(100));
            fails(Errno.ENXIO, () -> file.seekHole(-1));
        }
    }

    @Test default void findsDataAfterAHole() {
        needs(PosixFeature.HOLES);
        try (PosixFile file = open(file("f", "start"))) {
            write(file, "middle", 4L * LARGE);
            file.truncate(8L * LARGE);
            assertThat(file.seekHole(0)).isBetween(5L, (long) LARGE);
            assertThat(file.seekData(LARGE)).isBetween(3L * LARGE, 4L * LARGE);
            assertThat(file.seekHole(4L * LARGE)).isBetween(4L * LARGE + 6, 5L * LARGE);
            fails(Errno.ENXIO, () -> file.seekData(6L * LARGE));
            assertThat(file.seekHole(6L * LARGE)).isEqualTo(6L * LARGE);
        }
    }

    @Test default void aPunchedRangeIsAHole() {
        needs(PosixFeature.HOLES);
        try (PosixFile file = allocatable("")) {
            file.write(new byte[3 * LARGE], 0);
            file.fallocate(PUNCH_HOLE, LARGE, LARGE);
            assertThat(file.seekHole(0)).isEqualTo(LARGE);
            assertThat(file.seekData(LARGE)).isEqualTo(2 * LARGE);
        }
    }

    @Test default void unknownModesAreNotSupported() {
        try (PosixFile file = allocatable("content")) {
            fails(Errno.EOPNOTSUPP, () -> file.fallocate(1 << 10, 0, 1));
        }
    }

    @Test default void anothersAllocationDropsSetUserId() {
        allocatable("content").close();
        fs().chmod(at("f"), 06777);
        try (PosixFile file = alice().open(at("f"), WRITE)) {
            file.fallocate(0, 0, 100);
        }
        assertThat(fs().stat(at("f")).permissions()).isEqualTo(0777);
    }
}
