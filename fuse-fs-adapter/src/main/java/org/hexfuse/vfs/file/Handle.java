package org.hexfuse.vfs.file;

import static org.hexfuse.vfs.request.Checks.require;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FlushIn;
import org.hexfuse.abi.FsyncFlag;
import org.hexfuse.abi.FsyncIn;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.abi.ReleaseFlag;
import org.hexfuse.abi.ReleaseIn;
import org.hexfuse.device.BackingFile;
import org.hexfuse.device.Request;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.posix.ReferenceCount;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.lock.OpenFileLocks;
import org.hexfuse.vfs.mount.Superblock;
import org.hexfuse.vfs.page.FilePages;
import org.hexfuse.vfs.request.OpenBits;
import org.hexfuse.vfs.request.SetattrArguments;

/**
 * An open file or directory (Linux's {@code struct fuse_file}). It counts the calls in flight: RELEASE is sent when it is closed and
 * the last of them has returned. Any thread may call any method.
 *
 * <p>Source: Linux {@code fs/fuse/file.c}.
 */
public final class Handle {
    public final Superblock superblock;
    public final Inode inode;
    public final Caller caller;
    /** The file handle (fh) that the server gave; 0 if it does not support OPEN. */
    public final long fh;
    /** Those of {@code open(2)}. */
    public final int flags;
    public final OpenFileLocks locks;
    /** The cached pages of the inode; null without a page cache, and for what it does not cache. */
    final FilePages pages;
    /** What this open file does with them; nothing without any. */
    final OpenPages openPages;
    /** The FOPEN flags, see {@link OpenOutFlag}. */
    final long openFlags;
    /** The lock owner id of the process that opened it. */
    final long processOwner;
    private final boolean stateless;
    /** The calls in flight. */
    private final ReferenceCount calls = new ReferenceCount(this::release);
    /** The backing file of a passthrough open. Set before the handle is shared. */
    private Optional<BackingFile> backing = Optional.empty();
    private boolean hasIoMode;
    /** Set before the handle is shared. */
    private List<Inode> above = List.of();
    /** Null unless reads and writes can be interrupted. Set before the handle is used. */
    private volatile RequestsInFlight inFlight;

    /**
     * Takes over the caller's reference to the inode.
     *
     * @param processOwner the lock owner id of the process that opens it
     * @param stateless whether the server does not support OPEN, so that it is sent no RELEASE
     */
    public Handle(Superblock superblock, Inode inode, Caller caller, long processOwner, long fh, int flags,
            long openFlags, boolean stateless) {
        this.superblock = superblock;
        this.inode = inode;
        this.caller = caller;
        this.processOwner = processOwner;
        this.fh = fh;
        this.flags = flags;
        this.openFlags = openFlags;
        this.stateless = stateless;
        this.pages = OpenOutFlag.STREAM.in(openFlags) ? null : superblock.inodes.pages(inode);
        this.openPages = new OpenPages(this, pages);
        this.locks = new OpenFileLocks(superblock.port, superblock.fileLocks, inode, this::request, fh, processOwner);
    }

    /** Sets the I/O mode of the inode as the server opened it. EIO closes the handle. */
    void setIoMode(int backingId) {
        try {
            backing = superblock.passthrough.opened(inode, openFlags, backingId);
            hasIoMode = true;
            openPages.open(openFlags);
        } catch (FuseException e) {
            close();
            throw e;
        }
    }

    /** Whether reads and writes go through the page cache. */
    boolean isCached() {
        return pages != null && backing.isEmpty() && !isDirect();
    }

    /** The backing file that is read and written; empty with FOPEN_DIRECT_IO, where the server is. */
    Optional<BackingFile> backing() {
        return (openFlags & OpenOutFlag.DIRECT_IO.mask()) == 0 ? backing : Optional.empty();
    }

    /** Whether reads and writes bypass the page cache: FOPEN_DIRECT_IO or O_DIRECT. */
    boolean isDirect() {
        return OpenOutFlag.DIRECT_IO.in(openFlags) || (flags & OpenFlags.DIRECT) != 0;
    }

    public boolean isReadable() { return OpenBits.isReading(flags); }

    public boolean isWritable() { return OpenBits.isWriting(flags); }

    public boolean isAppending() { return OpenBits.isAppending(flags); }

    /** Whether it has a position that can be set, and takes offsets: not with FOPEN_NONSEEKABLE or FOPEN_STREAM. */
    public boolean isSeekable() {
        return (openFlags & (OpenOutFlag.NONSEEKABLE.mask() | OpenOutFlag.STREAM.mask())) == 0;
    }

