package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.hexfuse.posix.StatVfs;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.junit.jupiter.api.Test;

/** {@code statfs(2)}: free space, and full filesystems. */
public interface SpaceContract extends PosixFixture {
    @Test default void statfsReportsSizeAndFreeSpace() {
        StatVfs stat = fs().statfs(at(""));
        assertThat(stat.frsize()).isPositive();
        assertThat(stat.blocks()).isPositive();
        assertThat(stat.bfree()).isBetween(0L, stat.blocks());
        assertThat(stat.bavail()).isBetween(0L, stat.bfree());
        assertThat(stat.ffree()).isBetween(0L, stat.files());
        assertThat(stat.namemax()).isGreaterThanOrEqualTo(255);
    }

    @Test default void statfsIsThatOfTheWholeFilesystem() {
        StatVfs whole = fs().statfs("/");
        assertThat(fs().statfs(file("f", "")).blocks()).isEqualTo(whole.blocks());
        fails(Errno.ENOENT, () -> fs().statfs(at("missing")));
    }

    @Test default void writingReducesTheFreeSpace() {
        StatVfs before = fs().statfs(at(""));
        try (PosixFile file = fs().create(at("f"))) {
            byte[] bytes = new byte[1 << 20];
            bytes[0] = 1;
            file.write(bytes, 0);
            file.sync(false);
            StatVfs after = fs().statfs(at(""));
            assertThat(after.bfree() * after.frsize())
                    .isLessThanOrEqualTo(before.bfree() * before.frsize() - bytes.length);
        }
    }

    @Test default void aFullFilesystemIsEnospcAndRecovers() {
        needs(PosixFeature.ALLOCATION);
        needs(PosixFeature.IMMEDIATE_ENOSPC);
        var space = fs().statfs("/");
        long free = space.bavail() * space.frsize();
        assumeTrue(free < 256 << 20, "the filesystem is too large to be filled");
        try (PosixFile large = fs().create(at("large")); PosixFile file = fs().create(at("f"))) {
            large.fallocate(0, 0, free - (4 << 20));
            byte[] bytes = new byte[1 << 20];
            long size = 0;
            Optional<Errno> full = Optional.empty();
            while (full.isEmpty() && size < 64 << 20) {
                try {
                    size += file.write(bytes, size);
                } catch (FuseException e) {
                    full = Optional.of(e.errno());
                }
            }
            assertThat(full).contains(Errno.ENOSPC);
            assertThat(file.stat().size()).isEqualTo(size);
            large.truncate(0);
            assertThat(file.write(bytes, size)).isEqualTo(bytes.length);
        }
    }
}
