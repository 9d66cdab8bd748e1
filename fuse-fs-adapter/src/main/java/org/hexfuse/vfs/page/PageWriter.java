package org.hexfuse.vfs.page;

/** An open file through which dirty pages are written. Any thread may call any method. */
public interface PageWriter {
    /** Keeps the file open until {@link #release}. Returns false if it is closed. */
    boolean acquire();

    /** The reverse of {@link #acquire}. */
    void release();

    /** The file handle. */
    long fh();

    /** Whether the server has enough to do, so that what can wait should. */
    boolean isCongested();

    /**
     * Takes the next run of a range and sends it; blocks while too many are in flight. Returns false if there is none.
     *
     * @throws InterruptedException if the thread is interrupted while it is blocked; then nothing was taken
     */
    boolean writeNext(DirtyPages dirty, long offset, long to) throws InterruptedException;
}
