package org.hexfuse.server;

import org.hexfuse.abi.Opcode;
import org.hexfuse.posix.LockRange;
import org.hexfuse.server.operation.LockView;

/** GETLK, SETLK and SETLKW: tests, takes or releases a lock on the open file {@link #node}. */
public non-sealed interface Lock extends Operation<Lock>, Deferrable<Lock, LockRange> {
    /** An operation made by hand: a record lock that does not wait. */
    static Lock of(long node, long handle, long owner, LockRange range) {
        return new LockView(Opcode.SETLK, node).withHandle(handle).withOwner(owner)
                .withRange(range);
    }

    /** What {@code open} returned. */
    long handle();

    /**
     * The lock owner: locks of one owner do not conflict. Owners are numbered by the kernel, so the number is unique
     * within a {@link #session} only.
     */
    long owner();

    /** The range to lock or unlock. A range that ends before it starts is answered EINVAL. */
    LockRange range();

    /** Whether it is a lock of {@code flock(2)}, on the whole file, and not of {@code fcntl(2)}. */
    boolean isFlock();

    /** Whether to wait until the lock can be taken (SETLKW); answer EINTR when {@link #interrupted}. */
    boolean waits();

    /** The same operation with another handle. */
    Lock withHandle(long handle);

    /** The same operation with another lock owner. */
    Lock withOwner(long owner);

    /** The same operation for another range. */
    Lock withRange(LockRange range);

    /** The same operation with or without {@link #isFlock}. */
    Lock withFlock(boolean flock);

    /** The same operation, waiting or not. */
    Lock withWaits(boolean waits);
}
