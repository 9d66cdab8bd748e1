package org.hexfuse.vfs.file;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.device.Request;
import org.hexfuse.vfs.mount.WriteBack;
import org.hexfuse.vfs.page.DirtyPages;
import org.hexfuse.vfs.page.DirtyRun;
import org.hexfuse.vfs.page.PageWriter;

/**
 * Writes dirty pages through an open file: by WRITE with WRITE_CACHE, in the background, of up to max_write contiguous bytes; without
 * memory for that page by page, by the mount's {@link org.hexfuse.vfs.mount.WriteReserve}.
 *
 * <p>Source: Linux {@code fs/fuse/file.c} ({@code fuse_writepages}, {@code fuse_writepage_end}).
 */
final class PageOutput implements PageWriter {
    private static final int PAGE = 4096;

    private final Handle handle;

    PageOutput(Handle handle) {
        this.handle = handle;
    }

    @Override public boolean acquire() {
        return handle.tryBegin();
    }

    @Override public void release() {
        handle.end();
    }

    @Override public long fh() { return handle.fh; }

    @Override public boolean isCongested() { return handle.superblock.port.isCongested(); }

    @Override public boolean writeNext(DirtyPages dirty, long offset, long to) throws InterruptedException {
        try {
            return send(dirty, offset, to, handle.superblock.writeBack.newWrite(handle.inode),
                    handle.superblock.port.negotiated().maxWriteData());
        } catch (FuseException e) {
            if (e.errno() != Errno.ENOMEM) {
                dirty.fail(e.errno());
                return false;
            }
        }
        try {
            return send(dirty, offset, to, handle.superblock.writeReserve.newWrite(handle.inode), PAGE);
        } catch (FuseException e) {
            dirty.fail(e.errno());
            return false;
        }
    }

    /** Takes a run of at most so many bytes and sends it. Throws ENOMEM without memory for it; then it is not taken. */
    private boolean send(DirtyPages dirty, long offset, long to, Request request, int most) {
        DirtyRun run = null;
        try {
            run = dirty.take(offset, to, most, request::dataRoom);
        } finally {
            if (run == null) {
                request.close();
            }
        }
        if (run == null) {
            return false;
        }
        WriteIn.FH.set(request.arguments(), handle.fh);
        WriteIn.OFFSET.set(request.arguments(), run.offset());
        WriteIn.SIZE_FIELD.set(request.arguments(), run.length());
        WriteIn.WRITE_FLAGS.set(request.arguments(), WriteBack.writeFlags());
        request.dataLength(run.length());
        DirtyRun sent = run;
        handle.superblock.port.submit(request, error -> end(dirty, sent, request, error));
        return true;
    }

    /** A short WRITE of whole pages is continued; one that writes none is an error, since it would be repeated for ever. */
    private static void end(DirtyPages dirty, DirtyRun run, Request request, Errno error) {
        if (error != Errno.OK) {
            dirty.end(run, 0, error);
            return;
        }
        long written = WriteOut.SIZE_FIELD.getUnsigned(request.reply(), 0);
        if (written == run.length()) {
            dirty.end(run, run.pages(), Errno.OK);
        } else {
            boolean goesOn = written >= PAGE && written < run.length();
            dirty.end(run, goesOn ? (int) (written / PAGE) : 0, goesOn ? Errno.EINTR : Errno.EIO);
        }
    }
}