    /** FOPEN_STREAM: it has no position, and READ and WRITE begin at offset 0. */
    boolean isStream() {
        return (openFlags & OpenOutFlag.STREAM.mask()) != 0;
    }

    /** Makes reads and writes interruptible by {@link #interruptCalls}. */
    public void trackCalls() {
        inFlight = new RequestsInFlight();
    }

    /** Interrupts the reads and writes in flight, and all later ones. */
    public void interruptCalls() {
        RequestsInFlight tracked = inFlight;
        if (tracked != null) {
            tracked.interrupt();
        }
    }

    /** Sends a request that reads or writes, and blocks until its reply. */
    void call(Request request) {
        RequestsInFlight tracked = inFlight;
        if (tracked == null) {
            superblock.port.call(request);
            return;
        }
        tracked.add(request);
        try {
            superblock.port.call(request);
        } finally {
            tracked.remove(request);
        }
    }

    /** Equal for the handles of one inode that one process has. */
    public Object lockKey() {
        return new LockKey(processOwner, inode.nodeId);
    }

    /** The lock owner id of a process is unique among all mounts. */
    private record LockKey(long processOwner, long nodeId) {}

    /** Whether it was opened with O_PATH: the server knows nothing of it. */
    public boolean isPath() {
        return (flags & OpenFlags.PATH) != 0;
    }

    /** The directories from the root of the mount to the one that a directory is in, held as long as it is open. */
    public void keepAbove(List<Inode> directories) {
        directories.forEach(Inode::hold);
        above = directories;
    }

    /** The directories that {@link #keepAbove} holds. */
    public List<Inode> above() {
        return above;
    }

    /** Begins a call, which {@link #end} ends; EBADF if the handle is closed, or opened with O_PATH. */
    public void begin() {
        require(!isPath() && calls.acquire(), Errno.EBADF);
    }

    /** Begins a call that needs no more than O_PATH. */
    public void beginPath() {
        require(calls.acquire(), Errno.EBADF);
    }

    /** Begins a call. Returns false if the handle is closed. */
    boolean tryBegin() {
        return calls.acquire();
    }

    /** Ends a call on a thread that brings replies, which must not send: the last one is ended on a virtual thread. */
    void endFromReply() {
        if (!calls.releaseUnlessLast()) {
            Thread.startVirtualThread(this::end);
        }
    }

    /** Whether {@link #interruptCalls} was called. */
    boolean isInterrupted() {
        RequestsInFlight tracked = inFlight;
        return tracked != null && tracked.isInterrupted();
    }

    /** Ends a call; the last one of a closed handle sends RELEASE. */
    public void end() {
        calls.release();
    }

    /** Closes it: no further call begins. Returns whether it was open until now. */
    public boolean close() {
        return calls.close();
    }

    /** Whether it is closed, though a call may still be in flight. */
    public boolean isClosed() {
        return calls.isClosed();
    }

    /** A request on its inode for its opener. */
    public Request request(Opcode opcode) {
        return superblock.request(opcode, inode, caller);
    }

    /** A SETATTR through the open file: with FATTR_FH, and FATTR_LOCKOWNER if the size changes. */
    public SetattrArguments through(SetattrArguments arguments) {
        return arguments.handle(fh, processOwner);
    }

    /**
     * A descriptor is closed: sends dirty times and FLUSH, whose error is that of earlier writes.
     *
     * @return whether the server has released the record locks of the process: not if FLUSH is not sent, or not supported
     */
    public boolean flush() {
        openPages.writeOutAll();
        boolean released = sendFlush();
        openPages.throwWriteError();
        return released;
    }

    /** Sends dirty times at once, as Linux after FALLOCATE and COPY_FILE_RANGE ({@code fuse_flush_time_update}), whose error is not theirs. */
    void flushTimes() {
        try {
            superblock.writeBack.flush(inode, caller, fh, processOwner);
        } catch (FuseException _) {
            // The times stay dirty until the next flush.
        }
    }

    private boolean sendFlush() {
        if (!needsFlush()) {
            return false;
        }
        superblock.writeBack.flush(inode, caller, fh, processOwner);
        superblock.callIfSupported(Opcode.FLUSH, inode, caller, request -> {
            request.force();
            FlushIn.FH.set(request.arguments(), fh);
            FlushIn.LOCK_OWNER.set(request.arguments(), processOwner);
        });
        superblock.writeBack.flushed(inode);
        return !superblock.unsupported.contains(Opcode.FLUSH);
    }

