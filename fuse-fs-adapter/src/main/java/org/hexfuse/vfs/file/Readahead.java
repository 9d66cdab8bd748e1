package org.hexfuse.vfs.file;

/**
 * What an open file should read ahead (Linux's {@code struct file_ra_state}): nothing while reads are random; while each begins where the
 * last one ended, a window that doubles up to max_readahead, and the next one as soon as the reader enters it.
 *
 * <p>Any thread may call any method. Threads that read one open file at once disturb only how much is read ahead.
 *
 * <p>Source: Linux {@code mm/readahead.c}.
 */
final class Readahead {
    private static final long PAGE = 4096;
    /** The first window, in bytes. */
    private static final long FIRST = 4 * PAGE;

    /** Bytes to read ahead. */
    record Window(long offset, long length) {}

    private final long most;
    /** Where a sequential read begins. */
    private long expected;
    /** The size of the last window; 0 while reads are random. */
    private long window;
    /** The end of what was read ahead. */
    private long end;
    /** A reader that comes here needs the next window; never while reads are random. */
    private volatile long mark = Long.MAX_VALUE;

    /** Of at most {@code most} bytes at once; 0 for none. */
    Readahead(long most) {
        this.most = most / PAGE * PAGE;
    }

    /** A read begins. */
    void begin(long offset, long length) {
        if (most == 0) {
            return;
        }
        synchronized (this) {
            // A reader may skip less than a page. A first read from the start is sequential too.
            boolean sequential = offset >= expected && offset - expected < PAGE;
            expected = offset + length;
            if (!sequential) {
                window = 0;
                end = 0;
                mark = Long.MAX_VALUE;
            } else if (window == 0) {
                window = Math.min(most, Math.max(FIRST, 2 * roundUp(length)));
            }
        }
    }

    /** The bytes to read at once where a reader misses a page: what it wants, and with a sequential one a window. */
    synchronized long demand(long position, long wanted, long size) {
        if (window == 0) {
            return wanted;
        }
        long length = Math.min(Math.max(wanted, window), size - position);
        end = roundUp(position + length);
        mark = position / PAGE * PAGE;
        return end - position / PAGE * PAGE;
    }

    /** Whether a reader at {@code position} needs the next window. */
    boolean isDue(long position) {
        return position >= mark;
    }

    /** The next window; of length 0 if another thread has got it. */
    synchronized Window next(long position, long size) {
        if (position < mark || window == 0 || end >= size) {
            return new Window(end, 0);
        }
        window = Math.min(most, 2 * window);
        long offset = Math.max(end, position / PAGE * PAGE);
        long length = Math.min(window, roundUp(size) - offset);
        // When the reader enters this window, the one behind it is due.
        mark = offset;
        end = offset + length;
        return new Window(offset, length);
    }

    private static long roundUp(long bytes) {
        return (bytes + PAGE - 1) / PAGE * PAGE;
    }
}
