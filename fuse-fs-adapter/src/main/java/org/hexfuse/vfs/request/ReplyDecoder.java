package org.hexfuse.vfs.request;

import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Statx;
import org.hexfuse.vfs.cache.EntryReply;

import org.hexfuse.posix.DeviceNumber;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.posix.Timespec;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.hexfuse.abi.AttrData;
import org.hexfuse.abi.AttrOut;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.KStatfs;
import org.hexfuse.abi.Protocol;
import org.hexfuse.abi.StatxData;
import org.hexfuse.abi.StatxOut;
import org.hexfuse.abi.SxTime;

/** Parses replies into values. A reply that violates the protocol is EIO. */
public final class ReplyDecoder {
    private static final int STATX_TYPE = 0x1;
    private static final int STATX_SIZE = 0x200;
    private static final int PERMISSIONS = 07777;
    private static final long SECOND = 1_000_000_000;
    /** About 95 years, in seconds: a longer timeout does not fit into 64 bits of nanoseconds. */
    private static final long LONGEST = 3_000_000_000L;
    private static final int BLKSIZE_MINOR = 9;
    private static final int DEFAULT_BLOCK = 4096;

    private ReplyDecoder() {}

    /**
     * A {@code fuse_entry_out} at {@code base}.
     *
     * @param minor the negotiated minor version
     */
    public static EntryReply entry(MemorySegment reply, long base, int minor) {
        long nodeId = EntryOut.NODEID.get(reply, base);
        long entryTimeout = timeout(EntryOut.ENTRY_VALID.get(reply, base),
                EntryOut.ENTRY_VALID_NSEC.getUnsigned(reply, base));
        if (nodeId == 0) {
            return EntryReply.negative(entryTimeout);
        }
        if (nodeId == Protocol.ROOT_ID) {
            throw FuseException.of(Errno.EIO);
        }
        Stat attributes = attributes(reply, base + EntryOut.ATTR.offset(), minor);
        return new EntryReply(nodeId, EntryOut.GENERATION.get(reply, base), entryTimeout, attributes,
                timeout(EntryOut.ATTR_VALID.get(reply, base), EntryOut.ATTR_VALID_NSEC.getUnsigned(reply, base)));
    }

    /** A {@code fuse_attr} at {@code base}; EIO for an unknown type, and for a size that is negative as a signed number. */
    public static Stat attributes(MemorySegment reply, long base, int minor) {
        int mode = AttrData.MODE.get(reply, base);
        long size = AttrData.SIZE_FIELD.get(reply, base);
        if (FileType.ofMode(mode).isEmpty() || size < 0) {
            throw FuseException.of(Errno.EIO);
        }
        int blockSize = minor < BLKSIZE_MINOR ? 0 : AttrData.BLKSIZE.get(reply, base);
        return new Stat(AttrData.INO.get(reply, base), mode, AttrData.NLINK.get(reply, base),
                AttrData.UID.get(reply, base), AttrData.GID.get(reply, base), AttrData.RDEV.get(reply, base), size,
                AttrData.BLOCKS.get(reply, base), blockSize == 0 ? DEFAULT_BLOCK : blockSize,
                timespec(AttrData.ATIME.get(reply, base), AttrData.ATIMENSEC.getUnsigned(reply, base)),
                timespec(AttrData.MTIME.get(reply, base), AttrData.MTIMENSEC.getUnsigned(reply, base)),
                timespec(AttrData.CTIME.get(reply, base), AttrData.CTIMENSEC.getUnsigned(reply, base)));
    }

    /** The attribute timeout of a {@link AttrOut}, in nanoseconds. */
    public static long attributesTimeout(MemorySegment reply) {
        return timeout(AttrOut.ATTR_VALID.get(reply), AttrOut.ATTR_VALID_NSEC.getUnsigned(reply, 0));
    }

    /** Whether a {@link StatxOut} is of a file of this type and has a size that is not negative. */
    public static boolean fits(MemorySegment reply, FileType type) {
        long base = StatxOut.STAT.offset();
        int mask = StatxData.MASK.get(reply, base);
        return ((mask & STATX_TYPE) == 0 || type.is(StatxData.MODE.getUnsigned(reply, base)))
                && ((mask & STATX_SIZE) == 0 || StatxData.SIZE_FIELD.get(reply, base) >= 0);
    }

    /** A {@link StatxOut} of a file of this type, which {@link #fits}. */
    public static Statx statx(MemorySegment reply, FileType type) {
        long base = StatxOut.STAT.offset();
        int mask = (StatxData.MASK.get(reply, base) & (Statx.BASIC_STATS | Statx.BTIME)) | STATX_TYPE;
        int blockSize = StatxData.BLKSIZE.get(reply, base);
        int mode = type.mode() | (StatxData.MODE.getUnsigned(reply, base) & PERMISSIONS);
        var stat = new Stat(StatxData.INO.get(reply, base), mode,
                StatxData.NLINK.get(reply, base), StatxData.UID.get(reply, base), StatxData.GID.get(reply, base),
                DeviceNumber.of(StatxData.RDEV_MAJOR.get(reply, base), StatxData.RDEV_MINOR.get(reply, base)),
                StatxData.SIZE_FIELD.get(reply, base), StatxData.BLOCKS.get(reply, base),
                blockSize == 0 ? DEFAULT_BLOCK : blockSize, time(reply, base + StatxData.ATIME.offset()),
                time(reply, base + StatxData.MTIME.offset()), time(reply, base + StatxData.CTIME.offset()));
        Optional<Timespec> btime = (mask & Statx.BTIME) == 0 ? Optional.empty()
                : Optional.of(time(reply, base + StatxData.BTIME.offset()));
        return new Statx(mask, stat, btime, StatxData.ATTRIBUTES.get(reply, base),
                StatxData.ATTRIBUTES_MASK.get(reply, base));
    }

    private static Timespec time(MemorySegment reply, long base) {
        return timespec(SxTime.TV_SEC.get(reply, base), SxTime.TV_NSEC.getUnsigned(reply, base));
    }

    /** The attribute timeout of a {@link StatxOut}, in nanoseconds. */
    public static long statxTimeout(MemorySegment reply) {
        return timeout(StatxOut.ATTR_VALID.get(reply), StatxOut.ATTR_VALID_NSEC.getUnsigned(reply, 0));
    }

    /** A {@code fuse_statfs_out}. */
    public static StatVfs statfs(MemorySegment reply) {
        long fragment = KStatfs.FRSIZE.getUnsigned(reply, 0);
        return new StatVfs(fragment == 0 ? KStatfs.BSIZE.getUnsigned(reply, 0) : fragment,
                KStatfs.BLOCKS.get(reply), KStatfs.BFREE.get(reply), KStatfs.BAVAIL.get(reply),
                KStatfs.FILES.get(reply), KStatfs.FFREE.get(reply), KStatfs.NAMELEN.get(reply));
    }

    /** Nanoseconds beyond a second are a server's defect, and are cut to the last one. */
    private static Timespec timespec(long seconds, long nanos) {
        return new Timespec(seconds, (int) Math.min(nanos, SECOND - 1));
    }

    private static long timeout(long seconds, long nanos) {
        if (seconds == 0 && nanos == 0) {
            return 0;
        }
        long bounded = Long.compareUnsigned(seconds, LONGEST) > 0 ? LONGEST : seconds;
        return bounded * SECOND + Math.min(nanos, SECOND - 1);
    }
}