    /** Not of a directory, nor with FOPEN_NOFLUSH, which the writeback cache overrides. */
    private boolean needsFlush() {
        if (inode.isDirectory()) {
            return false;
        }
        boolean noFlush = (openFlags & OpenOutFlag.NOFLUSH.mask()) != 0;
        return !noFlush || superblock.port.negotiated().has(InitFlag.WRITEBACK_CACHE);
    }

    /** {@code fsync(2)}, or with {@code dataOnly} {@code fdatasync(2)}: dirty times, then FSYNC or FSYNCDIR. */
    public void sync(boolean dataOnly) {
        openPages.enterAndWriteOut(0, Long.MAX_VALUE);
        openPages.throwWriteError();
        superblock.writeBack.flush(inode, caller, fh, processOwner);
        Opcode opcode = inode.isDirectory() ? Opcode.FSYNCDIR : Opcode.FSYNC;
        superblock.callIfSupported(opcode, inode, caller, request -> {
            FsyncIn.FH.set(request.arguments(), fh);
            FsyncIn.FSYNC_FLAGS.set(request.arguments(), dataOnly ? (int) FsyncFlag.FDATASYNC.mask() : 0);
        });
    }

    private void release() {
        if (openPages.isDirty()) {
            // A write has ended after the close. Not here: this thread may hold the gate of the file.
            Thread.startVirtualThread(() -> {
                openPages.writeOutAll();
                releaseWritten();
            });
        } else {
            releaseWritten();
        }
    }

    private void releaseWritten() {
        openPages.close();
        var inodeRelease = new InodeRelease();
        try {
            if (needsRelease()) {
                sendRelease(inodeRelease);
            } else {
                inodeRelease.answered();
            }
        } catch (FuseException _) {
            // The connection is closed or aborted, and the server has released the file with it.
            inodeRelease.answered();
        } finally {
            locks.releaseLocalFlock();
            superblock.inodes.release(above);
            if (hasIoMode) {
                superblock.passthrough.closed(inode, openFlags, backing);
            }
            inodeRelease.sent();
        }
    }

    /** An older kernel does not release what CREATE opened either, once the server does not support OPEN. */
    private boolean needsRelease() {
        return !stateless && (superblock.minor() >= Protocol.RELEASES_CREATED || inode.isDirectory()
                || !superblock.unsupported.contains(Opcode.OPEN));
    }

    /**
     * Releases the inode when RELEASE is both sent and answered. FORGETs may be read before queued requests, so one that is sent earlier
     * could forget a node that is open at the server.
     */
    private final class InodeRelease {
        private final AtomicBoolean halfDone = new AtomicBoolean();

        void sent() {
            if (!halfDone.compareAndSet(false, true)) {
                superblock.inodes.release(inode);
            }
        }

        /** On the thread that brought the reply, or on the caller's. */
        void answered() {
            if (!halfDone.compareAndSet(false, true)) {
                superblock.inodes.releaseFromReply(inode);
            }
        }
    }

    /** RELEASE or RELEASEDIR, in the background; on a block device the caller waits, so that an unmount comes after it. */
    private void sendRelease(InodeRelease inodeRelease) {
        Opcode opcode = inode.isDirectory() ? Opcode.RELEASEDIR : Opcode.RELEASE;
        Request request = superblock.port.newRequest(opcode, inode.nodeId, Caller.KERNEL).force();
        ReleaseIn.FH.set(request.arguments(), fh);
        ReleaseIn.FLAGS.set(request.arguments(), flags);
        long releaseFlags = superblock.flushesOnRelease() ? ReleaseFlag.FLUSH.mask() : 0;
        OptionalLong flockOwner = locks.remoteFlockOwner();
        if (flockOwner.isPresent()) {
            releaseFlags |= ReleaseFlag.FLOCK_UNLOCK.mask();
            ReleaseIn.LOCK_OWNER.set(request.arguments(), flockOwner.getAsLong());
        }
        ReleaseIn.RELEASE_FLAGS.set(request.arguments(), (int) releaseFlags);
        if (superblock.options.blockDevice() == 0) {
            superblock.port.submit(request, _ -> inodeRelease.answered());
        } else {
            try (request) {
                superblock.port.call(request);
            }
            inodeRelease.answered();
        }
    }
}
