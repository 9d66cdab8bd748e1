package org.hexfuse.device;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Protocol;

/**
 * Which kernel the device plays: the points in which kernels differ, as data. What each flag promises to a server, and how
 * the virtual filesystem switch keeps it, is in {@code docs/init-flags.md}.
 *
 * @param minor the minor version that INIT offers
 * @param flags the masks of the {@link InitFlag}s that INIT offers whatever there is
 * @param conditional the masks of those that INIT offers where there is what they need: a link
 *        ({@link org.hexfuse.transport.CarriedFlags}), or for PASSTHROUGH {@link ConnectionOptions#backingFiles}
 * @param accepted the masks of those that count when the server answers with them, offered or not
 * @param maxReadahead what INIT offers, in bytes
 * @param unknownUnique what the writer of a reply gets whose request is not there
 * @param readAfterEnd what a reader gets when the connection is over, unless {@link InitFlag#ABORT_ERROR} says otherwise
 * @param writeAfterEnd what the writer of a reply gets when the connection is over
 * @param endBeforeSize whether a reader is told that the connection is over rather than that its buffer is too small
 * @param positional OK if a positional read or write is one without a position, else what it gets
 * @param seek what a seek on the device gets
 * @param cloneOfUnmounted what a clone of a device gets that is not mounted
 * @param otherIoctl what an ioctl gets that the device does not have
 * @param sharesProcessing whether any handle of a connection answers what another one took
 * @param keepsUncopied whether a request stays queued that could not be copied to its reader, which else ends it with EIO
 * @param maxActive how many requests of all kinds may be under way; 0 if background requests alone are limited, by INIT
 * @param endWhileHeldBack what the sender of a background request gets that was held back when the connection ended
 * @param leastInitReply the least bytes of a reply to INIT; missing ones after that count as zeros
 * @param badErrnoEndsCaller whether an errno outside of (-512, 0] ends the caller, with EINVAL, and not only its writer
 * @param userBackground the most max_background that an unprivileged server gets
 * @param userCongestion the most congestion_threshold that an unprivileged server gets
 */
public record KernelProfile(int minor, long flags, long conditional, long accepted, int maxReadahead,
        Errno unknownUnique, Errno readAfterEnd, Errno writeAfterEnd, boolean endBeforeSize, Errno positional,
        Errno seek, Errno cloneOfUnmounted, Errno otherIoctl, boolean sharesProcessing, boolean keepsUncopied,
        int maxActive, Errno endWhileHeldBack, int leastInitReply, boolean badErrnoEndsCaller, int userBackground,
        int userCongestion) {
    private static final int READAHEAD = 128 * 1024;
    private static final int LARGEST_U16 = 65535;

    private static final long LINUX = Flag.of(InitFlag.ASYNC_READ, InitFlag.POSIX_LOCKS, InitFlag.ATOMIC_O_TRUNC,
            InitFlag.EXPORT_SUPPORT, InitFlag.BIG_WRITES, InitFlag.DONT_MASK, InitFlag.FLOCK_LOCKS,
            InitFlag.HAS_IOCTL_DIR, InitFlag.AUTO_INVAL_DATA, InitFlag.DO_READDIRPLUS, InitFlag.READDIRPLUS_AUTO,
            InitFlag.ASYNC_DIO, InitFlag.WRITEBACK_CACHE, InitFlag.NO_OPEN_SUPPORT, InitFlag.PARALLEL_DIROPS,
            InitFlag.HANDLE_KILLPRIV, InitFlag.POSIX_ACL, InitFlag.ABORT_ERROR, InitFlag.MAX_PAGES,
            InitFlag.CACHE_SYMLINKS,
            InitFlag.NO_OPENDIR_SUPPORT, InitFlag.EXPLICIT_INVAL_DATA, InitFlag.HANDLE_KILLPRIV_V2,
            InitFlag.SETXATTR_EXT, InitFlag.INIT_EXT, InitFlag.SECURITY_CTX, InitFlag.CREATE_SUPP_GROUP,
            InitFlag.HAS_EXPIRE_ONLY, InitFlag.DIRECT_IO_ALLOW_MMAP, InitFlag.NO_EXPORT_SUPPORT,
            InitFlag.HAS_RESEND, InitFlag.ALLOW_IDMAP, InitFlag.REQUEST_TIMEOUT);
    private static final long CONDITIONAL = Flag.of(InitFlag.SPLICE_WRITE, InitFlag.SPLICE_MOVE, InitFlag.SPLICE_READ,
            InitFlag.MAP_ALIGNMENT, InitFlag.SUBMOUNTS, InitFlag.HAS_INODE_DAX, InitFlag.PASSTHROUGH,
            InitFlag.OVER_IO_URING);
    private static final long GVISOR = Flag.of(InitFlag.MAX_PAGES);
    private static final long GVISOR_ACCEPTS = GVISOR | Flag.of(InitFlag.ASYNC_READ, InitFlag.BIG_WRITES,
            InitFlag.DONT_MASK, InitFlag.WRITEBACK_CACHE, InitFlag.ATOMIC_O_TRUNC);

    /** Linux 6.18. */
    public static KernelProfile linux() {
        return new KernelProfile(Protocol.MINOR, LINUX, CONDITIONAL, LINUX, READAHEAD, Errno.ENOENT, Errno.ENODEV,
                Errno.ENOENT, false, Errno.OK, Errno.ESPIPE, Errno.EPERM, Errno.ENOTTY, false, false, 0, Errno.ENOTCONN,
                0, false, LARGEST_U16, LARGEST_U16);
    }

    /** gVisor of 2026. */
    public static KernelProfile gvisor() {
        return new KernelProfile(31, GVISOR, 0, GVISOR_ACCEPTS, READAHEAD, Errno.EINVAL, Errno.EPERM, Errno.EPERM, true,
                Errno.ENOSYS, Errno.ENOSYS, Errno.EINVAL, Errno.ENOSYS, true, true, 10_000, Errno.ECONNABORTED, 24,
                true, 12, 9);
    }

    /** The same kernel with other flags, offered and accepted. */
    public KernelProfile withFlags(long masks) {
        return new KernelProfile(minor, masks, 0, masks, maxReadahead, unknownUnique, readAfterEnd,
                writeAfterEnd, endBeforeSize, positional, seek, cloneOfUnmounted, otherIoctl, sharesProcessing,
                keepsUncopied, maxActive, endWhileHeldBack, leastInitReply, badErrnoEndsCaller, userBackground,
                userCongestion);
    }

    /** The same kernel with another limit of requests under way; 0 for none. */
    public KernelProfile withMaxActive(int requests) {
        return new KernelProfile(minor, flags, conditional, accepted, maxReadahead, unknownUnique, readAfterEnd,
                writeAfterEnd, endBeforeSize, positional, seek, cloneOfUnmounted, otherIoctl, sharesProcessing,
                keepsUncopied, requests, endWhileHeldBack, leastInitReply, badErrnoEndsCaller, userBackground,
                userCongestion);
    }
}
