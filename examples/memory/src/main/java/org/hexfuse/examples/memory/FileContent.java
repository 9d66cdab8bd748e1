package org.hexfuse.examples.memory;

import static org.hexfuse.abi.Errno.EFBIG;
import static org.hexfuse.abi.Errno.EINVAL;
import static org.hexfuse.abi.Errno.ENOSPC;
import static org.hexfuse.abi.Errno.ENXIO;
import static org.hexfuse.abi.Errno.ESTALE;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.locks.StampedLock;
import org.hexfuse.abi.FuseException;

/**
 * The content of a regular file: its size, and chunks of up to 64 KiB for written or allocated ranges. Offsets and lengths
 * are in bytes.
 *
 * <p>A chunk may be shorter than 64 KiB; the rest of its range is a hole. The first chunk starts small and doubles, so that a
 * small file takes little memory. Bytes of a chunk past the end of the file are always zero, so that a file that grows after a
 * truncation does not show old data.
 *
 * <p>Any thread may use it. Its lock is held while a {@link ByteSink} or {@link ByteSource} is called, which must not take
 * another lock. No two contents are locked at once.
 */
final class FileContent {
    /**
     * The size of a chunk in bytes. Chunks are heap arrays: there is no other memory to free or to exhaust, a removed array is
     * freed after its last reader, and a chunk is too small for a humongous object of G1.
     */
    static final int CHUNK = 1 << 16;
    /** As on tmpfs. */
    static final long LARGEST_SIZE = Long.MAX_VALUE;

    private static final int SHIFT = 16;
    private static final int SMALLEST_CHUNK = 64;

    private final Space space;
    private final StampedLock lock = new StampedLock();
    private final ChunkTable chunks = new ChunkTable();
    private long size;
    private long allocated;
    private boolean discarded;

    FileContent(Space space) {
        this.space = space;
    }

