package org.hexfuse.server;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.ReleaseDirView;

/** RELEASEDIR: the last descriptor of the open directory {@link #node} is closed, or the session ended first. */
public non-sealed interface ReleaseDir extends Operation<ReleaseDir>, Deferrable<ReleaseDir, Void> {
    /** An operation made by hand, without flags and locks. */
    static ReleaseDir of(long node, long handle) {
        return new ReleaseDirView(Opcode.RELEASEDIR, node).withHandle(handle);
    }

    /** What {@code opendir} returned. No later operation has it. */
    long handle();

    /** The flags that the directory was opened with; 0 when the session ended first. */
    int flags();

    /** Whether the {@code flock(2)} lock of {@link #lockOwner} is released with it. */
    boolean flockUnlock();

    /** The owner of the locks that are released with it; 0 when the session ended first, which releases all locks. */
    long lockOwner();

    /** The same operation with another handle. */
    ReleaseDir withHandle(long handle);

    /** The same operation with other flags. */
    ReleaseDir withFlags(int flags);

    /** The same operation with another lock owner. */
    ReleaseDir withLockOwner(long owner, boolean flockUnlock);
}
