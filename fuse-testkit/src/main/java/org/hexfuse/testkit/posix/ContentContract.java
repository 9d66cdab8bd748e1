package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.OpenFlag.APPEND;
import static org.hexfuse.vfs.OpenFlag.READ;
import static org.hexfuse.vfs.OpenFlag.SYNC;
import static org.hexfuse.vfs.OpenFlag.WRITE;

import java.util.Arrays;
import java.util.Random;
import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.Test;

/** {@code pread(2)}, {@code pwrite(2)}, {@code truncate(2)}: the content of files. */
public interface ContentContract extends PosixFixture {
    @Test default void whatWasWrittenIsRead() {
        String path = file("f", "content");
        assertThat(content(path)).isEqualTo("content");
        assertThat(fs().stat(path).size()).isEqualTo(7);
    }

    @Test default void writingReplacesOnlyWhatItCovers() {
        String path = file("f", "content");
        try (PosixFile file = open(path)) {
            write(file, "XX", 2);
        }
        assertThat(content(path)).isEqualTo("coXXent");
    }

    @Test default void readingStopsAtTheEnd() {
        try (PosixFile file = fs().open(file("f", "content"))) {
            byte[] bytes = new byte[10];
            assertThat(file.read(bytes, 4)).isEqualTo(3);
            assertThat(file.read(bytes, 7)).isZero();
            assertThat(file.read(bytes, 1000)).isZero();
        }
    }

    @Test default void readingAndWritingNothingSucceeds() {
        String path = file("f", "content");
        try (PosixFile file = open(path)) {
            assertThat(file.read(new byte[0], 0)).isZero();
            assertThat(file.write(new byte[0], 100)).isZero();
        }
        assertThat(fs().stat(path).size()).isEqualTo(7);
    }

    @Test default void negativeOffsetsAreInvalid() {
        try (PosixFile file = open(file("f", "content"))) {
            fails(Errno.EINVAL, () -> file.read(new byte[1], -1));
            fails(Errno.EINVAL, () -> file.write(new byte[1], -1));
        }
    }

    @Test default void writingPastTheEndLeavesZeros() {
        String path = file("f", "a");
        try (PosixFile file = open(path)) {
            write(file, "z", 5);
        }
        assertThat(content(path)).isEqualTo("a\0\0\0\0z");
    }

    @Test default void aHugeFileWithAHoleTakesLittle() {
        String path = file("f", "start");
        long far = 1L << 33;
        try (PosixFile file = open(path)) {
            write(file, "end", far);
            byte[] bytes = new byte[5];
            assertThat(file.read(bytes, far - 2)).isEqualTo(5);
            assertThat(bytes).containsExactly(0, 0, 'e', 'n', 'd');
            assertThat(file.read(bytes, far / 2)).isEqualTo(5);
            assertThat(bytes).containsOnly(0);
        }
        assertThat(fs().stat(path).size()).isEqualTo(far + 3);
        assertThat(fs().stat(path).blocks()).isLessThan(far / 512 / 2);
    }

    @Test default void largeWritesArriveWhole() {
        byte[] bytes = new byte[3_000_001];
        new Random(3).nextBytes(bytes);
        try (PosixFile file = fs().create(at("f"))) {
            assertThat(file.write(bytes, 7)).isEqualTo(bytes.length);
            byte[] back = new byte[bytes.length];
            assertThat(file.read(back, 7)).isEqualTo(bytes.length);
            assertThat(Arrays.equals(back, bytes)).isTrue();
        }
    }

    @Test default void piecesOfAnySizeMakeUpTheWhole() {
        byte[] whole = new byte[200_000];
        var random = new Random(5);
        random.nextBytes(whole);
        try (PosixFile file = fs().create(at("f"))) {
            for (int at = 0; at < whole.length;) {
                byte[] piece = Arrays.copyOfRange(whole, at,
                        Math.min(whole.length, at + 1 + random.nextInt(20_000)));
                assertThat(file.write(piece, at)).isEqualTo(piece.length);
                at += piece.length;
            }
            for (int i = 0; i < 20; i++) {
                int from = random.nextInt(whole.length);
                byte[] piece = new byte[1 + random.nextInt(50_000)];
                int got = file.read(piece, from);
                assertThat(got).isEqualTo(Math.min(piece.length, whole.length - from));
                assertThat(Arrays.copyOf(piece, got)).isEqualTo(Arrays.copyOfRange(whole, from, from + got));
            }
        }
    }

    @Test default void aFileOpenedToSyncIsWrittenAsAny() {
        String path = file("f", "content");
        try (PosixFile file = fs().open(path, READ, WRITE, SYNC)) {
            write(file, "CON", 0);
        }
        assertThat(content(path)).isEqualTo("CONtent");
    }

    @Test default void blocksAreThoseThatTheContentTakes() {
        try (PosixFile file = fs().create(at("f"))) {
            assertThat(file.stat().blocks()).isZero();
            file.write(new byte[100_000], 0);
            file.sync(false);
        }
        assertThat(fs().stat(at("f")).blocks()).isGreaterThanOrEqualTo(100_000 / 512);
        fs().truncate(at("f"), 0);
        assertThat(fs().stat(at("f")).blocks()).isZero();
    }

