package org.hexfuse.vfs;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.function.BiConsumer;
import org.hexfuse.abi.SetattrFlag;
import org.hexfuse.abi.SetattrIn;
import org.hexfuse.abi.U32;
import org.hexfuse.abi.U64;

/** What a SETATTR is to change. For one thread. */
final class AttributeChange {
    private long valid;
    private int mode;
    private int uid;
    private int gid;
    private long size;
    private long handle;
    private long lockOwner;
    private Instant accessed = Instant.EPOCH;
    private Instant modified = Instant.EPOCH;
    private Instant changed = Instant.EPOCH;

    AttributeChange mode(int permissions) {
        valid |= SetattrFlag.MODE.mask();
        mode = permissions;
        return this;
    }

    AttributeChange uid(int owner) {
        valid |= SetattrFlag.UID.mask();
        uid = owner;
        return this;
    }

    AttributeChange gid(int group) {
        valid |= SetattrFlag.GID.mask();
        gid = group;
        return this;
    }

    AttributeChange size(long bytes) {
        valid |= SetattrFlag.SIZE.mask();
        size = bytes;
        return this;
    }

    /** Changes an open file. FATTR_SIZE also carries FATTR_LOCKOWNER. */
    AttributeChange handle(Handle open) {
        valid |= SetattrFlag.FH.mask();
        handle = open.number;
        return lockOwner(open);
    }

    /** Whose mandatory locks a truncation does not run into. */
    AttributeChange lockOwner(Handle open) {
        if (has(SetattrFlag.SIZE)) {
            valid |= SetattrFlag.LOCKOWNER.mask();
            lockOwner = open.process;
        }
        return this;
    }

    AttributeChange accessed(Timestamp time) {
        time(time, SetattrFlag.ATIME, SetattrFlag.ATIME_NOW, (change, instant) -> change.accessed = instant);
        return this;
    }

    AttributeChange modified(Timestamp time) {
        time(time, SetattrFlag.MTIME, SetattrFlag.MTIME_NOW, (change, instant) -> change.modified = instant);
        return this;
    }

    /** Completes a change of a file whose times are this end's business: nothing is left to the server's clock. */
    void ownTimes(Instant now, boolean tellsChange) {
        if (has(SetattrFlag.SIZE) && !has(SetattrFlag.MTIME)) {
            valid |= SetattrFlag.MTIME.mask();
            modified = now;
        }
        valid &= ~SetattrFlag.MTIME_NOW.mask();
        if (tellsChange) {
            valid |= SetattrFlag.CTIME.mask();
            changed = now;
        }
    }

    /** Says both times, as this end has them. */
    void ownTimes(Instant lastModified, Instant lastChanged, boolean tellsChange) {
        valid |= SetattrFlag.MTIME.mask() | (tellsChange ? SetattrFlag.CTIME.mask() : 0);
        modified = lastModified;
        changed = lastChanged;
    }

    /** The attributes that this end has after it, of which size and times are its own and the others the server's. */
    Stat own(Stat before, Stat told, Instant now) {
        return told.withOwn(has(SetattrFlag.SIZE) ? told.size() : before.size(),
                has(SetattrFlag.MTIME) ? modified : before.modified(), now);
    }

    AttributeChange killSetId() {
        valid |= SetattrFlag.KILL_SUIDGID.mask();
        return this;
    }

    boolean has(SetattrFlag flag) {
        return flag.in(valid);
    }

    boolean isEmpty() { return valid == 0; }

    private void time(Timestamp time, SetattrFlag set, SetattrFlag now, BiConsumer<AttributeChange, Instant> field) {
        if (time.equals(Timestamp.OMIT)) {
            return;
        }
        valid |= set.mask();
        if (time.equals(Timestamp.NOW)) {
            valid |= now.mask();
        }
        field.accept(this, time.instant().orElseGet(Instant::now));
    }

    void write(MemorySegment in) {
        SetattrIn.VALID.set(in, (int) valid);
        SetattrIn.MODE.set(in, mode);
        SetattrIn.UID.set(in, uid);
        SetattrIn.GID.set(in, gid);
        SetattrIn.SIZE_FIELD.set(in, size);
        SetattrIn.FH.set(in, handle);
        SetattrIn.LOCK_OWNER.set(in, lockOwner);
        write(in, SetattrIn.ATIME, SetattrIn.ATIMENSEC, accessed);
        write(in, SetattrIn.MTIME, SetattrIn.MTIMENSEC, modified);
        write(in, SetattrIn.CTIME, SetattrIn.CTIMENSEC, changed);
    }

    private static void write(MemorySegment in, U64 seconds, U32 nanos, Instant time) {
        seconds.set(in, time.getEpochSecond());
        nanos.set(in, time.getNano());
    }
}
