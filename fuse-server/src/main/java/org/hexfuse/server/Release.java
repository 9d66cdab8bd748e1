package org.hexfuse.server;

import org.hexfuse.abi.ReleaseFlag;
import org.hexfuse.abi.ReleaseIn;

/** RELEASE: the last descriptor of the open file {@link #node} is closed. */
public final class Release extends Operation {
    private boolean atEnd;
    private long endNode;
    private long endHandle;

    Release() {}

    /** Makes this the release of a handle that a session left open when it ended. */
    Release set(long node, long handle) {
        this.atEnd = true;
        this.endNode = node;
        this.endHandle = handle;
        return this;
    }

    @Override public long node() {
        return atEnd ? endNode : super.node();
    }

    /** What opening it returned. It is not used any more. */
    public long handle() {
        return atEnd ? endHandle : ReleaseIn.FH.get(arguments());
    }

    /** The flags that it was opened with; 0 when the session ended first. */
    public int flags() {
        return atEnd ? 0 : ReleaseIn.FLAGS.get(arguments());
    }

    /** Whether the {@code flock(2)} lock of {@link #lockOwner} ends with it. */
    public boolean endsFlock() {
        return atEnd || ReleaseFlag.FLOCK_UNLOCK.in(ReleaseIn.RELEASE_FLAGS.get(arguments()));
    }

    /** Whose locks end with it; 0 when the session ended first, which ends all locks. */
    public long lockOwner() {
        return atEnd ? 0 : ReleaseIn.LOCK_OWNER.get(arguments());
    }
}
