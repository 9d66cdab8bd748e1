package org.hexfuse.vfs;

import java.util.Optional;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;

/** The locks of an open file, of all kinds, until it is closed. Source: Linux {@code fs/locks.c}, {@code fs/fuse/file.c}. */
final class OpenFileLocks {
    private final Handle handle;
    private final RecordLocks ofProcess;
    /** Exist once somebody has asked for them: the same for all who ask, since they know whether there is one to give up. */
    private Optional<RecordLocks> ofFile = Optional.empty();

    OpenFileLocks(Handle handle) {
        this.handle = handle;
        this.ofProcess = new RecordLocks(handle, handle.process);
    }

    RecordLocks ofProcess() {
        return ofProcess;
    }

    synchronized RecordLocks ofFile() {
        if (ofFile.isEmpty()) {
            ofFile = Optional.of(new RecordLocks(handle, handle.file()));
        }
        return ofFile.get();
    }

    private synchronized Optional<RecordLocks> ofFileIfUsed() {
        return ofFile;
    }

    void flock(LockType type, boolean waits) {
        handle.flocked();
        LockRange range = LockRange.whole(type).withPid(type == LockType.UNLOCKED ? 0 : handle.caller.pid());
        Superblock superblock = handle.superblock;
        if (superblock.port.negotiated().has(InitFlag.FLOCK_LOCKS)) {
            new LockRequests(handle).set(handle.file(), range, waits, true);
        } else {
            LockRequests.setHere(superblock.localFlocks, handle.inode, handle.file(), range, waits);
        }
    }

    /**
     * The file is closed, while no call can begin any more. What is locked by {@code flock(2)} ends with the handle.
     *
     * @param told whether the server has heard of it by FLUSH
     */
    void close(boolean told) {
        ofProcess.close(told);
        ofFileIfUsed().ifPresent(own -> own.close(false));
    }
}
