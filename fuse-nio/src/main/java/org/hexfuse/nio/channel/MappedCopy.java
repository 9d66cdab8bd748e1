package org.hexfuse.nio.channel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.vfs.OpenFile;

/**
 * A map of a part of a file: a copy of it in native memory, as the file was when it was mapped. READ_ONLY and PRIVATE can be had so;
 * READ_WRITE cannot, for what is written to the copy would not reach the file.
 *
 * <p>The memory is the JVM's direct memory ({@code -XX:MaxDirectMemorySize}). It is freed with the arena, or after the buffer has
 * become unreachable.
 */
final class MappedCopy {
    /** The most bytes of one map: 1 GiB, or the system property {@code org.hexfuse.nio.mapLimit}. */
    static final long LIMIT = Long.getLong("org.hexfuse.nio.mapLimit", 1L << 30);

    private MappedCopy() {}

    /** Refuses what cannot be mapped: UnsupportedOperationException for the mode, IllegalArgumentException for the size. */
    static void requireSupported(MapMode mode, long position, long size) {
        if (!mode.equals(MapMode.READ_ONLY) && !mode.equals(MapMode.PRIVATE)) {
            throw new UnsupportedOperationException("a map of a FUSE server's file is a copy, which cannot be " + mode
                    + "; map READ_ONLY or PRIVATE, or write to the channel");
        }
        if (position + size < 0) {
            throw new IllegalArgumentException(size + " bytes from " + position + " are no range of a file");
        }
        if (size > LIMIT) {
            throw new IllegalArgumentException(
                    "a map of a FUSE server's file is a copy of at most " + LIMIT + " bytes, not " + size
                            + "; read the channel, or set -Dorg.hexfuse.nio.mapLimit");
        }
    }

    /** The capacity of a buffer; IllegalArgumentException for more than a buffer has. */
    static int requireBuffer(long size) {
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a buffer has at most " + Integer.MAX_VALUE + " bytes, not " + size);
        }
        return (int) size;
    }

    /** A direct buffer with {@code size} bytes of a file. Each direct buffer is a MappedByteBuffer, this one without a file. */
    static MappedByteBuffer buffer(OpenFile file, MapMode mode, long position, int size) {
        ByteBuffer copy = memory(() -> ByteBuffer.allocateDirect(size));
        read(file, MemorySegment.ofBuffer(copy), position);
        return (MappedByteBuffer) (mode.equals(MapMode.READ_ONLY) ? copy.asReadOnlyBuffer() : copy);
    }

    /** A segment of {@code arena} with {@code size} bytes of a file. */
    static MemorySegment segment(OpenFile file, MapMode mode, long position, long size, Arena arena) {
        MemorySegment copy = memory(() -> allocate(arena, size));
        read(file, copy, position);
        return mode.equals(MapMode.READ_ONLY) ? copy.asReadOnly() : copy;
    }

    /** Some arenas, such as that of Lucene's MMapDirectory, close maps and allocate nothing. */
    private static MemorySegment allocate(Arena arena, long size) {
        try {
            return arena.allocate(size);
        } catch (UnsupportedOperationException e) {
            throw new UnsupportedOperationException("a map of a FUSE server's file is a copy, and "
                    + arena.getClass().getName() + " allocates no memory for it; read the channel", e);
        }
    }

    private interface Allocation<T> {
        T run();
    }

    private static <T> T memory(Allocation<T> allocation) {
        try {
            return allocation.run();
        } catch (OutOfMemoryError e) {
            var exception = FuseException.of(Errno.ENOMEM, "no direct memory for a map: " + e.getMessage());
            exception.addSuppressed(e);
            throw exception;
        }
    }

    /** What lies past the end of the file stays 0. */
    private static void read(OpenFile file, MemorySegment target, long position) {
        if (target.byteSize() > 0) {
            file.read(target, position);
        }
    }
}
