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
 */
public record Negotiated(int minor, long flags, int maxReadahead, int maxWrite, int maxPages, int maxBackground,
        int congestionThreshold, int timeGranularity) {
    private static final int PAGE = 4096;

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
}
