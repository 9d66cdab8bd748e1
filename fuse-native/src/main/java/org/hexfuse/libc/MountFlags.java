package org.hexfuse.libc;

/** Flags of {@code mount(2)}, {@code fsmount(2)} and {@code umount2(2)}, combined by OR. */
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

    public static final long ATTR_RDONLY = 1;
    public static final long ATTR_NOSUID = 2;
    public static final long ATTR_NODEV = 4;
    public static final long ATTR_NOEXEC = 8;
    public static final long ATTR_NOATIME = 0x10;

    /** MNT_FORCE: aborts the requests in flight. */
    public static final int UMOUNT_FORCE = 1;
    /** MNT_DETACH: detaches the mount now, and unmounts it when it is no longer in use. */
    public static final int UMOUNT_DETACH = 2;
    /** UMOUNT_NOFOLLOW: does not follow a symbolic link. */
    public static final int UMOUNT_NOFOLLOW = 8;

    private MountFlags() {}
}
