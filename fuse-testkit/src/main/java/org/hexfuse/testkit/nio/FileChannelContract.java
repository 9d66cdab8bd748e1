package org.hexfuse.testkit.nio;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@link FileChannel}: reads and writes at positions, scattered and gathered. */
public interface FileChannelContract extends NioFixture {
    private FileChannel reading(String content) throws IOException {
        return channel(file("f", content), READ);
    }

    private FileChannel writing(String content) throws IOException {
        return channel(file("f", content), WRITE);
    }

    private FileChannel both(String content) throws IOException {
        return channel(file("f", content), READ, WRITE);
    }

    private static ByteBuffer[] buffers(int... capacities) {
        var buffers = new ByteBuffer[capacities.length];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = ByteBuffer.allocate(capacities[i]);
        }
        return buffers;
    }

    @Test default void aFileChannelOpensWithTheOptionsOfOpening() throws IOException {
        fails(NoSuchFileException.class, at("f"), () -> channel(at("f"), READ));
        channel(at("f"), WRITE, CREATE_NEW).close();
        fails(FileAlreadyExistsException.class, at("f"), () -> channel(at("f"), WRITE, CREATE_NEW));
        channel(at("f"), READ, DELETE_ON_CLOSE).close();
        assertThat(exists(at("f"))).isFalse();
    }

    @Test default void aFileChannelMakesAFileWithTheGivenPermissions() throws IOException {
        needs(NioFeature.FILE_CHANNELS);
        needs(NioFeature.POSIX_ATTRIBUTES);
        var mine = PosixFilePermissions.fromString("r--------");
        FileChannel.open(at("f"), Set.of(WRITE, CREATE), PosixFilePermissions.asFileAttribute(mine)).close();
        assertThat(Files.getPosixFilePermissions(at("f"))).isEqualTo(mine);
    }

    @Test default void aPositionalReadKeepsThePosition() throws IOException {
        try (FileChannel channel = reading("texture")) {
            ByteBuffer buffer = ByteBuffer.allocate(3);
            assertThat(channel.read(buffer, 4)).isEqualTo(3);
            assertThat(text(buffer)).isEqualTo("ure");
            assertThat(channel.position()).isZero();
        }
    }

    @Test default void aPositionalReadStopsAtTheEnd() throws IOException {
        try (FileChannel channel = reading("text")) {
            ByteBuffer buffer = ByteBuffer.allocate(10);
            assertThat(channel.read(buffer, 1)).isEqualTo(3);
            assertThat(text(buffer)).isEqualTo("ext");
        }
    }

    @Test default void aPositionalReadAtOrBeyondTheEndReturnsMinusOne() throws IOException {
        try (FileChannel channel = reading("text")) {
            assertThat(channel.read(ByteBuffer.allocate(1), 4)).isEqualTo(-1);
            assertThat(channel.read(ByteBuffer.allocate(1), 1L << 40)).isEqualTo(-1);
        }
    }

    @Test default void aPositionalReadAtANegativePositionIsRefused() throws IOException {
        try (FileChannel channel = reading("text")) {
            refuses(IllegalArgumentException.class, () -> channel.read(ByteBuffer.allocate(1), -1));
        }
    }

    @Test default void aPositionalWriteKeepsThePosition() throws IOException {
        try (FileChannel channel = writing("picture")) {
            assertThat(channel.write(bytes("ur"), 1)).isEqualTo(2);
            assertThat(channel.position()).isZero();
        }
        assertThat(content(at("f"))).isEqualTo("purture");
    }

    @Test default void aPositionalWriteBeyondTheEndLeavesAGapOfZeros() throws IOException {
        try (FileChannel channel = writing("ab")) {
            channel.write(bytes("c"), 4);
            assertThat(channel.size()).isEqualTo(5);
        }
        assertThat(Files.readAllBytes(at("f"))).containsExactly('a', 'b', 0, 0, 'c');
    }

    @Test default void aPositionalWriteAtANegativePositionIsRefused() throws IOException {
        try (FileChannel channel = writing("text")) {
            refuses(IllegalArgumentException.class, () -> channel.write(bytes("x"), -1));
        }
    }

    @Test default void positionalCallsNeedTheRightMode() throws IOException {
        try (FileChannel channel = reading("text")) {
            refuses(NonWritableChannelException.class, () -> channel.write(bytes("x"), 0));
        }
        try (FileChannel channel = channel(at("f"), WRITE)) {
            refuses(NonReadableChannelException.class, () -> channel.read(ByteBuffer.allocate(1), 0));
        }
    }

    @Test default void aScatteringReadFillsBuffersInOrder() throws IOException {
        try (FileChannel channel = reading("texture")) {
            ByteBuffer[] targets = buffers(2, 0, 3, 10);
            long count = 0;
            for (long read = 0; read >= 0; read = channel.read(targets)) {
                count += read;
            }
            assertThat(count).isEqualTo(7);
            assertThat(channel.position()).isEqualTo(7);
            assertThat(targets).extracting(this::text).containsExactly("te", "", "xtu", "re");
        }
    }

    @Test default void aScatteringReadUsesARangeOfBuffers() throws IOException {
        try (FileChannel channel = reading("texture")) {
            ByteBuffer[] targets = buffers(1, 2, 2, 1);
            assertThat(channel.read(targets, 1, 2)).isEqualTo(4);
            assertThat(targets).extracting(this::text).containsExactly("", "te", "xt", "");
        }
    }

    @Test default void aScatteringReadAtTheEndReturnsMinusOne() throws IOException {
        try (FileChannel channel = reading("")) {
            assertThat(channel.read(buffers(2, 3))).isEqualTo(-1);
        }
    }

    @Test default void aRangeOutsideTheBuffersIsRefused() throws IOException {
        try (FileChannel channel = both("text")) {
            refuses(IndexOutOfBoundsException.class, () -> channel.read(buffers(1, 1), 1, 2));
            refuses(IndexOutOfBoundsException.class, () -> channel.read(buffers(1, 1), -1, 1));
            refuses(IndexOutOfBoundsException.class, () -> channel.write(buffers(1, 1), 0, 3));
        }
        assertThat(content(at("f"))).isEqualTo("text");
    }

    @Test default void aGatheringWriteTakesBuffersInOrder() throws IOException {
        try (FileChannel channel = writing("")) {
            ByteBuffer[] sources = {bytes("te"), bytes(""), bytes("xtu"), bytes("re")};
            long count = 0;
            while (count < 7) {
                count += channel.write(sources);
            }
            assertThat(count).isEqualTo(7);
            assertThat(channel.position()).isEqualTo(7);
        }
        assertThat(content(at("f"))).isEqualTo("texture");
    }

    @Test default void aGatheringWriteUsesARangeOfBuffers() throws IOException {
        try (FileChannel channel = writing("")) {
            ByteBuffer[] sources = {bytes("no"), bytes("te"), bytes("xt"), bytes("no")};
            assertThat(channel.write(sources, 1, 2)).isEqualTo(4);
            assertThat(sources[0].remaining()).isEqualTo(2);
        }
        assertThat(content(at("f"))).isEqualTo("text");
    }

    @Test default void aGatheringWriteAppends() throws IOException {
        try (FileChannel channel = channel(file("f", "text"), APPEND)) {
            channel.position(0);
            channel.write(new ByteBuffer[]{bytes("u"), bytes("re")});
        }
        assertThat(content(at("f"))).isEqualTo("texture");
    }

    @Test default void scatteringAndGatheringNeedTheRightMode() throws IOException {
        try (FileChannel channel = reading("text")) {
            refuses(NonWritableChannelException.class, () -> channel.write(buffers(1, 1)));
        }
        try (FileChannel channel = channel(at("f"), WRITE)) {
            refuses(NonReadableChannelException.class, () -> channel.read(buffers(1, 1)));
        }
    }

    @Test default void aThousandBuffersAreGathered() throws IOException {
        var sources = new ByteBuffer[2000];
        for (int i = 0; i < sources.length; i++) {
            sources[i] = bytes("%04d".formatted(i));
        }
        try (FileChannel channel = writing("")) {
            for (long left = 8000; left > 0;) {
                left -= channel.write(sources);
            }
        }
        assertThat(content(at("f"))).hasSize(8000).startsWith("00000001").endsWith("19981999");
    }

    @Test default void aPositionIsSharedByAllWaysOfReading() throws IOException {
        try (FileChannel channel = reading("texture")) {
            channel.read(ByteBuffer.allocate(2));
            channel.read(buffers(1, 1));
            assertThat(channel.position()).isEqualTo(4);
            assertThat(read(channel, 10)).isEqualTo("ure");
        }
    }

    @Test default void aFileChannelReturnsItselfWhenItIsMovedOrCut() throws IOException {
        try (FileChannel channel = both("text")) {
            assertThat(channel.position(2)).isSameAs(channel);
            assertThat(channel.truncate(1)).isSameAs(channel);
        }
    }

    @Test default void aCutFileChannelMovesAPositionBeyondTheEnd() throws IOException {
        try (FileChannel channel = both("texture")) {
            channel.position(6).truncate(4);
            assertThat(channel.position()).isEqualTo(4);
            assertThat(channel.size()).isEqualTo(4);
        }
    }

    @Test default void forceKeepsTheContent() throws IOException {
        try (FileChannel channel = writing("text")) {
            channel.write(bytes("n"));
            channel.force(true);
            channel.force(false);
        }
        assertThat(content(at("f"))).isEqualTo("next");
    }

    @Test default void forceMayBeCalledOnAChannelThatReads() throws IOException {
        try (FileChannel channel = reading("text")) {
            channel.force(true);
            assertThat(read(channel, 4)).isEqualTo("text");
        }
    }

    @Test default void aClosedFileChannelDoesNothing() throws IOException {
        FileChannel channel = both("text");
        channel.close();
        refuses(ClosedChannelException.class, () -> channel.read(ByteBuffer.allocate(1), 0));
        refuses(ClosedChannelException.class, () -> channel.write(bytes("x"), 0));
        refuses(ClosedChannelException.class, () -> channel.read(buffers(1)));
        refuses(ClosedChannelException.class, () -> channel.write(buffers(1)));
        refuses(ClosedChannelException.class, () -> channel.force(true));
        refuses(ClosedChannelException.class, channel::position);
        refuses(ClosedChannelException.class, channel::size);
        refuses(ClosedChannelException.class, () -> channel.truncate(0));
        refuses(ClosedChannelException.class, channel::lock);
        refuses(ClosedChannelException.class, channel::tryLock);
        assertThat(content(at("f"))).isEqualTo("text");
    }

    @Test default void anUnlinkedFileHasAFileChannelStill() throws IOException {
        needs(NioFeature.OPEN_FILES_WITHOUT_NAME);
        try (FileChannel channel = both("text")) {
            Files.delete(at("f"));
            channel.write(bytes("ure"), 4);
            channel.truncate(6);
            channel.force(true);
            assertThat(channel.size()).isEqualTo(6);
            assertThat(read(channel, 10)).isEqualTo("textur");
        }
        assertThat(names(directory())).isEmpty();
    }
}
