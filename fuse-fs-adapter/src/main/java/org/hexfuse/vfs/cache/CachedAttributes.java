package org.hexfuse.vfs.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.hexfuse.abi.FileType;
import org.hexfuse.posix.Timespec;
import org.hexfuse.vfs.Stat;

/**
 * The attributes of an inode, packed into its fields: the newest that are known, the deadline until which they are valid, a mask of the
 * fields that are invalid nevertheless (Linux's {@code inval_mask}), and the version of the last local change.
 *
 * <p>Everything is written under the monitor. {@link #read} and {@link #valid} take no lock: the attributes are framed by a sequence
 * number, which is odd while they are written, and a reader that finds it changed reads again.
 *
 * <p>Attributes that do not fit, with a time before 1698 or after 2242 or of more than two tebibytes, are kept unpacked ({@link #wide}).
 */
abstract class CachedAttributes {
    private static final VarHandle SEQUENCE;
    /** How often a reader tries before it waits for the writer by the monitor. */
    private static final int TRIES = 64;
    /** A time has 34 bits of seconds above 30 bits of nanoseconds. */
    private static final int NANO_BITS = 30;
    private static final long NANO_MASK = (1L << NANO_BITS) - 1;
    private static final long UNSIGNED_INT = 0xFFFF_FFFFL;

    private static final int SET_UID_OR_GID = 06000;
    private static final short BAD = 0x1000;
    private static final short TIMES_DIRTY = 0x2000;
    private static final short WIDE = 0x4000;
    private static final short NO_PRIVILEGES = (short) 0x8000;

