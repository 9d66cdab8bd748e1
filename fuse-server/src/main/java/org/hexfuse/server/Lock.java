package org.hexfuse.server;

import org.hexfuse.abi.LkIn;
import org.hexfuse.abi.LockFlag;
import org.hexfuse.abi.Opcode;

/** GETLK, SETLK and SETLKW: asks for, takes or gives up a lock on the open file {@link #node}. */
public final class Lock extends Operation {
    Lock() {}

    /** What {@code open} returned. */
    public long handle() {
        return LkIn.FH.get(arguments());
    }

    /** Who has the lock: one owner's locks don't stand in each other's way. */
    public long owner() {
        return LkIn.OWNER.get(arguments());
    }

    /** What is to be locked or unlocked. */
    public LockRange range() {
        return LockRange.read(arguments(), LkIn.LK.offset());
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
