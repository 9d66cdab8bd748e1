package org.hexfuse.testkit.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@link SeekableByteChannel}: reading, writing and the position. */
public interface ByteChannelContract extends NioFixture {
    private SeekableByteChannel reading(String content) throws IOException {
        return Files.newByteChannel(file("f", content), READ);
    }

    private SeekableByteChannel writing(String content) throws IOException {
        return Files.newByteChannel(file("f", content), WRITE);
    }

    private SeekableByteChannel both(String content) throws IOException {
        return Files.newByteChannel(file("f", content), READ, WRITE);
    }

    @Test default void aChannelBeginsAtZero() throws IOException {
        try (SeekableByteChannel channel = both("text")) {
            assertThat(channel.position()).isZero();
            assertThat(channel.isOpen()).isTrue();
        }
    }

    @Test default void readingMovesThePosition() throws IOException {
        try (SeekableByteChannel channel = reading("texture")) {
            assertThat(channel.read(ByteBuffer.allocate(4))).isEqualTo(4);
            assertThat(channel.position()).isEqualTo(4);
            assertThat(read(channel, 10)).isEqualTo("ure");
            assertThat(channel.position()).isEqualTo(7);
        }
    }

    @Test default void aReadAtTheEndReturnsMinusOne() throws IOException {
        try (SeekableByteChannel channel = reading("text")) {
            channel.position(4);
            assertThat(channel.read(ByteBuffer.allocate(4))).isEqualTo(-1);
            assertThat(channel.position()).isEqualTo(4);
        }
    }

    @Test default void aReadOfAnEmptyFileReturnsMinusOne() throws IOException {
        try (SeekableByteChannel channel = reading("")) {
            assertThat(channel.read(ByteBuffer.allocate(4))).isEqualTo(-1);
        }
    }

    @Test default void aReadStopsAtTheEndOfTheFile() throws IOException {
        try (SeekableByteChannel channel = reading("text")) {
            ByteBuffer buffer = ByteBuffer.allocate(10);
            assertThat(channel.position(2).read(buffer)).isEqualTo(2);
            assertThat(text(buffer)).isEqualTo("xt");
        }
    }

    @Test default void aReadFillsWhatRemainsOfItsBuffer() throws IOException {
        try (SeekableByteChannel channel = reading("text")) {
            byte[] array = "------".getBytes(UTF_8);
            ByteBuffer buffer = ByteBuffer.wrap(array, 1, 2);
            assertThat(channel.read(buffer)).isEqualTo(2);
            assertThat(buffer.position()).isEqualTo(3);
            assertThat(new String(array, UTF_8)).isEqualTo("-te---");
        }
    }

    @Test default void aReadIntoAFullBufferReadsNothing() throws IOException {
        try (SeekableByteChannel channel = reading("text")) {
            assertThat(channel.read(ByteBuffer.allocate(0))).isZero();
            assertThat(channel.position()).isZero();
        }
    }

    @Test default void aReadIntoAReadOnlyBufferIsRefused() throws IOException {
        try (SeekableByteChannel channel = reading("text")) {
            refuses(IllegalArgumentException.class, () -> channel.read(ByteBuffer.allocate(4).asReadOnlyBuffer()));
        }
    }

    @Test default void buffersMayBeDirectOrSlices() throws IOException {
        try (SeekableByteChannel channel = both("")) {
            channel.write(ByteBuffer.allocateDirect(4).put(bytes("text")).flip());
            channel.write(bytes("picture").position(4).slice());
            channel.position(0);
            ByteBuffer direct = ByteBuffer.allocateDirect(4);
            channel.read(direct);
            assertThat(text(direct)).isEqualTo("text");
            ByteBuffer slice = ByteBuffer.allocate(9).position(5).slice();
            assertThat(channel.read(slice)).isEqualTo(3);
            assertThat(text(slice)).isEqualTo("ure");
        }
    }

