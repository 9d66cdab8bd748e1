package org.hexfuse.vfs;

import org.hexfuse.posix.OpenFlags;

/** How to open a file: the flags of {@code open(2)}, sent as this machine numbers them. */
public enum OpenFlag {
    /** For reading. */
    READ(0),
    /** For writing. */
    WRITE(0),
    /** Every write goes to the end of the file. */
    APPEND(OpenFlags.APPEND),
    /** Make the file if it isn't there. */
    CREATE(OpenFlags.CREAT),
    /** With {@link #CREATE}: fail with EEXIST if it is there. */
    EXCLUSIVE(OpenFlags.EXCL),
    /** Cut it to no length. */
    TRUNCATE(OpenFlags.TRUNC),
    /** Fail with ENOTDIR if it is no directory. */
    DIRECTORY(OpenFlags.DIRECTORY),
    /** Fail with ELOOP if it is a symbolic link. */
    NO_FOLLOW(OpenFlags.NOFOLLOW),
    /** Past all caches. */
    DIRECT(OpenFlags.DIRECT),
    /** A write returns when data and attributes are safe. */
    SYNC(OpenFlags.SYNC),
    /** A write returns when data is safe. */
    DSYNC(OpenFlags.DSYNC),
    /** Leave the time of access as it is. */
    NO_ATIME(OpenFlags.NOATIME);

    private final int bits;

    OpenFlag(int bits) {
        this.bits = bits;
    }

    /** The bits of {@code open(2)} on this machine; 0 for the access mode. */
    public int bits() {
        return bits;
    }
}
