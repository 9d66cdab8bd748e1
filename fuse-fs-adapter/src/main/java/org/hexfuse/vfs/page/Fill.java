package org.hexfuse.vfs.page;

import java.util.BitSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;

/** A READ in flight that fills pages, those that were not taken from it since, see {@link FilePages#begin}. */
public final class Fill {
    final long first;
    private final CountDownLatch ended = new CountDownLatch(1);
    /** The pages that it installs, counted from {@code first}. Guarded by the lock of the file. */
    private final BitSet owned = new BitSet();
    private int count;
    private volatile Errno error = Errno.OK;
    private volatile boolean demanded;

    Fill(long first, int count) {
        this.first = first;
        this.count = count;
        owned.set(0, count);
    }

    /** Where its READ begins. */
    public long offset() {
        return first << Block.PAGE_SHIFT;
    }

    /** The size of its READ, in whole pages. */
    public int length() {
        return count << Block.PAGE_SHIFT;
    }

    /** The number of its pages. */
    int count() {
        return count;
    }

    /** There is memory for fewer pages only. */
    void limit(int pages) {
        count = pages;
        owned.clear(pages, Math.max(pages, owned.length()));
    }

    boolean owns(long page) {
        return page >= first && page - first < count && owned.get((int) (page - first));
    }

    /** Whether it owns a page of a range. */
    boolean ownsAny(long from, long to) {
        int start = Math.clamp(from - first, 0, count);
        int next = owned.nextSetBit(start);
        return next >= 0 && first + next < to;
    }

    /** Takes pages from it: they were changed since it began. */
    void disown(long from, long to) {
        owned.clear(Math.clamp(from - first, 0, count), Math.clamp(to - first, 0, count));
    }

    void end(Errno outcome) {
        error = outcome;
        ended.countDown();
    }

    /** A reader needs it: an error is that of all who wait for it. */
    public void demand() {
        demanded = true;
    }

    /** Whether a reader needs it, which does not look ahead. */
    public boolean isDemanded() { return demanded; }

    /** Waits until it has ended, at most for {@code nanos}. Returns whether it has. */
    public boolean await(long nanos) throws InterruptedException {
        return ended.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** The error of its READ, when it has ended. */
    public Errno error() {
        return error;
    }
}
