package org.hexfuse.abi;

/** The attributes to change, in {@link SetattrIn#VALID}: {@code FATTR_*}. */
public enum SetattrFlag implements Flag {
    MODE(0x1),
    UID(0x2),
    GID(0x4),
    SIZE(0x8),
    ATIME(0x10),
    MTIME(0x20),
    FH(0x40),
    ATIME_NOW(0x80),
    MTIME_NOW(0x100),
    LOCKOWNER(0x200),
    CTIME(0x400),
    KILL_SUIDGID(0x800);

    private final long mask;

    SetattrFlag(long mask) {
        this.mask = mask;
    }

    @Override public long mask() {
        return mask;
    }
}
