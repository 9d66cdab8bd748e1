package org.hexfuse.device;

import org.hexfuse.abi.InitFlag;

/**
 * What both ends settled by INIT, after the kernel's clamping.
 *
 * @param minor the server's minor version, as it sent it
 * @param flags the masks of the {@link InitFlag}s that both ends have
 * @param maxReadahead in bytes
 * @param maxWrite the most data in one WRITE, in bytes, at least 4096
 * @param maxPages the most data in one message, in pages of 4096 bytes
 * @param maxBackground how many background requests may be on their way at once
 * @param congestionThreshold how many of them make the filesystem congested
 * @param timeGranularity the steps in which the filesystem keeps times, in nanoseconds
 * @param maxStackDepth how deep backing files may be stacked, 0 without {@link InitFlag#PASSTHROUGH}
 * @param requestTimeout how long the server wants a request to take at most, in seconds; 0 for no wish
 */
public record ConnectionInfo(int minor, long flags, int maxReadahead, int maxWrite, int maxPages, int maxBackground,
        int congestionThreshold, int timeGranularity, int maxStackDepth, int requestTimeout) {
    private static final int PAGE = 4096;
    private static final int SHORT_NAMES = 1024;
    private static final int LONG_NAMES = 4095;

    /** What is settled by a server that stacks nothing and has no wish for timeouts. */
    public ConnectionInfo(int minor, long flags, int maxReadahead, int maxWrite, int maxPages, int maxBackground,
            int congestionThreshold, int timeGranularity) {
        this(minor, flags, maxReadahead, maxWrite, maxPages, maxBackground, congestionThreshold, timeGranularity, 0,
                0);
    }

    /** Whether both ends have a capability. */
    public boolean has(InitFlag flag) {
        return flag.in(flags);
    }

    /** The most data to ask for in one READ, in bytes. */
    public int maxRead() {
        return maxPages * PAGE;
    }

    /** The most data to send in one WRITE, in bytes: one page unless BIG_WRITES was settled. */
    public int maxWriteData() {
        return has(InitFlag.BIG_WRITES) ? Math.min(maxWrite, maxPages * PAGE) : Math.min(maxWrite, PAGE);
    }

    /** The longest name, in bytes: two of them fit into a message. */
    public int nameMax() {
        return has(InitFlag.MAX_PAGES) && maxPages > 1 ? LONG_NAMES : SHORT_NAMES;
    }

    /** Whether the server left the checks of permissions to the kernel by asking for access control lists. */
    public boolean impliesDefaultPermissions() {
        return has(InitFlag.POSIX_ACL);
    }
}
