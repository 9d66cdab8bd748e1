package org.hexfuse.server;

import java.util.Map;
import org.hexfuse.abi.InitFlag;

/**
 * What the kernel offers at the start of a session, and what the filesystem takes of it. Valid during
 * {@link FuseFileSystem#init}. Asking for what is not offered changes nothing, so that a filesystem runs on any kernel;
 * {@link #offers} tells.
 */
public final class InitNegotiation {
    private final Session session;
    private final int minor;
    private final long offered;
    private final int largestWrite;
    private final Map<InitFlag, String> refusals;
    private long enabled;
    private int maxWrite;
    private int maxReadahead;
    private int maxBackground = 64;
    private int timeGranularity = 1;

    InitNegotiation(Session session, int minor, long offered, long enabled, int largestWrite, int maxReadahead,
            Map<InitFlag, String> refusals) {
        this.refusals = refusals;
        this.session = session;
        this.minor = minor;
        this.offered = offered;
        this.enabled = enabled & offered;
        this.largestWrite = largestWrite;
        this.maxWrite = largestWrite;
        this.maxReadahead = maxReadahead;
    }

    /** The session that begins. */
    public Session session() {
        return session;
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

    /**
     * Takes a capability if it is offered, and returns whether it is.
     *
     * @throws IllegalArgumentException if this end hasn't got what goes with it; the message says what
     */
    public boolean enable(InitFlag flag) {
        String refusal = refusals.get(flag);
        if (refusal != null) {
            throw new IllegalArgumentException(flag + " cannot be enabled: " + refusal);
        }
        enabled |= flag.mask() & offered;
        return offers(flag);
    }

    /** Gives up a capability that is taken by default. */
    public void disable(InitFlag flag) {
        enabled &= ~flag.mask();
    }

    /**
     * The most data in one WRITE, in bytes; the transport's limit if that is lower, and at least 4096.
     *
     * @return what holds
     */
    public int maxWrite(int bytes) {
        this.maxWrite = Math.max(4096, Math.min(bytes, largestWrite));
        return maxWrite;
    }

    /**
     * How far the kernel reads ahead, in bytes; at most what it offers.
     *
     * @return what holds
     */
    public int maxReadahead(int bytes) {
        this.maxReadahead = Math.clamp(bytes, 0, maxReadahead);
        return maxReadahead;
    }

    /**
     * How many background requests may be in flight at once, 1 to 65535.
     *
     * @return what holds
     */
    public int maxBackground(int requests) {
        this.maxBackground = Math.clamp(requests, 1, 0xFFFF);
        return maxBackground;
    }

    /**
     * The steps in which the filesystem keeps times, in nanoseconds, 1 to 1,000,000,000.
     *
     * @return what holds
     */
    public int timeGranularity(int nanoseconds) {
        this.timeGranularity = Math.clamp(nanoseconds, 1, 1_000_000_000);
        return timeGranularity;
    }

    long enabled() {
        return enabled;
    }

    /** What holds so far. */
    public int maxWrite() {
        return maxWrite;
    }

    /** What holds so far. */
    public int maxReadahead() {
        return maxReadahead;
    }

    /** What holds so far. */
    public int maxBackground() {
        return maxBackground;
    }

    /** What holds so far. */
    public int timeGranularity() {
        return timeGranularity;
    }
}
