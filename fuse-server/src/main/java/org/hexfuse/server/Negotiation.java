package org.hexfuse.server;

import org.hexfuse.abi.InitFlag;

/**
 * What the kernel offers at the start of a session, and what the filesystem takes of it. Valid during
 * {@link FuseFileSystem#init}. Asking for what is not offered changes nothing, so that a filesystem runs on any kernel;
 * {@link #offers} tells.
 */
public final class Negotiation {
    private final Notifier notifier;
    private final int minor;
    private final long offered;
    private final int largestWrite;
    private long enabled;
    private int maxWrite;
    private int maxReadahead;
    private int maxBackground = 64;
    private int timeGranularity = 1;

    Negotiation(Notifier notifier, int minor, long offered, long enabled, int largestWrite, int maxReadahead) {
        this.notifier = notifier;
        this.minor = minor;
        this.offered = offered;
        this.enabled = enabled & offered;
        this.largestWrite = largestWrite;
        this.maxWrite = largestWrite;
        this.maxReadahead = maxReadahead;
    }

    /** By which the filesystem tells this kernel what it did not ask for. It may be kept until the session's end. */
    public Notifier notifier() {
        return notifier;
    }

    /** The protocol's minor version: the lower of the two ends'. */
    public int minor() {
        return minor;
    }

    /** Whether the kernel has a capability. */
    public boolean offers(InitFlag flag) {
        return flag.in(offered);
    }

    /** Whether the capability will be used as things stand. */
    public boolean enabled(InitFlag flag) {
        return flag.in(enabled);
    }

    /** Takes a capability if it is offered, and returns whether it is. */
    public boolean enable(InitFlag flag) {
        enabled |= flag.mask() & offered;
        return offers(flag);
    }

    /** Gives up a capability that is taken by default. */
    public void disable(InitFlag flag) {
        enabled &= ~flag.mask();
    }

    /** The most data in one WRITE, in bytes; the transport's limit if that is lower, and at least 4096. */
    public void maxWrite(int bytes) {
        this.maxWrite = Math.max(4096, Math.min(bytes, largestWrite));
    }

    /** How far the kernel reads ahead, in bytes; at most what it offers. */
    public void maxReadahead(int bytes) {
        this.maxReadahead = Math.min(bytes, maxReadahead);
    }

    /** How many requests that nobody waits for may be on their way at once, 1 to 65535. */
    public void maxBackground(int requests) {
        this.maxBackground = Math.clamp(requests, 1, 0xFFFF);
    }

    /** The steps in which the filesystem keeps times, in nanoseconds, 1 to 1,000,000,000. */
    public void timeGranularity(int nanoseconds) {
        this.timeGranularity = Math.clamp(nanoseconds, 1, 1_000_000_000);
    }

    long enabled() {
        return enabled;
    }

    int maxWrite() {
        return maxWrite;
    }

    int maxReadahead() {
        return maxReadahead;
    }

    int maxBackground() {
        return maxBackground;
    }

    int timeGranularity() {
        return timeGranularity;
    }
}
