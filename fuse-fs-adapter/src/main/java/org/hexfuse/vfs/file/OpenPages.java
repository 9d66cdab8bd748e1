package org.hexfuse.vfs.file;

import static org.hexfuse.vfs.request.Checks.require;

import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.vfs.page.FilePages;

/**
 * The page cache as one open file uses it: dirty pages are written out before what the server answers by the content, and at a close,
 * and each write error of the file is returned once (Linux's {@code f_wb_err}). Does nothing for a file that is not cached. Any thread
 * may call any method.
 *
 * <p>Source: Linux {@code mm/filemap.c} ({@code filemap_write_and_wait_range}), {@code fs/fuse/file.c} ({@code fuse_writeback_range}).
 */
final class OpenPages {
    /** Null without a page cache, and for what it does not cache. */
    private final FilePages pages;
    /** Null unless the file is open for writing and cached. */
    private final PageOutput output;
    /** The write errors of the file that were returned. */
    private final AtomicInteger returnedErrors;

    /** For a handle whose inode has {@code pages}; null without. */
    OpenPages(Handle handle, FilePages pages) {
        this.pages = pages;
        this.output = pages != null && handle.isWritable() ? new PageOutput(handle) : null;
        this.returnedErrors = new AtomicInteger(pages == null ? 0 : pages.dirty().errors().count());
    }

    private boolean isClean() { return pages == null || pages.dirty().isEmpty(); }

    /** Drops the pages of the file without FOPEN_KEEP_CACHE, but for dirty ones, and writes out dirty ones from now on. */
    void open(long openFlags) {
        if (pages != null && !OpenOutFlag.KEEP_CACHE.in(openFlags)) {
            pages.dropAll();
        }
        if (output != null) {
            pages.dirty().add(output);
        }
    }

    /** Whether there are pages to be written by {@link #writeOutAll}. */
    boolean isDirty() {
        return output != null && !pages.dirty().isEmpty();
    }

    /** The file is released: writes out no more. */
    void close() {
        if (output != null) {
            pages.dirty().remove(output);
        }
    }

    /**
     * Writes out the dirty pages of a range, by this file or any other, and waits until they are written. fsync and close
     * return errors. The caller has entered the gate of the file.
     *
     * @throws FuseException EINTR if the thread is interrupted; then nothing is lost
     */
    void writeOut(long offset, long end) {
        if (isClean()) {
            return;
        }
        try {
            if (output != null) {
                pages.dirty().writeOut(output, offset, end);
            } else {
                pages.dirty().writeOut(offset, end);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw FuseException.of(Errno.EINTR);
        }
    }

    /** The same for a caller that is not in the gate. */
    void enterAndWriteOut(long offset, long end) {
        if (isClean()) {
            return;
        }
        pages.gate().enter();
        try {
            writeOut(offset, end);
        } finally {
            pages.gate().leave();
        }
    }

    /** Runs a change of the file that the server makes and that leaves its data as it is; no write goes on meanwhile. */
    void excludingWrites(Runnable change) {
        if (pages == null) {
            change.run();
            return;
        }
        pages.gate().enterExclusively();
        try {
            change.run();
        } finally {
            pages.gate().leaveExclusively();
        }
    }

    /** The same of a change that replaces the data of a range, whose pages are written out before it and dropped after it. */
    void replacing(long offset, long end, Runnable change) {
        excludingWrites(() -> {
            try {
                writeOut(offset, end);
                change.run();
            } finally {
                if (pages != null) {
                    pages.drop(offset, end);
                }
            }
        });
    }

    /** The file is closed: writes out all, even if the thread is interrupted. */
    void writeOutAll() {
        if (!isDirty()) {
            return;
        }
        boolean interrupted = false;
        boolean written = false;
        while (!written) {
            interrupted |= Thread.interrupted();
            try {
                enterAndWriteOut(0, Long.MAX_VALUE);
                written = true;
            } catch (FuseException e) {
                // Only EINTR.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Throws the error of a delayed write that this file has not returned yet. */
    void throwWriteError() {
        if (pages != null) {
            int count = pages.dirty().errors().count();
            Errno error = pages.dirty().errors().since(returnedErrors.getAndSet(count));
            require(error == Errno.OK, error);
        }
    }
}
