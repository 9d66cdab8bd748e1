package org.hexfuse.posix;

/** Where {@code lseek(2)} counts from ({@code SEEK_SET} ...). FUSE sends {@link #DATA} and {@link #HOLE} only. */
public final class SeekWhence {
    /** The start of the file. */
    public static final int SET = 0;
    /** The present offset. */
    public static final int CUR = 1;
    /** The end of the file. */
    public static final int END = 2;
    /** The next data at or behind the offset. */
    public static final int DATA = 3;
    /** The next hole at or behind the offset. */
    public static final int HOLE = 4;

    private SeekWhence() {}
}