    @Test default void writingMovesThePosition() throws IOException {
        try (SeekableByteChannel channel = writing("")) {
            assertThat(channel.write(bytes("text"))).isEqualTo(4);
            assertThat(channel.position()).isEqualTo(4);
            assertThat(channel.size()).isEqualTo(4);
        }
        assertThat(content(at("f"))).isEqualTo("text");
    }

    @Test default void writingReplacesWhatIsThere() throws IOException {
        try (SeekableByteChannel channel = writing("picture")) {
            channel.position(1).write(bytes("ur"));
        }
        assertThat(content(at("f"))).isEqualTo("purture");
    }

    @Test default void aWriteTakesWhatRemainsOfItsBuffer() throws IOException {
        try (SeekableByteChannel channel = writing("")) {
            ByteBuffer buffer = bytes("texture").position(1).limit(3).asReadOnlyBuffer();
            assertThat(channel.write(buffer)).isEqualTo(2);
            assertThat(buffer.hasRemaining()).isFalse();
        }
        assertThat(content(at("f"))).isEqualTo("ex");
    }

    @Test default void aWriteOfNothingWritesNothing() throws IOException {
        try (SeekableByteChannel channel = writing("text")) {
            assertThat(channel.position(100).write(ByteBuffer.allocate(0))).isZero();
            assertThat(channel.size()).isEqualTo(4);
        }
    }

