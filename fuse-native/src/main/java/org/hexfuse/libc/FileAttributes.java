package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.hexfuse.posix.Timespec;

/**
 * The attributes that {@link InodeCalls#statx} fills in, a {@code struct statx}. It is used again for the next call, by one thread at a
 * time.
 *
 * <p>Source: Linux {@code include/uapi/linux/stat.h}.
 */
public final class FileAttributes {
    /** STATX_BASIC_STATS, STATX_BTIME and STATX_MNT_ID. */
    static final int MASK = 0x7ff | 0x800 | 0x1000;
    private static final int BTIME = 0x800;
    private static final int MNT_ID = 0x1000;

    private final MemorySegment statx = Arena.ofAuto().allocate(256, Long.BYTES);

    /** Without attributes. */
    public FileAttributes() {}

    MemorySegment memory() {
        return statx;
    }

    /** The inode number. */
    public long ino() {
        return statx.get(JAVA_LONG, 32);
    }

    /** Type and permissions, as in {@code st_mode}. */
    public int mode() {
        return Short.toUnsignedInt(statx.get(JAVA_SHORT, 28));
    }

    /** The number of hard links. */
    public int nlink() {
        return statx.get(JAVA_INT, 16);
    }

    /** The owner. */
    public int uid() {
        return statx.get(JAVA_INT, 20);
    }

    /** The group. */
    public int gid() {
        return statx.get(JAVA_INT, 24);
    }

    /** The size in bytes. */
    public long size() {
        return statx.get(JAVA_LONG, 40);
    }

    /** The allocated size, in units of 512 bytes. */
    public long blocks() {
        return statx.get(JAVA_LONG, 48);
    }

    /** The preferred I/O size, in bytes. */
    public int blksize() {
        return statx.get(JAVA_INT, 4);
    }

    /** The device of the filesystem: the major number in the upper 32 bits, the minor in the lower. */
    public long dev() {
        return pair(136);
    }

    /** The device that a device file represents: the major number in the upper 32 bits, the minor in the lower. */
    public long rdev() {
        return pair(128);
    }

    /** The time of last access. */
    public Timespec atime() {
        return time(64);
    }

    /** The time of last modification. */
    public Timespec mtime() {
        return time(112);
    }

    /** The time of last change. */
    public Timespec ctime() {
        return time(96);
    }

    /** Whether the filesystem has the time of creation. */
    public boolean hasBtime() {
        return (statx.get(JAVA_INT, 0) & BTIME) != 0;
    }

    /** The time of creation. */
    public Timespec btime() {
        return time(80);
    }

    /** The id of the mount, which another mount may get after this one is gone; 0 before Linux 5.8. */
    public long mount() {
        return (statx.get(JAVA_INT, 0) & MNT_ID) != 0 ? statx.get(JAVA_LONG, 144) : 0;
    }

    private long pair(long offset) {
        return (long) statx.get(JAVA_INT, offset) << Integer.SIZE
                | Integer.toUnsignedLong(statx.get(JAVA_INT, offset + 4));
    }

    private Timespec time(long offset) {
        return new Timespec(statx.get(JAVA_LONG, offset), statx.get(JAVA_INT, offset + 8));
    }
}
