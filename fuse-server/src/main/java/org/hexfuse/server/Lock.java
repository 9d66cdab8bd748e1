package org.hexfuse.server;

import org.hexfuse.abi.FileLock;
import org.hexfuse.abi.LkIn;
import org.hexfuse.abi.LockFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;

/** GETLK, SETLK and SETLKW: asks for, takes or gives up a lock on the open file {@link #node}. */
public final class Lock extends Operation {
    Lock() {}

    /** What {@code open} returned. */
    public long handle() {
        return LkIn.FH.get(arguments());
    }

    /**
     * Who has the lock: one owner's locks don't stand in each other's way. The number means something within
     * {@link #session} alone.
     */
    public long owner() {
        return LkIn.OWNER.get(arguments());
    }

    /** What is to be locked or unlocked; EINVAL if it makes no sense. */
    public LockRange range() {
        long base = LkIn.LK.offset();
        return new LockRange(LockType.byCode(FileLock.TYPE.get(arguments(), base)),
                FileLock.START.get(arguments(), base), FileLock.END.get(arguments(), base),
                FileLock.PID.get(arguments(), base));
    }

    /** Whether it is a lock of {@code flock(2)}, which is on the whole file and not of {@code fcntl(2)}. */
    public boolean isFlock() {
        return LockFlag.FLOCK.in(LkIn.LK_FLAGS.get(arguments()));
    }

    /** Whether to wait until the lock can be had; EINTR when {@link #interrupted}. */
    public boolean waits() {
        return slot().opcode() == Opcode.SETLKW.code();
    }
}
