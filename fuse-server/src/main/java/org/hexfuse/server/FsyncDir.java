package org.hexfuse.server;

import org.hexfuse.abi.FsyncFlag;
import org.hexfuse.abi.FsyncIn;

/** FSYNCDIR: writes the directory {@link #node} back. */
public final class FsyncDir extends Operation {
    FsyncDir() {}

    /** What {@code opendir} returned. */
    public long handle() {
        return FsyncIn.FH.get(arguments());
    }

    /** Whether attributes that reading the entries doesn't need may be left. */
    public boolean dataOnly() {
        return FsyncFlag.FDATASYNC.in(FsyncIn.FSYNC_FLAGS.get(arguments()));
    }
}
