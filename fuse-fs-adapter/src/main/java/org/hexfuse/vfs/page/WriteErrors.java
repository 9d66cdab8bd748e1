package org.hexfuse.vfs.page;

import org.hexfuse.abi.Errno;

/**
 * The errors of delayed writes of a file. Each open file notes what it has seen, from {@link #count} on, and so tells each error once.
 * Any thread may call any method.
 *
 * <p>Source: Linux {@code lib/errseq.c}.
 */
public final class WriteErrors {
    private int count;
    private Errno last = Errno.OK;

    /** A write failed. */
    synchronized void add(Errno error) {
        count++;
        last = error;
    }

    /** How many there were. */
    public synchronized int count() {
        return count;
    }

    /** The last error if there is one after the first {@code seen}, else OK. */
    public synchronized Errno since(int seen) {
        return count == seen ? Errno.OK : last;
    }
}
