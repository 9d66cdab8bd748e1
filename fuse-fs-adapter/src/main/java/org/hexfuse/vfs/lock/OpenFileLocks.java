package org.hexfuse.vfs.lock;

import java.util.OptionalLong;
import java.util.function.Function;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.Request;
import org.hexfuse.device.RequestPort;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.vfs.cache.Inode;

/**
 * The locks on one open file: the record locks of the process that opened it, those of the open file itself, and its
 * {@code flock(2)} lock. Those on a directory are local in any case, as on Linux. Any thread may call any method.
 *
 * <p>Source: Linux {@code fs/locks.c}, {@code fs/fuse/file.c}.
 */
public final class OpenFileLocks {
    private final RequestPort port;
    private final LockOwners owners;
    private final LocalLocks localRecords;
    private final LocalLocks localFlocks;
    private final LockRequests requests;
    private final Inode inode;
    private final OwnerLocks ofProcess;
    /** The id of the open file as a lock owner; 0 until it is needed. Guarded by the monitor, as is {@link #ofFile}. */
    private long fileOwner;
    /** Null until it is first used. One object, since it knows whether there are locks to release. */
    private OwnerLocks ofFile;
    private volatile boolean flocked;

    /** The tables and owner ids that the open files of one mount share. */
    public record Shared(LockOwners owners, LocalLocks records, LocalLocks flocks) {
        /** Without a lock. */
        public Shared() {
            this(new LockOwners(), LocalLocks.ofRecords(), LocalLocks.ofWholeFiles());
        }
    }

    /**
     * Without a lock.
     *
     * @param newRequest makes a request on the file for its opener
     * @param fh the file handle
     * @param processOwner the id of the process as a lock owner
     */
    public OpenFileLocks(RequestPort port, Shared shared, Inode inode, Function<Opcode, Request> newRequest, long fh,
            long processOwner) {
        this.port = port;
        this.owners = shared.owners();
        this.localRecords = shared.records();
        this.localFlocks = shared.flocks();
        this.requests = new LockRequests(port, newRequest, fh);
        this.inode = inode;
        this.ofProcess = new OwnerLocks(port, localRecords, requests, inode, processOwner);
    }

    /** The record locks of the process that opened the file. */
    public OwnerLocks ofProcess() {
        return ofProcess;
    }

    /** The record locks of the open file itself. */
    public synchronized OwnerLocks ofFile() {
        if (ofFile == null) {
            ofFile = new OwnerLocks(port, localRecords, requests, inode, fileOwner());
        }
        return ofFile;
    }

    private synchronized long fileOwner() {
        if (fileOwner == 0) {
            fileOwner = owners.next();
        }
        return fileOwner;
    }

    private boolean hasRemoteFlocks() {
        return !inode.isDirectory() && port.negotiated().has(InitFlag.FLOCK_LOCKS);
    }

    /**
     * Sets or releases the {@code flock(2)} lock; with {@code wait} the caller blocks until no lock conflicts.
     *
     * @param pid of the caller
     */
    public void flock(LockType type, int pid, boolean wait) {
        flocked = true;
        LockRange range = LockRange.whole(type).withPid(type == LockType.UNLOCKED ? 0 : pid);
        if (hasRemoteFlocks()) {
            requests.set(fileOwner(), range, wait, true);
        } else {
            localFlocks.set(inode, fileOwner(), range, wait);
        }
    }

    /**
     * Releases all record locks. The file is closed: no call on it begins any more.
     *
     * @param flushed whether FLUSH has released those of the process at the server
     */
    public void releaseRecords(boolean flushed) {
        ofProcess.releaseAll(flushed);
        OwnerLocks own;
        synchronized (this) {
            own = ofFile;
        }
        if (own != null) {
            own.releaseAll(false);
        }
    }

    /** The lock owner that RELEASE carries with FLOCK_UNLOCK; empty if the server has no {@code flock(2)} lock of the file. */
    public OptionalLong remoteFlockOwner() {
        return flocked && hasRemoteFlocks() ? OptionalLong.of(fileOwner()) : OptionalLong.empty();
    }

    /** Releases a local {@code flock(2)} lock. The open file is released. */
    public void releaseLocalFlock() {
        if (flocked) {
            localFlocks.release(inode, fileOwner());
        }
    }
}
