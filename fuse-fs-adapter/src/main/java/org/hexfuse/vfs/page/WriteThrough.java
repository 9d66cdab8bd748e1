package org.hexfuse.vfs.page;

/** A WRITE in flight past the dirty pages, see {@link PageUpdates#beginWrite}. Guarded by the lock of the file. */
public final class WriteThrough {
    final long from;
    final long to;
    /** Its pages were dropped, or written by another WRITE too, while it was in flight. */
    boolean disturbed;

    /** Of the pages from {@code from} up to {@code to}. */
    WriteThrough(long from, long to) {
        this.from = from;
        this.to = to;
    }

    boolean overlaps(long otherFrom, long otherTo) {
        return from < otherTo && otherFrom < to;
    }
}
