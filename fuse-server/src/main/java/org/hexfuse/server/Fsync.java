package org.hexfuse.server;

import org.hexfuse.abi.FsyncFlag;
import org.hexfuse.abi.FsyncIn;

/** FSYNC: writes the file {@link #node} back. */
public final class Fsync extends Operation {
    Fsync() {}

    /** What {@code open} returned. */
    public long handle() {
        return FsyncIn.FH.get(arguments());
    }

    /** Whether attributes that reading the data doesn't need may be left. */
    public boolean dataOnly() {
        return FsyncFlag.FDATASYNC.in(FsyncIn.FSYNC_FLAGS.get(arguments()));
    }
}
