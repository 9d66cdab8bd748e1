package org.hexfuse.testkit.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@link FileChannel#transferTo} and {@link FileChannel#transferFrom}. */
public interface TransferContract extends NioFixture {
    private static ReadableByteChannel source(String content) {
        return Channels.newChannel(new ByteArrayInputStream(content.getBytes(UTF_8)));
    }

    @Test default void transferToCopiesBetweenFiles() throws IOException {
        try (FileChannel from = channel(file("f", "texture"), READ);
                FileChannel to = channel(file("g", "12345"), WRITE)) {
            to.position(1);
            assertThat(from.transferTo(2, 3, to)).isEqualTo(3);
            assertThat(to.position()).isEqualTo(4);
        }
        assertThat(content(at("g"))).isEqualTo("1xtu5");
    }

    @Test default void transferToKeepsThePositionOfItsSource() throws IOException {
        try (FileChannel from = channel(file("f", "texture"), READ); FileChannel to = channel(file("g", ""), WRITE)) {
            from.position(5);
            from.transferTo(0, 4, to);
            assertThat(from.position()).isEqualTo(5);
        }
    }

    @Test default void transferToStopsAtTheEnd() throws IOException {
        try (FileChannel from = channel(file("f", "text"), READ); FileChannel to = channel(file("g", ""), WRITE)) {
            assertThat(from.transferTo(2, Long.MAX_VALUE, to)).isEqualTo(2);
        }
        assertThat(content(at("g"))).isEqualTo("xt");
    }

    @Test default void transferToBeyondTheEndTransfersNothing() throws IOException {
        try (FileChannel from = channel(file("f", "text"), READ); FileChannel to = channel(file("g", ""), WRITE)) {
            assertThat(from.transferTo(4, 10, to)).isZero();
            assertThat(from.transferTo(100, 10, to)).isZero();
            assertThat(to.size()).isZero();
        }
    }

    @Test default void transferToAppends() throws IOException {
        try (FileChannel from = channel(file("f", "texture"), READ);
                FileChannel to = channel(file("g", "pic"), APPEND)) {
            long left = 4;
            while (left > 0) {
                left -= from.transferTo(7 - left, left, to);
            }
        }
        assertThat(content(at("g"))).isEqualTo("picture");
    }

