package org.hexfuse.testkit.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.MappedByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import org.junit.jupiter.api.Test;

/** {@link FileChannel#map}. */
public interface MapContract extends NioFixture {
    private FileChannel reading(String content) throws IOException {
        needs(NioFeature.MAPPED_READS);
        return channel(file("f", content), READ);
    }

    private FileChannel both(String content) throws IOException {
        needs(NioFeature.MAPPED_WRITES);
        return channel(file("f", content), READ, WRITE);
    }

    private static String mapped(MappedByteBuffer map) {
        return UTF_8.decode(map.duplicate().rewind()).toString();
    }

    @Test default void aMappingHasTheBytesOfItsRegion() throws IOException {
        try (FileChannel channel = reading("texture")) {
            MappedByteBuffer map = channel.map(MapMode.READ_ONLY, 4, 3);
            assertThat(map.position()).isZero();
            assertThat(map.capacity()).isEqualTo(3);
            assertThat(mapped(map)).isEqualTo("ure");
        }
    }

    @Test default void aMappingOutlivesItsChannel() throws IOException {
        FileChannel channel = reading("texture");
        MappedByteBuffer map = channel.map(MapMode.READ_ONLY, 0, 4);
        channel.close();
        assertThat(mapped(map)).isEqualTo("text");
    }

    @Test default void mappingKeepsThePosition() throws IOException {
        try (FileChannel channel = reading("texture")) {
            channel.position(3).map(MapMode.READ_ONLY, 1, 2);
            assertThat(channel.position()).isEqualTo(3);
        }
    }

    @Test default void aReadOnlyMappingCannotBeWritten() throws IOException {
        try (FileChannel channel = reading("text")) {
            MappedByteBuffer map = channel.map(MapMode.READ_ONLY, 0, 4);
            assertThat(map.isReadOnly()).isTrue();
            refuses(ReadOnlyBufferException.class, () -> map.put(0, (byte) 0));
        }
    }

    @Test default void aMappingMayBeEmpty() throws IOException {
        try (FileChannel channel = reading("text")) {
            assertThat(channel.map(MapMode.READ_ONLY, 2, 0).capacity()).isZero();
        }
    }

    @Test default void aMappingOfAnyAlignmentIsPossible() throws IOException {
        try (FileChannel channel = reading("x".repeat(10_000) + "end")) {
            assertThat(mapped(channel.map(MapMode.READ_ONLY, 9_999, 4))).isEqualTo("xend");
        }
    }

    @Test default void mappingRefusesNegativeArguments() throws IOException {
        try (FileChannel channel = reading("text")) {
            refuses(IllegalArgumentException.class, () -> channel.map(MapMode.READ_ONLY, -1, 1));
            refuses(IllegalArgumentException.class, () -> channel.map(MapMode.READ_ONLY, 0, -1));
        }
    }

    @Test default void aBufferMapsLessThanTwoGibibytes() throws IOException {
        try (FileChannel channel = reading("text")) {
            refuses(IllegalArgumentException.class, () -> channel.map(MapMode.READ_ONLY, 0, 1L << 31));
        }
    }

    @Test default void aChannelThatReadsMapsNothingBeyondTheEnd() throws IOException {
        try (FileChannel channel = reading("text")) {
            assertThatThrownBy(() -> channel.map(MapMode.READ_ONLY, 2, 3)).isInstanceOf(IOException.class);
            assertThat(channel.size()).isEqualTo(4);
        }
    }

    @Test default void mappingNeedsAChannelThatReads() throws IOException {
        needs(NioFeature.MAPPED_READS);
        try (FileChannel channel = channel(file("f", "text"), WRITE)) {
            refuses(NonReadableChannelException.class, () -> channel.map(MapMode.READ_ONLY, 0, 1));
        }
    }

    @Test default void mappingToWriteNeedsAChannelThatWrites() throws IOException {
        try (FileChannel channel = reading("text")) {
            refuses(NonWritableChannelException.class, () -> channel.map(MapMode.READ_WRITE, 0, 1));
        }
    }

    @Test default void aClosedChannelMapsNothing() throws IOException {
        FileChannel channel = reading("text");
        channel.close();
        refuses(ClosedChannelException.class, () -> channel.map(MapMode.READ_ONLY, 0, 1));
    }

    @Test default void aSegmentIsMappedAsLongAsItsArena() throws IOException {
        try (FileChannel channel = reading("texture"); Arena arena = Arena.ofConfined()) {
            MemorySegment segment = channel.map(MapMode.READ_ONLY, 4, 3, arena);
            assertThat(segment.byteSize()).isEqualTo(3);
            assertThat(segment.toArray(ValueLayout.JAVA_BYTE)).isEqualTo("ure".getBytes(UTF_8));
            assertThat(segment.isReadOnly()).isTrue();
        }
    }

    @Test default void aWrittenMappingChangesTheFile() throws IOException {
        try (FileChannel channel = both("text")) {
            MappedByteBuffer map = channel.map(MapMode.READ_WRITE, 0, 4);
            map.put(0, (byte) 'n');
            map.force();
            assertThat(read(channel, 4)).isEqualTo("next");
        }
        assertThat(content(at("f"))).isEqualTo("next");
    }

    @Test default void aWrittenFileChangesItsMapping() throws IOException {
        try (FileChannel channel = both("text")) {
            MappedByteBuffer map = channel.map(MapMode.READ_WRITE, 0, 4);
            channel.write(bytes("n"), 0);
            assertThat(mapped(map)).isEqualTo("next");
        }
    }

    @Test default void mappingToWriteGrowsTheFile() throws IOException {
        try (FileChannel channel = both("ab")) {
            MappedByteBuffer map = channel.map(MapMode.READ_WRITE, 0, 4);
            map.put(3, (byte) 'd');
            map.force();
            assertThat(channel.size()).isEqualTo(4);
            assertThat(read(channel, 4)).isEqualTo("ab\0d");
        }
    }

    @Test default void aPrivateMappingKeepsItsChanges() throws IOException {
        try (FileChannel channel = both("text")) {
            MappedByteBuffer map = channel.map(MapMode.PRIVATE, 0, 4);
            map.put(0, (byte) 'n');
            assertThat(mapped(map)).isEqualTo("next");
            assertThat(read(channel, 4)).isEqualTo("text");
        }
    }
}
