package org.hexfuse.device;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.transport.OfferLimits;

/**
 * The kernel that the device emulates: the differences between kernels, as data. {@code docs/init-flags.md} says what each flag
 * promises to a server, and how the VFS keeps it.
 *
 * @param minor the minor version that INIT offers
 * @param flags the masks of the {@link InitFlag}s that INIT always offers
 * @param conditional the masks of those that INIT offers only over a link that carries them
 *        ({@link org.hexfuse.transport.CarriedFlags}), or for PASSTHROUGH with {@link ConnectionOptions#backingFiles}
 * @param accepted the masks of those that are accepted in the reply to INIT, offered or not
 * @param opcodes the opcodes that the kernel sends, a bit for each code; see {@link #sends}
 * @param removesCapabilities whether {@code security.capability} is removed from a file whose content or owner changes, for which
 *        GETXATTR is sent before each change
 * @param maxReadahead max_readahead of INIT, in bytes
 * @param errors the errors of the device
 * @param sharesProcessing whether a handle may reply to a request that was read over another handle of the connection
 * @param keepsUncopied whether a request that could not be copied to its reader stays pending; else it ends with EIO
 * @param maxActive the most active requests of all kinds; 0 if only background requests are limited, by INIT
 * @param leastInitReply the least size of a reply to INIT in bytes; missing bytes beyond it are zeros
 * @param badErrnoEndsCaller whether a reply with an errno outside of (-512, 0] ends the caller with EINVAL; else only the write
 *        gets EINVAL
 * @param userBackground the largest max_background of an unprivileged server
 * @param userCongestion the largest congestion_threshold of an unprivileged server
 */
public record KernelProfile(int minor, long flags, long conditional, long accepted, long opcodes,
        boolean removesCapabilities, int maxReadahead, DeviceErrors errors, boolean sharesProcessing,
        boolean keepsUncopied, int maxActive, int leastInitReply, boolean badErrnoEndsCaller, int userBackground,
        int userCongestion) {
    /**
     * The errors of the device, to its reader and writer, and to those who send requests.
     *
     * @param unknownUnique of a reply whose unique is not in processing
     * @param readAfterEnd of a read after abort or unmount, unless {@link InitFlag#ABORT_ERROR} makes it ECONNABORTED
     * @param writeAfterEnd of a reply after abort or unmount
     * @param endBeforeSize whether a read with a short buffer after abort gets {@code readAfterEnd} rather than EINVAL
     * @param positional OK if a positional read or write ignores its position
     * @param seek of a seek
     * @param cloneOfUnmounted of a clone of a device that is not mounted
     * @param otherIoctl of an unknown ioctl
     * @param abortWhileBlocked of a sender that was blocked at max_background when the connection was aborted
     */
    public record DeviceErrors(Errno unknownUnique, Errno readAfterEnd, Errno writeAfterEnd, boolean endBeforeSize,
            Errno positional, Errno seek, Errno cloneOfUnmounted, Errno otherIoctl, Errno abortWhileBlocked) {}

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

    private static final long ALL_OPCODES = -1;
    private static final long GVISOR_OPCODES = bits(Opcode.LOOKUP, Opcode.GETATTR, Opcode.SETATTR, Opcode.READLINK,
            Opcode.SYMLINK, Opcode.MKNOD, Opcode.MKDIR, Opcode.UNLINK, Opcode.RMDIR, Opcode.RENAME, Opcode.LINK,
            Opcode.OPEN, Opcode.READ, Opcode.WRITE, Opcode.STATFS, Opcode.RELEASE, Opcode.FSYNC, Opcode.SETXATTR,
            Opcode.GETXATTR, Opcode.LISTXATTR, Opcode.REMOVEXATTR, Opcode.FLUSH, Opcode.INIT, Opcode.OPENDIR,
            Opcode.READDIR, Opcode.RELEASEDIR, Opcode.ACCESS, Opcode.CREATE, Opcode.FALLOCATE);

    private static final DeviceErrors LINUX_ERRORS = new DeviceErrors(Errno.ENOENT, Errno.ENODEV, Errno.ENOENT, false,
            Errno.OK, Errno.ESPIPE, Errno.EPERM, Errno.ENOTTY, Errno.ENOTCONN);
    private static final DeviceErrors GVISOR_ERRORS = new DeviceErrors(Errno.EINVAL, Errno.EPERM, Errno.EPERM, true,
            Errno.ENOSYS, Errno.ENOSYS, Errno.EINVAL, Errno.ENOSYS, Errno.ECONNABORTED);

    /** Linux 6.18. */
    public static KernelProfile linux() {
        return new KernelProfile(Protocol.MINOR, LINUX, CONDITIONAL, LINUX, ALL_OPCODES, true, READAHEAD, LINUX_ERRORS,
                false, false, 0, 0, false, LARGEST_U16, LARGEST_U16);
    }

    /** gVisor of 2026. */
    public static KernelProfile gvisor() {
        return new KernelProfile(31, GVISOR, 0, GVISOR_ACCEPTS, GVISOR_OPCODES, false, READAHEAD, GVISOR_ERRORS, true,
                true, 10_000, 24, true, 12, 9);
    }

    private static long bits(Opcode... opcodes) {
        long bits = 0;
        for (Opcode opcode : opcodes) {
            bits |= 1L << opcode.code();
        }
        return bits;
    }

    /**
     * Whether the kernel has the opcode. A request with any other one is not sent: its caller gets ENOSYS, as from a server that lacks
     * the opcode, so that the VFS falls back or fails in the same way. FORGET, INTERRUPT and others without a caller are dropped.
     */
    public boolean sends(Opcode opcode) {
        return (opcodes & 1L << opcode.code()) != 0;
    }

    /** The same kernel that offers and accepts other flags. */
    public KernelProfile withFlags(long masks) {
        return with(minor, masks, 0, masks, opcodes, maxActive);
    }

    /** The same kernel with an earlier protocol; it knows no flag that came later, so {@link #withFlags} goes with it. */
    public KernelProfile withMinor(int version) {
        return with(version, flags, conditional, accepted, opcodes, maxActive);
    }

    /** The same kernel with other opcodes, a bit for each code. */
    public KernelProfile withOpcodes(long bits) {
        return with(minor, flags, conditional, accepted, bits, maxActive);
    }

    /** The same kernel within the limits of a link. */
    KernelProfile within(OfferLimits limits) {
        return with(Math.min(minor, limits.minor()), flags & limits.flags(), conditional & limits.flags(),
                accepted & limits.flags(), opcodes, maxActive);
    }

    /** The same kernel with another maximum of active requests; 0 for none. */
    public KernelProfile withMaxActive(int requests) {
        return with(minor, flags, conditional, accepted, opcodes, requests);
    }

    private KernelProfile with(int version, long offered, long offeredIfCarried, long known, long sent, int active) {
        return new KernelProfile(version, offered, offeredIfCarried, known, sent, removesCapabilities, maxReadahead,
                errors, sharesProcessing, keepsUncopied, active, leastInitReply, badErrnoEndsCaller, userBackground,
                userCongestion);
    }
}