    long size() {
        long stamp = lock.readLock();
        try {
            return size;
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** The memory of the chunks in bytes. */
    long allocated() {
        long stamp = lock.readLock();
        try {
            return allocated;
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** Reads up to {@code length} bytes, fewer only at the end of the file, and returns how many. */
    int read(long offset, int length, ByteSink sink) {
        checkOffset(offset);
        long stamp = lock.readLock();
        try {
            int total = Math.clamp(size - offset, 0, length);
            for (int done = 0; done < total;) {
                long position = offset + done;
                int start = startInChunk(position);
                int some = Math.min(total - done, CHUNK - start);
                readChunk(chunks.get(position >>> SHIFT), start, some, sink);
                done += some;
            }
            return total;
        } finally {
            lock.unlockRead(stamp);
        }
    }

    private static void readChunk(byte[] chunk, int start, int length, ByteSink sink) {
        int present = Math.clamp(chunk.length - start, 0, length);
        if (present > 0) {
            sink.bytes(chunk, start, present);
        }
        if (present < length) {
            sink.zeros(length - present);
        }
    }

    /**
     * Writes {@code length} bytes, fewer if space runs out, and returns their number. ENOSPC if there is no space at all,
     * EFBIG past {@link #LARGEST_SIZE}.
     */
    int write(long offset, int length, ByteSource source) {
        checkOffset(offset);
        long stamp = lock.writeLock();
        try {
            return writeLocked(offset, length, source);
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    /** Writes as {@link #write}, at the current end of the file. */
    int append(int length, ByteSource source) {
        long stamp = lock.writeLock();
        try {
            return writeLocked(size, length, source);
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    private int writeLocked(long offset, int length, ByteSource source) {
        checkThere();
        int total = (int) Math.min(length, LARGEST_SIZE - offset);
        if (total == 0 && length > 0) {
            throw FuseException.of(EFBIG);
        }
        int done = 0;
        while (done < total) {
            long position = offset + done;
            int some = writeChunk(position, Math.min(total - done, CHUNK - startInChunk(position)), source, done);
            if (some == 0 && done == 0) {
                throw FuseException.of(ENOSPC);
            }
            if (some == 0) {
                break;
            }
            done += some;
            size = Math.max(size, position + some);
        }
        return done;
    }

    private int writeChunk(long position, int length, ByteSource source, int sourcePosition) {
        long index = position >>> SHIFT;
        int start = startInChunk(position);
        byte[] chunk = chunks.get(index);
        if (chunk.length == 0 && index > 0) {
            byte[] former = space.takeFormer();
            if (former != null) {
                return fillFormer(former, index, start, length, source, sourcePosition);
            }
        }
        if (chunk.length < start + length) {
            chunk = grow(index, chunk, start + length);
        }
        int some = Math.min(length, chunk.length - start);
        if (some <= 0) {
            return 0;
        }
        source.copyTo(sourcePosition, chunk, start, some);
        return some;
    }

    /** Writes into a chunk of former data, of which nothing is left afterwards, and whose space is reserved. */
    private int fillFormer(byte[] former, long index, int start, int length, ByteSource source, int sourcePosition) {
        boolean filled = false;
        try {
            source.copyTo(sourcePosition, former, start, length);
            filled = true;
        } finally {
            Arrays.fill(former, 0, filled ? start : CHUNK, (byte) 0);
            Arrays.fill(former, start + length, CHUNK, (byte) 0);
            chunks.put(index, former);
            allocated += CHUNK;
        }
        return length;
    }

    /** Grows a chunk to at least {@code end} bytes, or to less where space runs out. */
    private byte[] grow(long index, byte[] chunk, int end) {
        int taken = (int) space.takeUpTo(roomFor(index, end) - chunk.length);
        return taken == 0 ? chunk : resize(index, chunk, chunk.length + taken, taken);
    }

    /** Replaces {@code chunk} by a longer one, whose space is reserved. */
    private byte[] resize(long index, byte[] chunk, int length, int taken) {
        try {
            byte[] longer = Space.resized(chunk, length);
            chunks.put(index, longer);
            allocated += taken;
            return longer;
        } catch (FuseException e) {
            space.giveBack(taken);
            throw e;
        }
    }

    /** The size of a chunk that has to hold {@code end} bytes. */
    private static int roomFor(long index, int end) {
        return index > 0 || end > CHUNK / 2 ? CHUNK : Math.max(SMALLEST_CHUNK, Integer.highestOneBit(2 * end - 1));
    }

    /** Truncates the file to {@code newSize}, or extends it by a hole. */
    void truncate(long newSize) {
        checkOffset(newSize);
        long stamp = lock.writeLock();
        try {
            checkThere();
            if (newSize == 0) {
                clear();
            } else if (newSize <= size) {
                wipe(newSize, Long.MAX_VALUE, true);
                shortenFirst(newSize);
            }
            size = newSize;
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    private void shortenFirst(long newSize) {
        byte[] first = chunks.get(0);
        int length = newSize >= CHUNK ? CHUNK : roomFor(0, (int) newSize);
        if (length < first.length) {
            space.giveBack(first.length - length);
            allocated -= first.length - length;
            chunks.put(0, Arrays.copyOf(first, length));
        }
    }

    /** Punches a hole of {@code length} bytes; keeps the size. */
    void punch(long offset, long length) {
        long end = end(offset, length);
        long stamp = lock.writeLock();
        try {
            checkThere();
            wipe(offset, end, true);
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    /** Punches a hole of {@code length} bytes; extends the file if needed. */
    void writeHole(long offset, long length) {
        long end = end(offset, length);
        long stamp = lock.writeLock();
        try {
            checkThere();
            wipe(offset, end, true);
            size = Math.max(size, end);
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    /** Allocates space for {@code length} bytes and keeps their data; ENOSPC if not all fit. */
    void allocate(long offset, long length, boolean keepSize) {
        allocate(offset, length, keepSize, false);
    }

    /** Allocates space for {@code length} bytes and zeroes them; ENOSPC if not all fit. */
    void zero(long offset, long length, boolean keepSize) {
        allocate(offset, length, keepSize, true);
    }

    private void allocate(long offset, long length, boolean keepSize, boolean zero) {
        long end = end(offset, length);
        long stamp = lock.writeLock();
        try {
            checkThere();
            // Checked first, so that a huge range is not walked.
            if (length - allocated > space.freeBytes()) {
                throw FuseException.of(ENOSPC);
            }
            fill(offset, end, missing(offset, end));
            if (zero) {
                wipe(offset, end, false);
            }
            size = keepSize ? size : Math.max(size, end);
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    private long missing(long offset, long end) {
        long missing = 0;
        for (long index = offset >>> SHIFT; index <= (end - 1) >>> SHIFT; index++) {
            missing += Math.max(0, endInChunk(index, end) - chunks.get(index).length);
        }
        return missing;
    }

    private void fill(long offset, long end, long missing) {
        space.take(missing);
        long left = missing;
        try {
            for (long index = offset >>> SHIFT; left > 0; index++) {
                byte[] chunk = chunks.get(index);
                int more = endInChunk(index, end) - chunk.length;
                if (more > 0) {
                    left -= more;
                    resize(index, chunk, chunk.length + more, more);
                }
            }
        } catch (FuseException e) {
            space.giveBack(left);
            throw e;
        }
    }

    private static int endInChunk(long index, long end) {
        return (int) Math.min(CHUNK, end - (index << SHIFT));
    }

    /** Makes the bytes from {@code from} up to {@code to} zero, freeing chunks that are wholly in that range. */
    private void wipe(long from, long to, boolean free) {
        if (from >= to) {
            return;
        }
        long last = (to - 1) >>> SHIFT;
        for (long i = chunks.next(from >>> SHIFT); i >= 0 && i <= last; i = chunks.next(i + 1)) {
            byte[] chunk = chunks.get(i);
            long base = i << SHIFT;
            int start = (int) Math.max(0, from - base);
            int end = (int) Math.min(chunk.length, to - base);
            if (free && start == 0 && end == chunk.length) {
                chunks.remove(i);
                space.keep(chunk);
                space.giveBack(chunk.length);
                allocated -= chunk.length;
            } else if (start < end) {
                Arrays.fill(chunk, start, end, (byte) 0);
            }
        }
    }

    /** The next data at or after {@code offset}; ENXIO if there is none. */
    long seekData(long offset) {
        long stamp = lock.readLock();
        try {
            checkInside(offset);
            for (long i = chunks.next(offset >>> SHIFT); i >= 0; i = chunks.next(i + 1)) {
                long base = i << SHIFT;
                long start = Math.max(base, offset);
                if (start - base < chunks.get(i).length && start < size) {
                    return start;
                }
            }
            throw FuseException.of(ENXIO);
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** The next hole at or after {@code offset}; the end of the file counts as one. */
    long seekHole(long offset) {
        long stamp = lock.readLock();
        try {
            checkInside(offset);
            long position = offset;
            while (true) {
                int start = startInChunk(position);
                int length = chunks.get(position >>> SHIFT).length;
                if (length <= start) {
                    return position;
                }
                if (size - (position - start) <= length) {
                    return size;
                }
                position += length - start;
            }
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** Writes the size, and each chunk behind its index; -1 ends them. Holes are left out. */
    void save(DataOutput out) throws IOException {
        long stamp = lock.readLock();
        try {
            out.writeLong(size);
            for (long i = chunks.next(0); i >= 0; i = chunks.next(i + 1)) {
                out.writeLong(i);
                Stored.bytes(chunks.get(i), out);
            }
            out.writeLong(-1);
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** Reads what {@link #save} has written, into an empty file. ENOSPC if it does not fit. */
    void restore(DataInput in) throws IOException {
        long stamp = lock.writeLock();
        try {
            size = in.readLong();
            for (long i = in.readLong(); i >= 0; i = in.readLong()) {
                byte[] chunk = Stored.bytes(in, CHUNK);
                if (size < 0 || i > LARGEST_SIZE >>> SHIFT || chunk.length == 0
                        || chunks.get(i).length > 0) {
                    throw new IOException("a chunk of a file is damaged");
                }
                space.take(chunk.length);
                chunks.put(i, chunk);
                allocated += chunk.length;
            }
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    /** Frees all chunks. Later writes fail with ESTALE. */
    void discard() {
        long stamp = lock.writeLock();
        try {
            discarded = true;
            size = 0;
            clear();
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    /** Frees all chunks at once. */
    private void clear() {
        for (long i = chunks.next(0); i >= 0; i = chunks.next(i + 1)) {
            space.keep(chunks.get(i));
        }
        chunks.clear();
        space.giveBack(allocated);
        allocated = 0;
    }

    private static int startInChunk(long position) {
        return (int) position & (CHUNK - 1);
    }

    private static void checkOffset(long offset) {
        if (offset < 0) {
            throw FuseException.of(EINVAL);
        }
    }

    private static long end(long offset, long length) {
        if (offset < 0 || length <= 0) {
            throw FuseException.of(EINVAL);
        }
        if (length > LARGEST_SIZE - offset) {
            throw FuseException.of(EFBIG);
        }
        return offset + length;
    }

    private void checkInside(long offset) {
        if (offset < 0 || offset >= size) {
            throw FuseException.of(ENXIO);
        }
    }

    private void checkThere() {
        if (discarded) {
            throw FuseException.of(ESTALE);
        }
    }
}