    @Test default void transferToCopiesToAnyChannel() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (FileChannel from = channel(file("f", "texture"), READ);
                WritableByteChannel to = Channels.newChannel(bytes)) {
            assertThat(from.transferTo(4, 100, to)).isEqualTo(3);
        }
        assertThat(bytes).hasToString("ure");
    }

    @Test default void transferToRefusesNegativeArguments() throws IOException {
        try (FileChannel from = channel(file("f", "text"), READ); FileChannel to = channel(file("g", ""), WRITE)) {
            refuses(IllegalArgumentException.class, () -> from.transferTo(-1, 1, to));
            refuses(IllegalArgumentException.class, () -> from.transferTo(0, -1, to));
        }
    }

    @Test default void transferToNeedsASourceThatReads() throws IOException {
        try (FileChannel from = channel(file("f", "text"), WRITE); FileChannel to = channel(file("g", ""), WRITE)) {
            refuses(NonReadableChannelException.class, () -> from.transferTo(0, 1, to));
        }
    }

    @Test default void transferToNeedsATargetThatWrites() throws IOException {
        try (FileChannel from = channel(file("f", "text"), READ); FileChannel to = channel(file("g", ""), READ)) {
            refuses(NonWritableChannelException.class, () -> from.transferTo(0, 1, to));
        }
    }

    @Test default void transferToNeedsBothChannelsOpen() throws IOException {
        try (FileChannel open = channel(file("f", "text"), READ, WRITE)) {
            FileChannel closed = channel(file("g", "text"), READ, WRITE);
            closed.close();
            refuses(ClosedChannelException.class, () -> open.transferTo(0, 1, closed));
            refuses(ClosedChannelException.class, () -> closed.transferTo(0, 1, open));
        }
    }

    @Test default void transferFromCopiesBetweenFiles() throws IOException {
        try (FileChannel from = channel(file("f", "texture"), READ);
                FileChannel to = channel(file("g", "12345"), WRITE)) {
            from.position(2);
            assertThat(to.transferFrom(from, 1, 3)).isEqualTo(3);
            assertThat(from.position()).isEqualTo(5);
            assertThat(to.position()).isZero();
        }
        assertThat(content(at("g"))).isEqualTo("1xtu5");
    }

    @Test default void transferFromStopsAtTheEndOfItsSource() throws IOException {
        try (FileChannel from = channel(file("f", "text"), READ); FileChannel to = channel(file("g", ""), WRITE)) {
            from.position(2);
            assertThat(to.transferFrom(from, 0, 100)).isEqualTo(2);
            assertThat(to.transferFrom(from, 2, 100)).isZero();
        }
        assertThat(content(at("g"))).isEqualTo("xt");
    }

    @Test default void transferFromGrowsAFile() throws IOException {
        try (FileChannel from = channel(file("f", "ture"), READ); FileChannel to = channel(file("g", "pic"), WRITE)) {
            assertThat(to.transferFrom(from, 3, 4)).isEqualTo(4);
        }
        assertThat(content(at("g"))).isEqualTo("picture");
    }

    @Test default void transferFromBeyondTheEndLeavesAGapOfZeros() throws IOException {
        try (FileChannel from = channel(file("f", "text"), READ); FileChannel to = channel(file("g", "12"), WRITE)) {
            assertThat(to.transferFrom(from, 3, 4)).isEqualTo(4);
        }
        assertThat(content(at("g"))).isEqualTo("12\0text");
    }

    @Test default void transferFromReadsAnyChannel() throws IOException {
        try (ReadableByteChannel from = source("texture"); FileChannel to = channel(file("g", "12"), WRITE)) {
            assertThat(to.transferFrom(from, 2, 4)).isEqualTo(4);
            assertThat(read(from, 10)).isEqualTo("ure");
        }
        assertThat(content(at("g"))).isEqualTo("12text");
    }

    @Test default void transferFromRefusesNegativeArguments() throws IOException {
        try (ReadableByteChannel from = source("text"); FileChannel to = channel(file("g", ""), WRITE)) {
            refuses(IllegalArgumentException.class, () -> to.transferFrom(from, -1, 1));
            refuses(IllegalArgumentException.class, () -> to.transferFrom(from, 0, -1));
        }
    }

    @Test default void transferFromNeedsASourceThatReads() throws IOException {
        try (FileChannel from = channel(file("f", "text"), WRITE); FileChannel to = channel(file("g", ""), WRITE)) {
            refuses(NonReadableChannelException.class, () -> to.transferFrom(from, 0, 1));
        }
    }

    @Test default void transferFromNeedsATargetThatWrites() throws IOException {
        try (FileChannel from = channel(file("f", "text"), READ); FileChannel to = channel(file("g", ""), READ)) {
            refuses(NonWritableChannelException.class, () -> to.transferFrom(from, 0, 1));
        }
    }

    @Test default void transferFromNeedsBothChannelsOpen() throws IOException {
        try (FileChannel open = channel(file("f", "text"), READ, WRITE)) {
            FileChannel closed = channel(file("g", "text"), READ, WRITE);
            closed.close();
            refuses(ClosedChannelException.class, () -> open.transferFrom(closed, 0, 1));
            refuses(ClosedChannelException.class, () -> closed.transferFrom(open, 0, 1));
        }
    }

    @Test default void twoMebibytesAreTransferred() throws IOException {
        byte[] content = new byte[(2 << 20) + 11];
        new Random(2).nextBytes(content);
        Files.write(at("f"), content);
        try (FileChannel from = channel(at("f"), READ); FileChannel to = channel(file("g", ""), WRITE)) {
            for (long at = 0; at < content.length;) {
                long count = from.transferTo(at, content.length - at, to);
                assertThat(count).isPositive();
                at += count;
            }
        }
        assertThat(Arrays.equals(Files.readAllBytes(at("g")), content)).isTrue();
    }

    @Test default void aFileIsTransferredIntoItself() throws IOException {
        try (FileChannel from = channel(file("f", "texture"), READ); FileChannel to = channel(at("f"), WRITE)) {
            to.position(7);
            assertThat(from.transferTo(4, 3, to)).isEqualTo(3);
        }
        assertThat(content(at("f"))).isEqualTo("textureure");
    }
}
