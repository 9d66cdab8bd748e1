package org.hexfuse.examples.memory;

import static java.lang.Math.min;

import java.util.Arrays;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/**
 * Copies between files, a chunk at a time, so that no two are locked at once. Holes stay holes. Not for several threads.
 */
final class CopyBuffer implements ByteSink, ByteSource {
    /** The most bytes of one call, since it holds a worker. */
    private static final long MOST = 16L << 20;

    private final byte[] buffer = new byte[FileContent.CHUNK];
    private int filled;
    private boolean hole;

    /** Copies up to {@code length} bytes and returns how many; fewer at the source's end, and where space runs out. */
    long copy(FileContent source, long from, FileContent target, long to, long length) {
        if (length < 0 || to < 0) {
            throw FuseException.of(Errno.EINVAL);
        }
        long wanted = min(min(length, MOST), FileContent.LARGEST_SIZE - to);
        if (wanted == 0 && length > 0) {
            throw FuseException.of(Errno.EFBIG);
        }
        long done = 0;
        while (done < wanted) {
            int toEndOfChunk = buffer.length - (int) ((from + done) % buffer.length);
            int some = fill(source, from + done, (int) min(toEndOfChunk, wanted - done));
            int written = some == 0 ? 0 : empty(target, to + done, done > 0);
            done += written;
            if (some == 0 || written < some) {
                break;
            }
        }
        return done;
    }

    private int fill(FileContent source, long position, int length) {
        filled = 0;
        hole = true;
        return source.read(position, length, this);
    }

    private int empty(FileContent target, long position, boolean mayEnd) {
        if (hole) {
            target.writeHole(position, filled);
            return filled;
        }
        try {
            return target.write(position, filled, this);
        } catch (FuseException e) {
            if (mayEnd && e.errno() == Errno.ENOSPC) {
                return 0;
            }
            throw e;
        }
    }

    @Override public void bytes(byte[] source, int offset, int length) {
        System.arraycopy(source, offset, buffer, filled, length);
        filled += length;
        hole = false;
    }

    @Override public void zeros(int length) {
        Arrays.fill(buffer, filled, filled + length, (byte) 0);
        filled += length;
    }

    @Override public void copyTo(long position, byte[] target, int offset, int length) {
        System.arraycopy(buffer, (int) position, target, offset, length);
    }
}
