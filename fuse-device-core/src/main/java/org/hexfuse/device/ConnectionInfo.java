package org.hexfuse.device;

import org.hexfuse.abi.InitFlag;

/**
 * What INIT negotiated, after the kernel's clamping.
 *
 * @param minor the server's minor version, as it sent it, or that of a kernel with an earlier protocol
 * @param flags the masks of the {@link InitFlag}s that both ends support
 * @param maxReadahead in bytes
 * @param maxWrite the most data in one WRITE, in bytes, at least 4096
 * @param maxPages the most data in one message, in pages of 4096 bytes
 * @param maxBackground the most background requests in flight
 * @param congestionThreshold the number of background requests from which the filesystem is congested
 * @param timeGranularity the granularity of file timestamps, in nanoseconds
 * @param maxStackDepth the most filesystems that a backing file may be stacked on; 0 without {@link InitFlag#PASSTHROUGH}
 * @param requestTimeout the request timeout that the server asks for, in seconds; 0 for none
 * @param readLimit the link's limit of the data of one READ, in bytes of whole pages
 */
public record ConnectionInfo(int minor, long flags, int maxReadahead, int maxWrite, int maxPages, int maxBackground,
        int congestionThreshold, int timeGranularity, int maxStackDepth, int requestTimeout, int readLimit) {
    private static final int PAGE = 4096;
    private static final int SHORT_NAMES = 1024;
    private static final int LONG_NAMES = 4095;

    /** Without backing files, request timeout and limit of READ. */
    public ConnectionInfo(int minor, long flags, int maxReadahead, int maxWrite, int maxPages, int maxBackground,
            int congestionThreshold, int timeGranularity) {
        this(minor, flags, maxReadahead, maxWrite, maxPages, maxBackground, congestionThreshold, timeGranularity, 0,
                0, Integer.MAX_VALUE);
    }

    /** Whether both ends support a capability. */
    public boolean has(InitFlag flag) {
        return flag.in(flags);
    }

    /** The most data of one READ, in bytes. */
    public int maxRead() {
        return Math.min(maxPages * PAGE, readLimit);
    }

    /** The most data of one WRITE, in bytes: one page without BIG_WRITES. */
    public int maxWriteData() {
        return has(InitFlag.BIG_WRITES) ? Math.min(maxWrite, maxPages * PAGE) : Math.min(maxWrite, PAGE);
    }

    /** The longest name, in bytes: two of them fit into a message. */
    public int nameMax() {
        return has(InitFlag.MAX_PAGES) && maxPages > 1 ? LONG_NAMES : SHORT_NAMES;
    }

    /** Whether the kernel checks permissions, as with {@code default_permissions}, because the server set POSIX_ACL. */
    public boolean impliesDefaultPermissions() {
        return has(InitFlag.POSIX_ACL);
    }
}
