package org.hexfuse.testkit.posix;

/** Features that POSIX or Linux make optional. The rest of the contract is for every filesystem. */
public enum PosixFeature {
    /** Hard links. */
    HARD_LINKS,
    /** FIFOs, sockets and device files. */
    SPECIAL_FILES,
    /** Extended attributes. */
    XATTRS,
    /** {@code fallocate(2)}: allocating, punching holes, zeroing. */
    ALLOCATION,
    /** SEEK_DATA and SEEK_HOLE. */
    HOLES,
    /** {@code O_TMPFILE}. */
    UNNAMED_FILES,
    /** {@code RENAME_NOREPLACE}. It and {@code RENAME_EXCHANGE} need RENAME2, which some kernels do not send. */
    NOREPLACE,
    /** {@code RENAME_EXCHANGE}. */
    EXCHANGE,
    /** Advisory locks that all users of the filesystem share. */
    LOCKS,
    /** Access control lists. */
    ACCESS_LISTS,
    /** A write without space fails at once; where writes are delayed fsync and close do. */
    IMMEDIATE_ENOSPC,
    /**
     * An open file has the blocks of the data that was synced. With the writeback cache Linux goes on with the number from before the writes
     * until a close.
     */
    BLOCKS_AFTER_SYNC
}
