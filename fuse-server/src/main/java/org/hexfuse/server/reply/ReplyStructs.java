package org.hexfuse.server.reply;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import org.hexfuse.abi.AttrData;
import org.hexfuse.abi.AttrOut;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.IoctlFlag;
import org.hexfuse.abi.IoctlIovec;
import org.hexfuse.abi.IoctlOut;
import org.hexfuse.abi.OpenOut;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.abi.StatxData;
import org.hexfuse.abi.StatxOut;
import org.hexfuse.abi.SxTime;
import org.hexfuse.posix.DeviceNumber;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.IoctlResult;
import org.hexfuse.server.Opened;

/** Writes what the methods of a filesystem return as the structs of the protocol, of the size that a minor version has. */
public final class ReplyStructs {
    /** In a STATX: everything but the time of birth, and that. */
    private static final int BASIC = 0x7FF;
    private static final int BIRTH = 0x800;

    private ReplyStructs() {}

    /** Writes {@code struct fuse_entry_out} at {@code base}. */
    public static void entry(MemorySegment segment, long base, Entry entry, int minor, Timeouts timeouts) {
        Attr attr = entry.attr();
        Duration entryTimeout = entry.timeout().orElse(timeouts.entry());
        Duration attrTimeout = attr.timeout().orElse(timeouts.attr());
        EntryOut.NODEID.set(segment, base, entry.node());
        EntryOut.GENERATION.set(segment, base, entry.generation());
        EntryOut.ENTRY_VALID.set(segment, base, entryTimeout.getSeconds());
        EntryOut.ATTR_VALID.set(segment, base, attrTimeout.getSeconds());
        EntryOut.ENTRY_VALID_NSEC.set(segment, base, entryTimeout.getNano());
        EntryOut.ATTR_VALID_NSEC.set(segment, base, attrTimeout.getNano());
        attr(segment, base + EntryOut.ATTR.offset(), attr, entry.node(), minor);
    }

    /** Writes {@code struct fuse_open_out} at {@code base}. */
    public static void opened(MemorySegment segment, long base, Opened opened, int backingId) {
        OpenOut.FH.set(segment, base, opened.handle());
        OpenOut.OPEN_FLAGS.set(segment, base,
                opened.flags() | (backingId == 0 ? 0 : (int) OpenOutFlag.PASSTHROUGH.mask()));
        OpenOut.BACKING_ID.set(segment, base, backingId);
    }

    /** Writes {@code struct fuse_attr_out} at the start of {@code reply}. */
    public static void attrOut(MemorySegment reply, Attr attr, long node, int minor, Timeouts timeouts) {
        Duration timeout = attr.timeout().orElse(timeouts.attr());
        AttrOut.ATTR_VALID.set(reply, timeout.getSeconds());
        AttrOut.ATTR_VALID_NSEC.set(reply, timeout.getNano());
        reply.set(JAVA_INT_UNALIGNED, AttrOut.ATTR_VALID_NSEC.offset() + 4L, 0);
        attr(reply, AttrOut.ATTR.offset(), attr, node, minor);
    }

    /** Writes {@code struct fuse_attr} at {@code base}. */
    private static void attr(MemorySegment segment, long base, Attr attr, long node, int minor) {
        AttrData.INO.set(segment, base, attr.ino() == 0 ? node : attr.ino());
        AttrData.SIZE_FIELD.set(segment, base, attr.size());
        AttrData.BLOCKS.set(segment, base, attr.blocks());
        AttrData.ATIME.set(segment, base, attr.atime().seconds());
        AttrData.MTIME.set(segment, base, attr.mtime().seconds());
        AttrData.CTIME.set(segment, base, attr.ctime().seconds());
        AttrData.ATIMENSEC.set(segment, base, attr.atime().nanos());
        AttrData.MTIMENSEC.set(segment, base, attr.mtime().nanos());
        AttrData.CTIMENSEC.set(segment, base, attr.ctime().nanos());
        AttrData.MODE.set(segment, base, attr.mode());
        AttrData.NLINK.set(segment, base, attr.nlink());
        AttrData.UID.set(segment, base, attr.uid());
        AttrData.GID.set(segment, base, attr.gid());
        AttrData.RDEV.set(segment, base, attr.rdev());
        if (minor >= 9) {
            AttrData.BLKSIZE.set(segment, base, attr.blockSize());
            AttrData.FLAGS.set(segment, base, 0);
        }
    }

    /** Writes {@code struct fuse_statx_out}, which kernels request for the time of birth, at the start of {@code reply}. */
    public static void statxOut(MemorySegment reply, Attr attr, long node, Timeouts timeouts) {
        reply.asSlice(0, StatxOut.SIZE).fill((byte) 0);
        Duration timeout = attr.timeout().orElse(timeouts.attr());
        StatxOut.ATTR_VALID.set(reply, timeout.getSeconds());
        StatxOut.ATTR_VALID_NSEC.set(reply, timeout.getNano());
        statx(reply, StatxOut.STAT.offset(), attr, node);
    }

    /** Writes {@code struct fuse_statx} into zeroed memory. */
    private static void statx(MemorySegment segment, long base, Attr attr, long node) {
        StatxData.MASK.set(segment, base, BASIC | (attr.btime().isPresent() ? BIRTH : 0));
        StatxData.BLKSIZE.set(segment, base, attr.blockSize());
        StatxData.NLINK.set(segment, base, attr.nlink());
        StatxData.UID.set(segment, base, attr.uid());
        StatxData.GID.set(segment, base, attr.gid());
        StatxData.MODE.set(segment, base, (short) attr.mode());
        StatxData.INO.set(segment, base, attr.ino() == 0 ? node : attr.ino());
        StatxData.SIZE_FIELD.set(segment, base, attr.size());
        StatxData.BLOCKS.set(segment, base, attr.blocks());
        time(segment, base + StatxData.ATIME.offset(), attr.atime());
        time(segment, base + StatxData.MTIME.offset(), attr.mtime());
        time(segment, base + StatxData.CTIME.offset(), attr.ctime());
        attr.btime().ifPresent(time -> time(segment, base + StatxData.BTIME.offset(), time));
        int rdev = attr.rdev();
        StatxData.RDEV_MAJOR.set(segment, base, DeviceNumber.major(rdev));
        StatxData.RDEV_MINOR.set(segment, base, DeviceNumber.minor(rdev));
    }

    private static void time(MemorySegment segment, long base, Timespec time) {
        SxTime.TV_SEC.set(segment, base, time.seconds());
        SxTime.TV_NSEC.set(segment, base, time.nanos());
    }

    /** Writes {@code struct fuse_ioctl_out}, and the ranges of a retry to {@code data}, which has nothing else then. */
    public static void ioctl(MemorySegment reply, IoctlResult result, DataReply data) {
        IoctlOut.RESULT.set(reply, result.value());
        IoctlOut.FLAGS.set(reply, result.isRetry() ? (int) Flag.of(IoctlFlag.RETRY) : 0);
        IoctlOut.IN_IOVS.set(reply, result.in().size());
        IoctlOut.OUT_IOVS.set(reply, result.out().size());
        ranges(result.in(), data);
        ranges(result.out(), data);
    }

    private static void ranges(List<IoctlResult.Range> ranges, DataReply data) {
        for (IoctlResult.Range range : ranges) {
            byte[] bytes = new byte[IoctlIovec.SIZE];
            var iovec = MemorySegment.ofArray(bytes);
            IoctlIovec.BASE.set(iovec, range.address());
            IoctlIovec.LEN.set(iovec, range.length());
            data.write(bytes);
        }
    }
}
