package org.hexfuse.vfs.cache;

/** The fields of {@link org.hexfuse.vfs.Stat} in masks, as STATX_ bits ({@code include/uapi/linux/stat.h}). */
public final class StatField {
    public static final int TYPE = 0x1;
    public static final int MODE = 0x2;
    public static final int NLINK = 0x4;
    public static final int UID = 0x8;
    public static final int GID = 0x10;
    public static final int ATIME = 0x20;
    public static final int MTIME = 0x40;
    public static final int CTIME = 0x80;
    public static final int INO = 0x100;
    public static final int SIZE = 0x200;
    public static final int BLOCKS = 0x400;
    /** STATX_BASIC_STATS: all fields of {@link org.hexfuse.vfs.Stat}. */
    public static final int BASIC = 0x7FF;
    /** The time of creation, which {@link org.hexfuse.vfs.Stat} does not have. */
    public static final int BTIME = 0x800;
    /** What a check of permissions needs. */
    public static final int PERMISSIONS = MODE | UID | GID;
    /** What a write changes: Linux's {@code FUSE_STATX_MODSIZE}. */
    public static final int CONTENT = MTIME | CTIME | BLOCKS | SIZE;

    private StatField() {}
}
