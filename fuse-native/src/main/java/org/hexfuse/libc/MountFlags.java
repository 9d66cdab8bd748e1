package org.hexfuse.libc;

/** Flags of {@code mount(2)} and {@code umount2(2)}, as numbers to be or-ed. */
public final class MountFlags {
    public static final long RDONLY = 1;
    public static final long NOSUID = 2;
    public static final long NODEV = 4;
    public static final long NOEXEC = 8;
    public static final long SYNCHRONOUS = 16;
    public static final long DIRSYNC = 128;
    public static final long NOATIME = 1024;
    public static final long NODIRATIME = 2048;
    public static final long BIND = 4096;

    /** Aborts what is under way. */
    public static final int UMOUNT_FORCE = 1;
    /** Takes the mount out of the tree now, and ends it when nobody uses it any more. */
    public static final int UMOUNT_DETACH = 2;
    /** Does not follow a symbolic link. */
    public static final int UMOUNT_NOFOLLOW = 8;

    private MountFlags() {}
}
