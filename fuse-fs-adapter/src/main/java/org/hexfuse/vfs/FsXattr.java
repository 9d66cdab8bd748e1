package org.hexfuse.vfs;

/**
 * The inode flags and hints of a file beyond {@link Stat} ({@code struct fsxattr} of FS_IOC_FSGETXATTR): not its extended attributes.
 *
 * @param xflags FS_XFLAG bits
 * @param extsize the hint for the size of extents, in bytes
 * @param nextents the number of extents
 * @param projid the project id of quotas
 * @param cowextsize the hint for the size of copied extents, in bytes
 */
public record FsXattr(int xflags, int extsize, int nextents, int projid, int cowextsize) {
    /** FS_XFLAG_IMMUTABLE: nobody may change the file. */
    public static final int IMMUTABLE = 0x8;
    /** FS_XFLAG_APPEND: the file may be appended to only. */
    public static final int APPEND = 0x10;
}
