package org.hexfuse.posix;

/** The bits of the mode of {@code fallocate(2)} ({@code FALLOC_FL_KEEP_SIZE} ...). */
public final class FallocateFlags {
    /** Keeps the size of the file. */
    public static final int KEEP_SIZE = 1;
    /** Deallocates the range, which then reads as zeros; with {@link #KEEP_SIZE}. */
    public static final int PUNCH_HOLE = 2;
    /** Removes the range. */
    public static final int COLLAPSE_RANGE = 8;
    /** Zeroes the range. */
    public static final int ZERO_RANGE = 16;
    /** Inserts a hole. */
    public static final int INSERT_RANGE = 32;
    /** Unshares shared blocks. */
    public static final int UNSHARE_RANGE = 64;

    private FallocateFlags() {}
}