    static {
        try {
            SEQUENCE = MethodHandles.lookup().findVarHandle(CachedAttributes.class, "sequence", short.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private CommonAttributes common;
    private long ino;
    private long size;
    private long atime;
    private long mtime;
    private long ctime;
    private int blocks;
    private volatile long validUntil = CacheClock.PASSED;
    /** The low 32 bits of {@link AttributeCache#version} when the attributes last changed here. */
    private volatile int version;
    private short sequence;
    /** The fields that are invalid, as bits of {@link StatField}, and the bits above. */
    private volatile short flags = StatField.BTIME;

    /** Of the type, and the rest still to be written. */
    CachedAttributes(CommonAttributes common) {
        this.common = common;
    }

    /** The attributes that do not fit into the fields, see {@link #wide(Stat)}; null if they were never set. */
    abstract Stat wide();

    /** Keeps attributes that do not fit into the fields. */
    abstract void wide(Stat attributes);

    /** The type, which never changes. */
    public final FileType type() {
        return common.type();
    }

    /** The attributes, valid or not. Needs no lock. */
    final Stat read() {
        for (int i = 0; i < TRIES; i++) {
            short before = (short) SEQUENCE.getAcquire(this);
            if ((before & 1) == 0) {
                Stat stat = unpack();
                VarHandle.acquireFence();
                if (sequence == before) {
                    return stat;
                }
            }
            Thread.onSpinWait();
        }
        synchronized (this) {
            return unpack();
        }
    }

    /** The attributes, or null unless those of the fields in {@code mask} are valid. Needs no lock. */
    final Stat valid(int mask, CacheClock clock) {
        // Before the attributes: what is read after a deadline is not older than the deadline.
        return areValid(mask, clock) ? read() : null;
    }

    /** Whether those of the fields in {@code mask} are valid. Needs no lock. */
    final boolean areValid(int mask, CacheClock clock) {
        return (flags & mask) == 0 && !clock.hasPassed(validUntil);
    }

    /** The same at a time of the clock. */
    final boolean areValid(int mask, long now) {
        return (flags & mask) == 0 && !CacheClock.hasPassed(validUntil, now);
    }

    private Stat unpack() {
        Stat wide = (flags & WIDE) == 0 ? null : wide();
        if (wide != null) {
            return wide;
        }
        CommonAttributes shared = common;
        return new Stat(ino, shared.mode(), shared.nlink(), shared.uid(), shared.gid(), shared.rdev(), size,
                blocks & UNSIGNED_INT, shared.blockSize(), time(atime), time(mtime), time(ctime));
    }

    /** Type, mode, owner and so on, valid or not. Needs no lock. */
    public final CommonAttributes common() {
        return common;
    }

    /** The mode that was received or changed last. Needs no lock. */
    public final int mode() {
        return common.mode();
    }

    /** The size. Under the monitor. */
    final long size() {
        return size;
    }

    /** Replaces the size. Under the monitor. */
    final void size(long bytes) {
        if ((flags & WIDE) != 0) {
            Stat stat = read();
            write(AttributeCache.withTimes(stat, bytes, stat.mtime(), stat.ctime()));
            return;
        }
        short before = beginWrite();
        size = bytes;
        endWrite(before);
    }

    private short beginWrite() {
        short before = sequence;
        SEQUENCE.setOpaque(this, (short) (before + 1));
        VarHandle.storeStoreFence();
        return before;
    }

    private void endWrite(short before) {
        SEQUENCE.setRelease(this, (short) (before + 2));
    }

    /** Replaces the attributes. Under the monitor. */
    final void write(Stat stat) {
        CommonAttributes shared = CommonAttributes.of(stat);
        boolean fits = fits(stat.atime()) && fits(stat.mtime()) && fits(stat.ctime())
                && (stat.blocks() & ~UNSIGNED_INT) == 0;
        if (!fits || (flags & WIDE) != 0) {
            wide(stat);
        }
        short before = beginWrite();
        common = shared;
        ino = stat.ino();
        size = stat.size();
        blocks = (int) stat.blocks();
        atime = packed(stat.atime());
        mtime = packed(stat.mtime());
        ctime = packed(stat.ctime());
        flag(WIDE, !fits);
        endWrite(before);
    }

    private static boolean fits(Timespec time) {
        return time.seconds() << NANO_BITS >> NANO_BITS == time.seconds();
    }

    private static long packed(Timespec time) {
        return (time.seconds() << NANO_BITS) | time.nanos();
    }

    private static Timespec time(long packed) {
        return new Timespec(packed >> NANO_BITS, (int) (packed & NANO_MASK));
    }

    /** Makes fields invalid whatever the deadline. Under the monitor. */
    final void expire(int mask) {
        flags = (short) (flags | mask);
    }

    /** Whether all these fields are invalid whatever the deadline. */
    final boolean isExpired(int mask) {
        return (flags & mask) == mask;
    }

    /** Whether the server has sent any: not yet of the root. Nothing makes all fields invalid later. */
    public final boolean isKnown() {
        return !isExpired(StatField.BASIC);
    }

    /** Makes fields valid until the deadline. Under the monitor. */
    final void unexpire(int mask) {
        flags = (short) (flags & ~mask);
    }

    /** The attributes, which are in place, are valid until {@code deadline}, by the {@link CacheClock}. Under the monitor. */
    final void validUntil(long deadline) {
        validUntil = deadline;
    }

    /** They were changed here at a version of {@link AttributeCache}. Under the monitor. */
    final void version(long changed) {
        version = (int) changed;
    }

    /** The low 32 bits of the version of the last change. */
    final int version() {
        return version;
    }

    private void flag(short flag, boolean on) {
        flags = (short) (on ? flags | flag : flags & ~flag);
    }

    /** Whether the server has reused the node id, or changed the type of the node: every request on it fails with EIO. */
    public final boolean isBad() {
        return (flags & BAD) != 0;
    }

    /** Makes it bad, see {@link InodeTable#makeBad}. */
    final synchronized void makeBad() {
        flag(BAD, true);
    }

    /** Whether it is known to have neither set-user-id or set-group-id nor capabilities: Linux's S_NOSEC. Needs no lock. */
    public final boolean hasNoPrivileges() {
        return (flags & NO_PRIVILEGES) != 0;
    }

    /** A check has found no capabilities: {@link #hasNoPrivileges} by the mode, until attributes are received. */
    public final synchronized void markWithoutPrivileges() {
        flag(NO_PRIVILEGES, (mode() & SET_UID_OR_GID) == 0);
    }

    /** Whether there are privileges must be checked again. */
    public final synchronized void mayHavePrivileges() {
        flag(NO_PRIVILEGES, false);
    }

    /** Whether mtime and ctime were changed here and not sent to the server. Under the monitor. */
    final boolean areTimesDirty() {
        return (flags & TIMES_DIRTY) != 0;
    }

    /** Sets whether they are. Under the monitor. */
    final void timesDirty(boolean dirty) {
        flag(TIMES_DIRTY, dirty);
    }
}
