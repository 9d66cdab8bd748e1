package org.hexfuse.vfs;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FlushIn;
import org.hexfuse.abi.FsyncFlag;
import org.hexfuse.abi.FsyncIn;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.abi.ReleaseFlag;
import org.hexfuse.abi.ReleaseIn;
import org.hexfuse.device.BackingFile;
import org.hexfuse.device.Caller;
import org.hexfuse.device.Request;

/**
 * A file or directory that is open at the server. The server is told that it is closed when the last call on it is over.
 *
 * <p>Source: Linux {@code fs/fuse/file.c}.
 */
final class Handle {
    /** In {@link #users}: no call may begin. The other bits count the calls under way. */
    private static final int CLOSED = Integer.MIN_VALUE;

    final Superblock superblock;
    final Inode inode;
    final Caller caller;
    /** Who has the record locks of the process that opened it. */
    final long process;
    final long number;
    /** As in {@code open(2)}. */
    final int flags;
    /** What the server said of it, see {@link org.hexfuse.abi.OpenOutFlag}. */
    final long openFlags;
    /** What is read and written past the server, if there is such. Set before the handle is shared. */
    private Optional<BackingFile> backing = Optional.empty();
    private boolean counted;
    private final boolean known;
    private final AtomicInteger users = new AtomicInteger();
    /** Who has the locks that belong to this open file and to no process; 0 while there were none. */
    private long file;
    private volatile boolean flocked;

    /**
     * Takes over the caller's hold on the node.
     *
     * @param process who has the record locks of the process that opens it
     * @param known whether the server knows of it: not where it does without OPEN
     */
    Handle(Superblock superblock, Inode inode, Caller caller, long process, long number, int flags, long openFlags,
            boolean known) {
        this.superblock = superblock;
        this.inode = inode;
        this.caller = caller;
        this.process = process;
        this.number = number;
        this.flags = flags;
        this.openFlags = openFlags;
        this.known = known;
    }

    /** Takes the backing file that the server has opened this with, if it has. EIO closes it. */
    void passThrough(int backingId) {
        try {
            backing = superblock.passthrough.opened(inode, openFlags, backingId);
            counted = true;
        } catch (FuseException e) {
            close();
            throw e;
        }
    }

    /** What is read and written past the server; not where the server wants to see it all the same. */
    Optional<BackingFile> backing() {
        return (openFlags & OpenOutFlag.DIRECT_IO.mask()) == 0 ? backing : Optional.empty();
    }

    /** Begins a call, which {@link #end} ends. */
    void begin() {
        int n = users.get();
        while (n >= 0) {
            int seen = users.compareAndExchange(n, n + 1);
            if (seen == n) {
                return;
            }
            n = seen;
        }
        throw FuseException.of(Errno.EBADF);
    }

    void end() {
        if (users.decrementAndGet() == CLOSED) {
            release();
        }
    }

    /** No further call begins. Returns whether it was open until now. */
    boolean close() {
        int before = users.getAndUpdate(n -> n | CLOSED);
        if (before == 0) {
            release();
        }
        return before >= 0;
    }

    Request request(Opcode opcode) {
        return superblock.request(opcode, inode, caller);
    }

    /** A descriptor is closed: the server may say what writing has come to. */
    void flush() {
        superblock.writeBack.flush(this);
        superblock.callIfKnown(Opcode.FLUSH, inode, caller, request -> {
            request.force();
            FlushIn.FH.set(request.arguments(), number);
            FlushIn.LOCK_OWNER.set(request.arguments(), process);
        });
    }

    void sync(boolean dataOnly) {
        superblock.writeBack.flush(this);
        Opcode opcode = inode.isDirectory() ? Opcode.FSYNCDIR : Opcode.FSYNC;
        superblock.callIfKnown(opcode, inode, caller, request -> {
            FsyncIn.FH.set(request.arguments(), number);
            FsyncIn.FSYNC_FLAGS.set(request.arguments(), dataOnly ? (int) FsyncFlag.FDATASYNC.mask() : 0);
        });
    }

    /** Whether it was closed, though a call may still be under way. */
    boolean isClosed() { return users.get() < 0; }

    /** Who has the locks that belong to this open file and to no process. */
    synchronized long file() {
        if (file == 0) {
            file = superblock.lockOwners.next();
        }
        return file;
    }

    /** It has, or had, a lock of {@code flock(2)}, which its end ends. */
    void flocked() {
        flocked = true;
    }

    /** On a block device the server can be trusted to answer, and an unmount must not come before. */
    private void releaseNow(Request request) {
        try (request) {
            superblock.port.call(request);
        }
    }

    /** Nobody waits for RELEASE. */
    private void release() {
        try {
            if (known) {
                Request request = superblock.port.newRequest(
                        inode.isDirectory() ? Opcode.RELEASEDIR : Opcode.RELEASE, inode.node, Caller.KERNEL).force();
                ReleaseIn.FH.set(request.arguments(), number);
                ReleaseIn.FLAGS.set(request.arguments(), flags);
                long wanted = superblock.flushesOnRelease() ? ReleaseFlag.FLUSH.mask() : 0;
                if (flocked && superblock.port.negotiated().has(InitFlag.FLOCK_LOCKS)) {
                    wanted |= ReleaseFlag.FLOCK_UNLOCK.mask();
                    ReleaseIn.LOCK_OWNER.set(request.arguments(), file());
                }
                ReleaseIn.RELEASE_FLAGS.set(request.arguments(), (int) wanted);
                if (superblock.options.blockDevice() == 0) {
                    superblock.port.submit(request, _ -> {});
                } else {
                    releaseNow(request);
                }
            }
        } catch (FuseException _) {
            // The connection is over, and the server has released everything itself.
        } finally {
            if (flocked) {
                superblock.localFlocks.release(inode, file());
            }
            if (counted) {
                superblock.passthrough.closed(inode, openFlags, backing);
            }
            superblock.nodes.release(inode);
        }
    }
}
