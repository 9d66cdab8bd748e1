package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.OpenFlag.APPEND;
import static org.hexfuse.vfs.OpenFlag.READ;
import static org.hexfuse.vfs.OpenFlag.WRITE;

import java.util.Arrays;
import java.util.Random;
import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.Test;

/** {@code copy_file_range(2)}. */
public interface CopyContract extends PosixFixture {
    @Test default void copyingCopiesTheRange() {
        file("g", "0123456789");
        try (PosixFile from = open(file("f", "content")); PosixFile to = open(at("g"))) {
            assertThat(from.copyFileRange(to, 3, 1, 2)).isEqualTo(2);
            assertThat(content(to)).isEqualTo("0te3456789");
        }
    }

    @Test default void copyingStopsAtTheEndOfTheSource() {
        file("g", "");
        try (PosixFile from = open(file("f", "content")); PosixFile to = open(at("g"))) {
            assertThat(from.copyFileRange(to, 4, 2, 100)).isEqualTo(3);
            assertThat(content(to)).isEqualTo("\0\0ent");
            assertThat(from.copyFileRange(to, 7, 0, 100)).isZero();
            assertThat(from.copyFileRange(to, 1000, 0, 100)).isZero();
        }
    }

    @Test default void copyingWithinAFileCopiesApart() {
        try (PosixFile file = open(file("f", "content"))) {
            assertThat(file.copyFileRange(file, 0, 7, 3)).isEqualTo(3);
            assertThat(content(file)).isEqualTo("contentcon");
            fails(Errno.EINVAL, () -> file.copyFileRange(file, 0, 2, 5));
        }
    }

    @Test default void copyingNeedsBothModes() {
        file("f", "content");
        file("g", "");
        try (PosixFile reading = fs().open(at("f"), READ); PosixFile writing = fs().open(at("g"), WRITE)) {
            assertThat(reading.copyFileRange(writing, 0, 0, 7)).isEqualTo(7);
            fails(Errno.EBADF, () -> writing.copyFileRange(reading, 0, 0, 7));
            fails(Errno.EBADF, () -> reading.copyFileRange(reading, 0, 100, 7));
        }
    }

    @Test default void copyingMovesTheTargetsTimes() {
        file("f", "content");
        file("g", "");
        age(at("g"));
        try (PosixFile from = open(at("f")); PosixFile to = open(at("g"))) {
            from.copyFileRange(to, 0, 0, 7);
        }
        assertThat(fs().stat(at("g")).mtime().toInstant()).isAfter(LONG_AGO);
        assertThat(fs().stat(at("g")).size()).isEqualTo(7);
    }

    @Test default void copyingFailsOnDirectoriesAndAppendingFiles() {
        file("f", "content");
        file("g", "");
        try (PosixFile directory = fs().open(directory("d"), READ);
                PosixFile file = open(at("f"));
                PosixFile appending = fs().open(at("g"), WRITE, APPEND)) {
            fails(Errno.EISDIR, () -> directory.copyFileRange(file, 0, 0, 1));
            fails(Errno.EBADF, () -> file.copyFileRange(appending, 0, 0, 1));
        }
        assertThat(fs().stat(at("g")).size()).isZero();
    }

    @Test default void copyingIsOfAnySize() {
        byte[] bytes = new byte[700_001];
        new Random(13).nextBytes(bytes);
        try (PosixFile from = fs().create(at("f")); PosixFile to = fs().create(at("g"))) {
            from.write(bytes, 0);
            long done = 0;
            while (done < bytes.length) {
                long copied = from.copyFileRange(to, done, 3 + done, bytes.length - done);
                assertThat(copied).isPositive();
                done += copied;
            }
            byte[] back = new byte[bytes.length];
            assertThat(to.read(back, 3)).isEqualTo(bytes.length);
            assertThat(Arrays.equals(back, bytes)).isTrue();
        }
    }
}
