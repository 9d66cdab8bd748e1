package org.hexfuse.nio.channel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.hexfuse.abi.FuseException;
import org.hexfuse.vfs.OpenFile;

/**
 * Reads an open file into byte buffers and writes it from them, heap buffers and direct ones, without a copy between.
 *
 * <p>A position of {@link #NEXT} is that of the open file, which moves. Any thread may call any method.
 *
 * @param sync whether a write returns when its bytes are on stable storage
 */
record BufferIo(OpenFile file, boolean sync) {
    /** The position of the open file. */
    static final long NEXT = -1;
    /** Up to so many bytes of several buffers go through one request, by a copy. */
    private static final int GATHERED = 128 * 1024;

    /** Reads into what remains of a buffer. Returns how many bytes, -1 at the end of the file. */
    int read(ByteBuffer target, long position) {
        int remaining = target.remaining();
        if (remaining == 0) {
            return 0;
        }
        int got = (int) read(MemorySegment.ofBuffer(target), position);
        if (got == 0) {
            return -1;
        }
        target.position(target.position() + got);
        return got;
    }

    private long read(MemorySegment target, long position) {
        return position == NEXT ? file.read(target) : file.read(target, position);
    }

    /** Writes what remains of a buffer. Returns how many bytes. */
    int write(ByteBuffer source, long position) {
        if (!source.hasRemaining()) {
            return 0;
        }
        int put = (int) write(MemorySegment.ofBuffer(source), position);
        source.position(source.position() + put);
        return put;
    }

    private long write(MemorySegment source, long position) {
        long put = position == NEXT ? file.write(source) : file.write(source, position);
        if (sync && put > 0) {
            file.sync(false);
        }
        return put;
    }

    /** Reads on into some of an array of buffers, one after the other. Returns how many bytes, -1 at the end of the file. */
    long read(ByteBuffer[] targets, int offset, int length) {
        long total = remaining(targets, offset, length);
        if (total == 0) {
            return 0;
        }
        if (length == 1 || total > GATHERED) {
            return readEach(targets, offset, length);
        }
        MemorySegment all = MemorySegment.ofArray(new byte[(int) total]);
        long got = file.read(all);
        long done = 0;
        for (int i = offset; done < got; i++) {
            int part = (int) Math.min(targets[i].remaining(), got - done);
            MemorySegment.copy(all, done, MemorySegment.ofBuffer(targets[i]), 0, part);
            targets[i].position(targets[i].position() + part);
            done += part;
        }
        return got == 0 ? -1 : got;
    }

    private long readEach(ByteBuffer[] targets, int offset, int length) {
        long done = 0;
        for (int i = offset; i < offset + length; i++) {
            int got;
            try {
                got = read(targets[i], NEXT);
            } catch (FuseException e) {
                if (done == 0) {
                    throw e;
                }
                return done;
            }
            done += Math.max(got, 0);
            if (targets[i].hasRemaining()) {
                return done == 0 ? got : done;
            }
        }
        return done;
    }

    /** Writes on from some of an array of buffers, one after the other; 128 KiB of them at once. Returns how many bytes. */
    long write(ByteBuffer[] sources, int offset, int length) {
        long total = remaining(sources, offset, length);
        if (length == 1 || total > GATHERED) {
            return writeEach(sources, offset, length);
        }
        MemorySegment all = MemorySegment.ofArray(new byte[(int) total]);
        long filled = 0;
        for (int i = offset; i < offset + length; i++) {
            MemorySegment.copy(MemorySegment.ofBuffer(sources[i]), JAVA_BYTE, 0, all, JAVA_BYTE, filled,
                    sources[i].remaining());
            filled += sources[i].remaining();
        }
        long put = total == 0 ? 0 : write(all, NEXT);
        long done = 0;
        for (int i = offset; done < put; i++) {
            int part = (int) Math.min(sources[i].remaining(), put - done);
            sources[i].position(sources[i].position() + part);
            done += part;
        }
        return put;
    }

    private long writeEach(ByteBuffer[] sources, int offset, int length) {
        long done = 0;
        for (int i = offset; i < offset + length; i++) {
            try {
                done += write(sources[i], NEXT);
            } catch (FuseException e) {
                if (done == 0) {
                    throw e;
                }
                return done;
            }
            if (sources[i].hasRemaining()) {
                return done;
            }
        }
        return done;
    }

    private static long remaining(ByteBuffer[] buffers, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffers.length);
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            total += buffers[i].remaining();
        }
        return total;
    }
}
