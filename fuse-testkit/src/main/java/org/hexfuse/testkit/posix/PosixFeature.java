package org.hexfuse.testkit.posix;

/** What a filesystem may do without, and POSIX or Linux lets it. All else in the contract is for everyone. */
public enum PosixFeature {
    /** More than one name for a file. */
    HARD_LINKS,
    /** FIFOs, sockets and device files. */
    SPECIAL_FILES,
    /** Extended attributes. */
    XATTRS,
    /** {@code fallocate(2)}, to allocate, to make holes and to zero. */
    ALLOCATION,
    /** {@code lseek(2)} tells holes from data. */
    HOLES,
    /** {@code O_TMPFILE}. */
    UNNAMED_FILES,
    /** {@code RENAME_EXCHANGE}. */
    EXCHANGE,
    /** Advisory locks that all who use the filesystem see. */
    LOCKS,
    /** Access control lists. */
    ACCESS_LISTS
}
