package org.hexfuse.device;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Protocol;

/**
 * Which kernel the device plays: the points in which kernels differ, as data.
 *
 * @param minor the minor version that INIT offers
 * @param flags the masks of the {@link InitFlag}s that INIT offers
 * @param maxReadahead what INIT offers, in bytes
 * @param unknownUnique what the writer of a reply gets whose request is not there
 * @param readAfterEnd what a reader gets when the connection is over
 */
public record KernelProfile(int minor, long flags, int maxReadahead, Errno unknownUnique, Errno readAfterEnd) {
    private static final int READAHEAD = 128 * 1024;

    /** Linux 6.18. */
    public static KernelProfile linux() {
        return new KernelProfile(Protocol.MINOR, Flag.of(InitFlag.ASYNC_READ, InitFlag.POSIX_LOCKS,
                InitFlag.ATOMIC_O_TRUNC, InitFlag.EXPORT_SUPPORT, InitFlag.BIG_WRITES, InitFlag.DONT_MASK,
                InitFlag.FLOCK_LOCKS, InitFlag.AUTO_INVAL_DATA, InitFlag.DO_READDIRPLUS, InitFlag.READDIRPLUS_AUTO,
                InitFlag.ASYNC_DIO, InitFlag.NO_OPEN_SUPPORT, InitFlag.PARALLEL_DIROPS, InitFlag.HANDLE_KILLPRIV,
                InitFlag.ABORT_ERROR, InitFlag.MAX_PAGES, InitFlag.CACHE_SYMLINKS, InitFlag.NO_OPENDIR_SUPPORT,
                InitFlag.EXPLICIT_INVAL_DATA, InitFlag.HANDLE_KILLPRIV_V2, InitFlag.SETXATTR_EXT, InitFlag.INIT_EXT,
                InitFlag.HAS_EXPIRE_ONLY, InitFlag.NO_EXPORT_SUPPORT), READAHEAD, Errno.ENOENT, Errno.ENODEV);
    }

    /** gVisor of 2026. */
    public static KernelProfile gvisor() {
        return new KernelProfile(31, Flag.of(InitFlag.MAX_PAGES), READAHEAD, Errno.EINVAL, Errno.EPERM);
    }
}
