package org.hexfuse.examples.memory;

import org.hexfuse.posix.Timespec;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A change of attributes; an empty one is kept.
 *
 * @param dropsPrivileges whether a change of the size clears set-user-ID, set-group-ID and capabilities
 */
record Change(OptionalInt mode, OptionalInt uid, OptionalInt gid, OptionalLong size, Optional<Timespec> atime,
        Optional<Timespec> mtime, Optional<Timespec> ctime, boolean dropsPrivileges) {
    private static final Change NOTHING = new Change(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(),
            OptionalLong.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);

    static Change ofMode(int mode) {
        return new Change(OptionalInt.of(mode), NOTHING.uid, NOTHING.gid, NOTHING.size, NOTHING.atime, NOTHING.mtime,
                NOTHING.ctime, false);
    }

    static Change ofOwner(OptionalInt uid, OptionalInt gid) {
        return new Change(NOTHING.mode, uid, gid, NOTHING.size, NOTHING.atime, NOTHING.mtime, NOTHING.ctime, false);
    }

    static Change ofSize(long size, boolean dropsPrivileges) {
        return new Change(NOTHING.mode, NOTHING.uid, NOTHING.gid, OptionalLong.of(size), NOTHING.atime, NOTHING.mtime,
                NOTHING.ctime, dropsPrivileges);
    }

    static Change ofTimes(Optional<Timespec> atime, Optional<Timespec> mtime) {
        return new Change(NOTHING.mode, NOTHING.uid, NOTHING.gid, NOTHING.size, atime, mtime, NOTHING.ctime, false);
    }

    boolean changesOwner() {
        return uid.isPresent() || gid.isPresent();
    }
}
