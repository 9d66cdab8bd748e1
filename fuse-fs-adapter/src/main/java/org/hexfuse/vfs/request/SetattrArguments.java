package org.hexfuse.vfs.request;

import java.lang.foreign.MemorySegment;
import java.util.function.BiConsumer;
import org.hexfuse.abi.SetattrFlag;
import org.hexfuse.abi.SetattrIn;
import org.hexfuse.abi.U32;
import org.hexfuse.abi.U64;
import org.hexfuse.posix.Timespec;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Timestamp;
import org.hexfuse.vfs.cache.AttributeCache;

/** The arguments of a SETATTR, a {@code fuse_setattr_in}: each setter adds its FATTR flag. For one thread. */
public final class SetattrArguments {
    private long valid;
    private int mode;
    private int uid;
    private int gid;
    private long size;
    private long fh;
    private long lockOwner;
    private Timespec atime = Timespec.EPOCH;
    private Timespec mtime = Timespec.EPOCH;
    private Timespec ctime = Timespec.EPOCH;

    /** FATTR_MODE: permissions, or type and permissions. */
    public SetattrArguments mode(int permissions) {
        valid |= SetattrFlag.MODE.mask();
        mode = permissions;
        return this;
    }

    /** FATTR_UID. */
    public SetattrArguments uid(int owner) {
        valid |= SetattrFlag.UID.mask();
        uid = owner;
        return this;
    }

    /** FATTR_GID. */
    public SetattrArguments gid(int group) {
        valid |= SetattrFlag.GID.mask();
        gid = group;
        return this;
    }

    /** FATTR_SIZE, in bytes. */
    public SetattrArguments size(long bytes) {
        valid |= SetattrFlag.SIZE.mask();
        size = bytes;
        return this;
    }

    /** FATTR_FH: through an open file. FATTR_SIZE also carries FATTR_LOCKOWNER. */
    public SetattrArguments handle(long fileHandle, long owner) {
        valid |= SetattrFlag.FH.mask();
        fh = fileHandle;
        return lockOwner(owner);
    }

    /** FATTR_LOCKOWNER if the size changes: mandatory locks of this owner do not block the truncation. */
    public SetattrArguments lockOwner(long owner) {
        if (has(SetattrFlag.SIZE)) {
            valid |= SetattrFlag.LOCKOWNER.mask();
            lockOwner = owner;
        }
        return this;
    }

    /** FATTR_ATIME, and FATTR_ATIME_NOW for {@link Timestamp#NOW}. */
    public SetattrArguments atime(Timestamp time) {
        time(time, SetattrFlag.ATIME, SetattrFlag.ATIME_NOW, (arguments, value) -> arguments.atime = value);
        return this;
    }

    /** FATTR_MTIME, and FATTR_MTIME_NOW for {@link Timestamp#NOW}. */
    public SetattrArguments mtime(Timestamp time) {
        time(time, SetattrFlag.MTIME, SetattrFlag.MTIME_NOW, (arguments, value) -> arguments.mtime = value);
        return this;
    }

    /** For a file whose times are local: mtime and ctime by the local clock, none by the server's. */
    public void localClock(Timespec now, boolean sendsCtime) {
        if (has(SetattrFlag.SIZE) && !has(SetattrFlag.MTIME)) {
            valid |= SetattrFlag.MTIME.mask();
            mtime = now;
        }
        valid &= ~SetattrFlag.MTIME_NOW.mask();
        if (sendsCtime) {
            valid |= SetattrFlag.CTIME.mask();
            ctime = now;
        }
    }

    /** For a file whose times are local: FATTR_MTIME and FATTR_CTIME with the cached times. */
    public void localTimes(Timespec dirtyMtime, Timespec dirtyCtime, boolean sendsCtime) {
        valid |= SetattrFlag.MTIME.mask() | (sendsCtime ? SetattrFlag.CTIME.mask() : 0);
        mtime = dirtyMtime;
        ctime = dirtyCtime;
    }

    /** The attributes after it, of a file whose size and times are local: all others are those of the reply. */
    public Stat applyLocally(Stat before, Stat reply, Timespec now) {
        return AttributeCache.withTimes(reply, has(SetattrFlag.SIZE) ? reply.size() : before.size(),
                has(SetattrFlag.MTIME) ? mtime : before.mtime(), now);
    }

    /** Whether dirty pages and times are written out before it: for a mode, an owner, and other times than now ({@code fuse_do_setattr}). */
    public boolean needsWriteOut() {
        boolean touches = has(SetattrFlag.ATIME_NOW) && has(SetattrFlag.MTIME_NOW);
        return has(SetattrFlag.MODE) || has(SetattrFlag.UID) || has(SetattrFlag.GID)
                || (!touches && (has(SetattrFlag.ATIME) || has(SetattrFlag.MTIME)));
    }

    /** FATTR_KILL_SUIDGID. */
    public SetattrArguments killSuidgid() {
        valid |= SetattrFlag.KILL_SUIDGID.mask();
        return this;
    }

    /** Whether a flag is set. */
    public boolean has(SetattrFlag flag) {
        return flag.in(valid);
    }

    /** Whether it changes nothing. */
    public boolean isEmpty() { return valid == 0; }

    private void time(Timestamp time, SetattrFlag set, SetattrFlag now, BiConsumer<SetattrArguments, Timespec> field) {
        if (time.equals(Timestamp.OMIT)) {
            return;
        }
        valid |= set.mask();
        if (time.equals(Timestamp.NOW)) {
            valid |= now.mask();
        }
        field.accept(this, time.time().orElseGet(Timespec::now));
    }

    /** Fills in the struct. */
    public void write(MemorySegment in) {
        SetattrIn.VALID.set(in, (int) valid);
        SetattrIn.MODE.set(in, mode);
        SetattrIn.UID.set(in, uid);
        SetattrIn.GID.set(in, gid);
        SetattrIn.SIZE_FIELD.set(in, size);
        SetattrIn.FH.set(in, fh);
        SetattrIn.LOCK_OWNER.set(in, lockOwner);
        write(in, SetattrIn.ATIME, SetattrIn.ATIMENSEC, atime);
        write(in, SetattrIn.MTIME, SetattrIn.MTIMENSEC, mtime);
        write(in, SetattrIn.CTIME, SetattrIn.CTIMENSEC, ctime);
    }

    private static void write(MemorySegment in, U64 seconds, U32 nanos, Timespec time) {
        seconds.set(in, time.seconds());
        nanos.set(in, time.nanos());
    }
}