    @Test default void blocksOfAnOpenFileAreThoseOfWhatWasSynced() {
        needs(PosixFeature.BLOCKS_AFTER_SYNC);
        try (PosixFile file = fs().create(at("f"))) {
            assertThat(file.stat().blocks()).isZero();
            file.write(new byte[100_000], 0);
            file.sync(false);
            assertThat(file.stat().blocks()).isGreaterThanOrEqualTo(100_000 / 512);
            file.truncate(0);
            assertThat(file.stat().blocks()).isZero();
        }
    }

    @Test default void truncateCuts() {
        String path = file("f", "content");
        fs().truncate(path, 3);
        assertThat(content(path)).isEqualTo("con");
        assertThat(fs().stat(path).size()).isEqualTo(3);
    }

    @Test default void truncateExtendsByZeros() {
        String path = file("f", "content");
        fs().truncate(path, 9);
        assertThat(content(path)).isEqualTo("content\0\0");
    }

    @Test default void truncatedDataDoesNotReappear() {
        String path = file("f", "content");
        fs().truncate(path, 3);
        fs().truncate(path, 7);
        assertThat(content(path)).isEqualTo("con\0\0\0\0");
        try (PosixFile file = open(path)) {
            file.truncate(1);
            write(file, "t", 6);
        }
        assertThat(content(path)).isEqualTo("c\0\0\0\0\0t");
    }

    @Test default void truncateFollowsSymbolicLinks() {
        file("f", "content");
        fs().symlink("f", at("s"));
        fs().truncate(at("s"), 1);
        assertThat(content(at("f"))).isEqualTo("c");
    }

    @Test default void anOpenFileIsTruncated() {
        String path = file("f", "content");
        try (PosixFile file = open(path)) {
            file.truncate(3);
            assertThat(content(file)).isEqualTo("con");
            assertThat(file.stat().size()).isEqualTo(3);
        }
        try (PosixFile file = fs().open(path, WRITE)) {
            file.truncate(0);
        }
        assertThat(fs().stat(path).size()).isZero();
    }

    @Test default void truncateFailsOnOtherTypes() {
        fails(Errno.EISDIR, () -> fs().truncate(directory("d"), 0));
        fails(Errno.ENOENT, () -> fs().truncate(at("f"), 0));
        fails(Errno.EINVAL, () -> fs().truncate(file("f", ""), -1));
    }

    @Test default void truncateNeedsPermissionToWrite() {
        String path = file("f", "content");
        fails(Errno.EACCES, () -> alice().truncate(path, 0));
        try (PosixFile file = alice().open(path, READ)) {
            fails(Errno.EINVAL, () -> file.truncate(0));
        }
        assertThat(content(path)).isEqualTo("content");
    }

    @Test default void appendingFollowsATruncationByAnother() {
        String path = file("f", "content");
        try (PosixFile file = fs().open(path, WRITE, APPEND)) {
            fs().truncate(path, 3);
            write(file, "!", 0);
        }
        assertThat(content(path)).isEqualTo("con!");
    }

    @Test default void offsetsBeyondAllFilesAreInvalid() {
        try (PosixFile file = open(file("f", "content"))) {
            fails(Errno.EINVAL, () -> file.write(new byte[2], Long.MAX_VALUE));
            fails(Errno.EINVAL, () -> file.read(new byte[2], Long.MAX_VALUE));
            assertThat(file.read(new byte[2], Long.MAX_VALUE - 10)).isZero();
        }
    }

    @Test default void writingNothingMovesNoTime() {
        age(file("f", "content"));
        try (PosixFile file = open(at("f"))) {
            assertThat(file.write(new byte[0], 0)).isZero();
        }
        assertThat(fs().stat(at("f")).mtime().toInstant()).isEqualTo(LONG_AGO);
    }

    @Test default void agreesWithAModelAfterAnySequenceOfChanges() {
        var random = new Random(11);
        var model = new byte[0];
        try (PosixFile file = fs().create(at("f"))) {
            for (int i = 0; i < 300; i++) {
                int offset = random.nextInt(150_000);
                if (i % 5 == 4) {
                    file.truncate(offset);
                    model = Arrays.copyOf(model, offset);
                } else {
                    byte[] piece = new byte[random.nextInt(20_000)];
                    random.nextBytes(piece);
                    assertThat(file.write(piece, offset)).isEqualTo(piece.length);
                    if (piece.length > 0) {
                        model = Arrays.copyOf(model, Math.max(model.length, offset + piece.length));
                        System.arraycopy(piece, 0, model, offset, piece.length);
                    }
                }
                byte[] window = new byte[30_000];
                int got = file.read(window, offset);
                assertThat(got).isEqualTo(Math.clamp(model.length - offset, 0, window.length));
                assertThat(Arrays.equals(window, 0, got, model, offset, offset + got)).isTrue();
            }
            assertThat(fs().stat(at("f")).size()).isEqualTo(model.length);
        }
    }
}
