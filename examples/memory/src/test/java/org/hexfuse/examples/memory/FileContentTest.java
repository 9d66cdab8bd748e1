package org.hexfuse.examples.memory;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hexfuse.examples.memory.FileContent.CHUNK;
import static org.hexfuse.examples.memory.TreeFixture.assertFails;
import static org.hexfuse.examples.memory.TreeFixture.source;

import java.util.Arrays;
import java.util.Random;
import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileContentTest {
    private static final long LIMIT = 64L * CHUNK;

    private final Space space = new Space(LIMIT, 10);
    private final FileContent content = new FileContent(space);

    private static byte[] read(FileContent from, long offset, int length) {
        var sink = new TreeFixture.Bytes();
        int read = from.read(offset, length, sink);
        assertThat(sink.bytes.size()).isEqualTo(read);
        return sink.bytes.toByteArray();
    }

    private String text(long offset, int length) {
        return new String(read(content, offset, length), UTF_8);
    }

    private int write(long offset, String text) {
        return content.write(offset, text.length(), source(text));
    }

    @Test void isReadAsItWasWritten() {
        write(3, "abc");
        assertThat(text(0, 100)).isEqualTo("\0\0\0abc");
        assertThat(text(4, 1)).isEqualTo("b");
        assertThat(text(6, 10)).isEmpty();
        assertThat(text(Long.MAX_VALUE, 10)).isEmpty();
        assertThat(content.size()).isEqualTo(6);
    }

    @Test void isWrittenAcrossChunks() {
        String text = "0123456789".repeat(20_000);
        write(CHUNK - 5, text);
        assertThat(text(CHUNK - 5, 1 << 20)).isEqualTo(text);
    }

    @Test void isAppendedToItsEnd() {
        write(0, "abc");
        content.append(2, source("de"));
        assertThat(text(0, 10)).isEqualTo("abcde");
    }

    @Test void takesNoMemoryForHoles() {
        content.truncate(1L << 50);
        write(1L << 45, "x");
        assertThat(content.size()).isEqualTo(1L << 50);
        assertThat(content.allocated()).isEqualTo(CHUNK).isEqualTo(space.usedBytes());
        assertThat(read(content, (1L << 45) - 1, 3)).containsExactly(0, 'x', 0);
    }

    /** Leaves chunks that are used again, all of ones. */
    private void removeOnes(int chunks) {
        var former = new FileContent(space);
        former.write(0, chunks * CHUNK,
                (_, target, offset, length) -> Arrays.fill(target, offset, offset + length, (byte) 1));
        former.discard();
        assertThat(space.usedBytes()).isZero();
    }

    @Test void showsNothingOfFormerDataWhoseMemoryItUses() {
        removeOnes(8);
        write(2L * CHUNK + 100, "abc");
        write(4L * CHUNK - 2, "defg");
        content.truncate(6L * CHUNK);
        byte[] all = read(content, 0, 6 * CHUNK);
        for (String text : new String[]{"abc", "defg"}) {
            int at = new String(all, ISO_8859_1).indexOf(text);
            Arrays.fill(all, at, at + text.length(), (byte) 0);
        }
        assertThat(all).isEqualTo(new byte[6 * CHUNK]);
        assertThat(space.usedBytes()).isEqualTo(3L * CHUNK).isEqualTo(content.allocated());
    }

    @Test void showsNothingOfFormerDataIfItsBytesCannotBeRead() {
        removeOnes(8);
        assertThatThrownBy(() -> content.write(2L * CHUNK, CHUNK, (_, target, offset, _) -> {
            target[offset] = 5;
            throw new IllegalStateException("closed");
        })).isInstanceOf(IllegalStateException.class);
        content.truncate(3L * CHUNK);
        assertThat(read(content, 0, 3 * CHUNK)).isEqualTo(new byte[3 * CHUNK]);
        assertThat(space.usedBytes()).isEqualTo(content.allocated());
    }

    @Test void usesNoFormerMemoryWithoutSpace() {
        removeOnes(63);
        var other = new FileContent(space);
        other.write(0, 63 * CHUNK, source("x".repeat(63 * CHUNK)));
        write(0, "x".repeat(CHUNK / 2 + 64));
        assertThat(content.allocated()).isEqualTo(CHUNK);
        assertFails(Errno.ENOSPC, () -> write(3L * CHUNK, "x"));
        assertThat(space.freeBytes()).isZero();
    }

    @Test void takesLittleWhenItIsSmall() {
        write(0, "x".repeat(50));
        assertThat(content.allocated()).isEqualTo(64);
        write(50, "x".repeat(150));
        assertThat(content.allocated()).isEqualTo(256);
    }

    @Test void endsAtTheLargestSize() {
        assertThat(write(Long.MAX_VALUE - 2, "abcd")).isEqualTo(2);
        assertThat(text(Long.MAX_VALUE - 2, 10)).isEqualTo("ab");
        assertFails(Errno.EFBIG, () -> write(Long.MAX_VALUE, "x"));
        assertFails(Errno.EINVAL, () -> write(-1, "x"));
        assertFails(Errno.EINVAL, () -> content.truncate(-1));
        assertFails(Errno.EINVAL, () -> text(-1, 1));
    }

    @Nested class Truncation {
        @Test void givesChunksBackAndForgetsTheTail() {
            write(0, "x".repeat(3 * CHUNK));
            content.truncate(CHUNK + 10);
            assertThat(space.usedBytes()).isEqualTo(2L * CHUNK);
            content.truncate(3L * CHUNK);
            assertThat(text(CHUNK, 20)).isEqualTo("x".repeat(10) + "\0".repeat(10));
            content.truncate(0);
            assertThat(space.usedBytes()).isZero();
        }

        @Test void makesASmallFileSmallAgain() {
            write(0, "x".repeat(5000));
            content.truncate(5);
            assertThat(content.allocated()).isEqualTo(64);
            write(10, "y");
            assertThat(text(0, 20)).isEqualTo("xxxxx\0\0\0\0\0y");
        }
    }

    @Nested class SpaceForIt {
        @Test void thatRunsOutShortensTheLastWrite() {
            space.take(100);
            assertThat(write(0, "x".repeat((int) LIMIT))).isEqualTo((int) LIMIT - 100);
            assertFails(Errno.ENOSPC, () -> write(LIMIT - 100, "y"));
            assertFails(Errno.ENOSPC, () -> write(LIMIT * 2, "z"));
            assertThat(content.size()).isEqualTo(LIMIT - 100);
            assertThat(space.usedBytes()).isEqualTo(LIMIT);
        }

        @Test void isGivenBackByTheEnd() {
            write(0, "x".repeat(5000));
            content.allocate(1 << 20, 1 << 20, true);
            content.discard();
            assertThat(space.usedBytes()).isZero();
            assertFails(Errno.ESTALE, () -> write(0, "x"));
            assertFails(Errno.ESTALE, () -> content.truncate(7));
            assertFails(Errno.ESTALE, () -> content.allocate(0, 1, false));
        }

        @Test void isAllocatedWhollyOrNotAtAll() {
            write(CHUNK, "x");
            content.allocate(0, 10L * CHUNK, false);
            assertThat(content.size()).isEqualTo(10L * CHUNK);
            assertThat(content.allocated()).isEqualTo(10L * CHUNK);
            assertFails(Errno.ENOSPC, () -> content.allocate(0, LIMIT + 1, false));
            assertFails(Errno.ENOSPC, () -> content.allocate(0, Long.MAX_VALUE, false));
            assertThat(content.allocated()).isEqualTo(10L * CHUNK);
            assertThat(text(CHUNK, 2)).isEqualTo("x\0");
            assertFails(Errno.EINVAL, () -> content.allocate(0, 0, false));
            assertFails(Errno.EFBIG, () -> content.allocate(1, Long.MAX_VALUE, false));
        }

        @Test void thatIsAllocatedIsThereForWriting() {
            content.allocate(0, LIMIT, true);
            assertThat(content.size()).isZero();
            assertThat(write(LIMIT - 5, "12345")).isEqualTo(5);
            assertFails(Errno.ENOSPC, () -> write(LIMIT, "6"));
        }
    }

    @Nested class Holes {
        @Test void arePunched() {
            write(0, "x".repeat(3 * CHUNK));
            content.punch(10, 2L * CHUNK);
            assertThat(content.size()).isEqualTo(3L * CHUNK);
            assertThat(content.allocated()).isEqualTo(2L * CHUNK);
            assertThat(text(0, 12)).isEqualTo("xxxxxxxxxx\0\0");
            assertThat(text(2L * CHUNK + 8, 4)).isEqualTo("\0\0xx");
        }

        @Test void areZeroedWithTheirSpace() {
            write(0, "x".repeat(CHUNK));
            content.zero(5, 2L * CHUNK, false);
            assertThat(content.size()).isEqualTo(2L * CHUNK + 5);
            assertThat(content.allocated()).isEqualTo(2L * CHUNK + 5);
            assertThat(text(4, 3)).isEqualTo("x\0\0");
        }

        @Test void areFound() {
            content.truncate(10L * CHUNK);
            write(3L * CHUNK, "x".repeat(2 * CHUNK));
            assertThat(content.seekData(0)).isEqualTo(3L * CHUNK);
            assertThat(content.seekData(4L * CHUNK + 7)).isEqualTo(4L * CHUNK + 7);
            assertThat(content.seekHole(0)).isZero();
            assertThat(content.seekHole(3L * CHUNK)).isEqualTo(5L * CHUNK);
            assertFails(Errno.ENXIO, () -> content.seekData(5L * CHUNK));
            assertFails(Errno.ENXIO, () -> content.seekHole(10L * CHUNK));
            assertFails(Errno.ENXIO, () -> content.seekData(-1));
        }

        @Test void oneFollowsTheEnd() {
            write(0, "abc");
            assertThat(content.seekHole(1)).isEqualTo(3);
            assertThat(content.seekData(1)).isEqualTo(1);
        }

        @Test void stayHolesWhenTheyAreCopied() {
            write(0, "a");
            write(9L * CHUNK, "b");
            var copy = new FileContent(space);
            assertThat(new CopyBuffer().copy(content, 0, copy, 0, Long.MAX_VALUE)).isEqualTo(content.size());
            assertThat(read(copy, 0, 10 * CHUNK)).isEqualTo(read(content, 0, 10 * CHUNK));
            assertThat(copy.allocated()).isLessThanOrEqualTo(2L * CHUNK);
        }
    }

    @Test void copyingStopsWhereSpaceRunsOut() {
        write(0, "x".repeat(40 * CHUNK));
        var copy = new FileContent(space);
        assertThat(new CopyBuffer().copy(content, 0, copy, 0, 40L * CHUNK)).isEqualTo(24L * CHUNK);
        assertFails(Errno.ENOSPC, () -> new CopyBuffer().copy(content, 0, copy, 24L * CHUNK, 5));
    }

    /** Random operations, compared with an array. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5}) void behavesAsAnArray(long seed) {
        var random = new Random(seed);
        byte[] model = new byte[8 * CHUNK];
        int size = 0;
        for (int i = 0; i < 2000; i++) {
            int offset = random.nextInt(model.length - 1);
            int length = 1 + random.nextInt(Math.min(model.length - offset, random.nextBoolean() ? 100 : 3 * CHUNK));
            switch (random.nextInt(7)) {
                case 0, 1 -> {
                    byte[] data = new byte[length];
                    random.nextBytes(data);
                    content.write(offset, length, (at, to, start, some) -> System.arraycopy(data, (int) at, to, start,
                            some));
                    System.arraycopy(data, 0, model, offset, length);
                    size = Math.max(size, offset + length);
                }
                case 2 -> {
                    content.truncate(offset);
                    Arrays.fill(model, offset, model.length, (byte) 0);
                    size = offset;
                }
                case 3 -> {
                    content.punch(offset, length);
                    Arrays.fill(model, offset, offset + length, (byte) 0);
                }
                case 4 -> {
                    content.zero(offset, length, true);
                    Arrays.fill(model, offset, offset + length, (byte) 0);
                }
                case 5 -> {
                    content.allocate(offset, length, false);
                    size = Math.max(size, offset + length);
                }
                default -> {
                    byte[] read = read(content, offset, length);
                    assertThat(read).isEqualTo(
                            Arrays.copyOfRange(model, Math.min(offset, size), Math.clamp(offset + length, 0, size)));
                }
            }
            assertThat(content.size()).isEqualTo(size);
            assertThat(content.allocated()).isEqualTo(space.usedBytes());
        }
        content.truncate(0);
        assertThat(space.usedBytes()).isZero();
    }
}
