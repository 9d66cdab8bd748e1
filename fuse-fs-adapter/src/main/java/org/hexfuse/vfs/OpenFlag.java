package org.hexfuse.vfs;

import org.hexfuse.posix.OpenFlags;

/** The flags of {@code open(2)}, sent with the bits that they have on this machine. */
public enum OpenFlag {
    /** For reading. */
    READ(0),
    /** For writing. */
    WRITE(0),
    /** Every write goes to the end of the file. */
    APPEND(OpenFlags.APPEND),
    /** Create the file if it does not exist. */
    CREATE(OpenFlags.CREAT),
    /** With {@link #CREATE}: fail with EEXIST if it exists. */
    EXCLUSIVE(OpenFlags.EXCL),
    /** Truncate the file to no length. */
    TRUNCATE(OpenFlags.TRUNC),
    /** Fail with ENOTDIR unless it is a directory. */
    DIRECTORY(OpenFlags.DIRECTORY),
    /** Fail with ELOOP if it is a symbolic link. */
    NO_FOLLOW(OpenFlags.NOFOLLOW),
    /** Bypass caches (O_DIRECT). */
    DIRECT(OpenFlags.DIRECT),
    /** A write returns when data and attributes are on stable storage. */
    SYNC(OpenFlags.SYNC),
    /** A write returns when data is on stable storage. */
    DSYNC(OpenFlags.DSYNC),
    /** Leave atime as it is. */
    NO_ATIME(OpenFlags.NOATIME),
    /**
     * Only hold the file, of any type, which needs no permission for it and sends no OPEN (O_PATH). Other flags than {@link #DIRECTORY} and
     * {@link #NO_FOLLOW} are ignored; with the latter a symbolic link itself is opened. All calls are EBADF but {@link OpenFile#stat},
     * {@link OpenFile#statx}, {@link OpenFile#statfs}, {@link OpenFile#readlink}, {@link Vfs#at(OpenFile)}, {@link Vfs#link(OpenFile, String)}
     * and {@link Vfs#reopen}.
     */
    PATH(OpenFlags.PATH);

    private final int bits;

    OpenFlag(int bits) {
        this.bits = bits;
    }

    /** The bits of {@code open(2)} on this machine; 0 for the access mode. */
    public int bits() {
        return bits;
    }
}