    @Test default void aPositionBeyondTheEndDoesNotGrowTheFile() throws IOException {
        try (SeekableByteChannel channel = both("text")) {
            assertThat(channel.position(100)).isSameAs(channel);
            assertThat(channel.position()).isEqualTo(100);
            assertThat(channel.size()).isEqualTo(4);
            assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test default void theGapBeforeAWriteBeyondTheEndReadsAsZeros() throws IOException {
        try (SeekableByteChannel channel = writing("ab")) {
            channel.position(4).write(bytes("c"));
        }
        assertThat(Files.readAllBytes(at("f"))).containsExactly('a', 'b', 0, 0, 'c');
    }

    @Test default void aNegativePositionIsRefused() throws IOException {
        try (SeekableByteChannel channel = both("text")) {
            refuses(IllegalArgumentException.class, () -> channel.position(-1));
        }
    }

    @Test default void truncateCutsTheFile() throws IOException {
        try (SeekableByteChannel channel = writing("texture")) {
            assertThat(channel.truncate(4)).isSameAs(channel);
            assertThat(channel.size()).isEqualTo(4);
        }
        assertThat(content(at("f"))).isEqualTo("text");
    }

    @Test default void truncateMovesAPositionBeyondTheNewEnd() throws IOException {
        try (SeekableByteChannel channel = writing("texture")) {
            channel.position(6).truncate(4);
            assertThat(channel.position()).isEqualTo(4);
        }
    }

    @Test default void truncateKeepsAPositionBeforeTheNewEnd() throws IOException {
        try (SeekableByteChannel channel = writing("texture")) {
            channel.position(2).truncate(4);
            assertThat(channel.position()).isEqualTo(2);
        }
    }

    @Test default void truncateDoesNotGrowAFile() throws IOException {
        try (SeekableByteChannel channel = writing("text")) {
            channel.truncate(100);
            assertThat(channel.size()).isEqualTo(4);
        }
    }

    @Test default void truncateBeyondTheEndStillMovesThePositionBack() throws IOException {
        try (SeekableByteChannel channel = writing("text")) {
            channel.position(200).truncate(100);
            assertThat(channel.position()).isEqualTo(100);
        }
    }

    @Test default void whatWasCutDoesNotComeBack() throws IOException {
        try (SeekableByteChannel channel = writing("texture")) {
            channel.truncate(1);
            channel.position(3).write(bytes("x"));
        }
        assertThat(Files.readAllBytes(at("f"))).containsExactly('t', 0, 0, 'x');
    }

    @Test default void truncateToANegativeSizeIsRefused() throws IOException {
        try (SeekableByteChannel channel = writing("text")) {
            refuses(IllegalArgumentException.class, () -> channel.truncate(-1));
        }
    }

    @Test default void aChannelThatReadsDoesNotWrite() throws IOException {
        try (SeekableByteChannel channel = reading("text")) {
            refuses(NonWritableChannelException.class, () -> channel.write(bytes("x")));
            refuses(NonWritableChannelException.class, () -> channel.truncate(0));
        }
        assertThat(content(at("f"))).isEqualTo("text");
    }

    @Test default void aChannelThatWritesDoesNotRead() throws IOException {
        try (SeekableByteChannel channel = writing("text")) {
            refuses(NonReadableChannelException.class, () -> channel.read(ByteBuffer.allocate(1)));
        }
    }

    @Test default void aClosedChannelDoesNothing() throws IOException {
        SeekableByteChannel channel = both("text");
        channel.close();
        assertThat(channel.isOpen()).isFalse();
        refuses(ClosedChannelException.class, () -> channel.read(ByteBuffer.allocate(1)));
        refuses(ClosedChannelException.class, () -> channel.write(bytes("x")));
        refuses(ClosedChannelException.class, channel::position);
        refuses(ClosedChannelException.class, () -> channel.position(0));
        refuses(ClosedChannelException.class, channel::size);
        refuses(ClosedChannelException.class, () -> channel.truncate(0));
    }

    @Test default void aChannelMayBeClosedTwice() throws IOException {
        SeekableByteChannel channel = both("text");
        channel.close();
        channel.close();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test default void channelsOfOneFileHavePositionsOfTheirOwn() throws IOException {
        try (SeekableByteChannel one = both("texture"); SeekableByteChannel two = Files.newByteChannel(at("f"))) {
            one.position(4);
            assertThat(two.position()).isZero();
            assertThat(read(two, 2)).isEqualTo("te");
            assertThat(read(one, 3)).isEqualTo("ure");
        }
    }

    @Test default void whatOneChannelWritesAnotherReads() throws IOException {
        try (SeekableByteChannel one = both("text"); SeekableByteChannel two = Files.newByteChannel(at("f"))) {
            assertThat(read(two, 4)).isEqualTo("text");
            one.position(4).write(bytes("ure"));
            assertThat(two.size()).isEqualTo(7);
            assertThat(read(two, 10)).isEqualTo("ure");
        }
    }

    @Test default void aChannelReadsToTheEndThatTheFileHasThen() throws IOException {
        try (SeekableByteChannel one = both("texture"); SeekableByteChannel two = Files.newByteChannel(at("f"))) {
            two.position(5);
            one.truncate(4);
            assertThat(two.size()).isEqualTo(4);
            assertThat(two.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test default void aMebibyteIsReadAsItWasWritten() throws IOException {
        byte[] content = new byte[(1 << 20) + 17];
        new Random(1).nextBytes(content);
        try (SeekableByteChannel channel = Files.newByteChannel(at("f"), CREATE, READ, WRITE)) {
            ByteBuffer source = ByteBuffer.wrap(content);
            while (source.hasRemaining()) {
                assertThat(channel.write(source)).isPositive();
            }
            channel.position(0);
            ByteBuffer target = ByteBuffer.allocate(content.length + 1);
            fill(channel, target);
            assertThat(Arrays.equals(target.array(), 0, target.position(), content, 0, content.length)).isTrue();
        }
    }

    @Test default void aFileMayBeLongerThanFourGibibytes() throws IOException {
        needs(NioFeature.SPARSE_FILES);
        long far = (1L << 32) + 5;
        try (SeekableByteChannel channel = Files.newByteChannel(at("f"), CREATE, READ, WRITE)) {
            channel.position(far).write(bytes("x"));
            assertThat(channel.size()).isEqualTo(far + 1);
            channel.position(far - 1);
            assertThat(read(channel, 5)).isEqualTo("\0x");
        }
    }
}
