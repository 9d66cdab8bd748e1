package org.hexfuse.posix;

/** The whence of {@code lseek(2)} ({@code SEEK_SET} ...). FUSE sends {@link #DATA} and {@link #HOLE} only. */
public final class SeekWhence {
    /** The start of the file. */
    public static final int SET = 0;
    /** The current offset. */
    public static final int CUR = 1;
    /** The end of the file. */
    public static final int END = 2;
    /** The next data at or after the offset. */
    public static final int DATA = 3;
    /** The next hole at or after the offset. */
    public static final int HOLE = 4;

    private SeekWhence() {}
}
