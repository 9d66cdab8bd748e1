package org.hexfuse.vfs;

/**
 * How to open a file, after the flags of {@code open(2)}. In requests they have the numbers that they have on most
 * architectures of Linux.
 */
public enum OpenFlag {
    /** For reading. */
    READ(0),
    /** For writing. */
    WRITE(0),
    /** Every write goes to the end of the file. */
    APPEND(02000),
    /** Make the file if it isn't there. */
    CREATE(0100),
    /** With {@link #CREATE}: fail with EEXIST if it is there. */
    EXCLUSIVE(0200),
    /** Cut it to no length. */
    TRUNCATE(01000),
    /** Fail with ENOTDIR if it is no directory. */
    DIRECTORY(0200000),
    /** Fail with ELOOP if it is a symbolic link. */
    NO_FOLLOW(0400000),
    /** Past all caches. */
    DIRECT(040000),
    /** A write returns when data and attributes are safe. */
    SYNC(04010000),
    /** A write returns when data is safe. */
    DSYNC(010000),
    /** Leave the time of access as it is. */
    NO_ATIME(01000000);

    private final int bits;

    OpenFlag(int bits) {
        this.bits = bits;
    }

    int bits() {
        return bits;
    }
}
