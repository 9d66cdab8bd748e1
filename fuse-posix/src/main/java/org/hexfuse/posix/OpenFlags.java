package org.hexfuse.posix;

/** The flags of {@code open(2)} and {@code openat(2)} ({@code O_RDONLY} ...), as this machine numbers them. */
public final class OpenFlags {
    public static final int RDONLY = 0;
    public static final int WRONLY = 1;
    public static final int RDWR = 2;
    /** O_ACCMODE: the mask of the three above. */
    public static final int ACCMODE = 3;
    public static final int CREAT = 0x40;
    public static final int EXCL = 0x80;
    public static final int NOCTTY = 0x100;
    public static final int TRUNC = 0x200;
    public static final int APPEND = 0x400;
    public static final int NONBLOCK = 0x800;
    public static final int DSYNC = 0x1000;
    public static final int DIRECT = OpenFlagNumbers.current().direct;
    /** O_LARGEFILE as the kernel sees it; the C library of a 64-bit machine has 0, and the kernel adds it. */
    public static final int LARGEFILE = OpenFlagNumbers.current().largefile;
    public static final int DIRECTORY = OpenFlagNumbers.current().directory;
    public static final int NOFOLLOW = OpenFlagNumbers.current().nofollow;
    public static final int NOATIME = 0x40000;
    /** The descriptor is closed by {@code exec}. */
    public static final int CLOEXEC = 0x80000;
    public static final int SYNC = 0x101000;
    public static final int PATH = 0x200000;
    public static final int TMPFILE = 0x400000 | DIRECTORY;

    private OpenFlags() {}
}
