package org.hexfuse.server;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.ReleaseView;

/** RELEASE: the last descriptor of the open file {@link #node} is closed, or the session ended first. */
public non-sealed interface Release extends Operation<Release>, Deferrable<Release, Void> {
    /** An operation made by hand, without flags and locks. */
    static Release of(long node, long handle) {
        return new ReleaseView(Opcode.RELEASE, node).withHandle(handle);
    }

    /** What {@code open} returned. No later operation has it. */
    long handle();

    /** The flags that the file was opened with; 0 when the session ended first. */
    int flags();

    /** Whether the {@code flock(2)} lock of {@link #lockOwner} is released with it. */
    boolean flockUnlock();

    /** The owner of the locks that are released with it; 0 when the session ended first, which releases all locks. */
    long lockOwner();

    /** Whether to do what FLUSH does, which the kernel did not send. */
    boolean flush();

    /** The same operation with another handle. */
    Release withHandle(long handle);

    /** The same operation with other flags. */
    Release withFlags(int flags);

    /** The same operation with another lock owner. */
    Release withLockOwner(long owner, boolean flockUnlock);
}
