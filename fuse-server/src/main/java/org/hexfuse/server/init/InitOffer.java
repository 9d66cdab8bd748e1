package org.hexfuse.server.init;

import java.util.Map;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.Session;

/** The offer of one kernel. A flag that the server cannot serve is refused, with the reason. Used by the thread that answers INIT. */
final class InitOffer implements InitNegotiation {
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

    InitOffer(Session session, int minor, long offered, long enabled, int largestWrite, int maxReadahead,
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

    @Override public Session session() {
        return session;
    }

    @Override public int minor() {
        return minor;
    }

    @Override public boolean offers(InitFlag flag) {
        return flag.in(offered);
    }

    @Override public boolean enabled(InitFlag flag) {
        return flag.in(enabled);
    }

    @Override public boolean enable(InitFlag flag) {
        String refusal = refusals.get(flag);
        if (refusal != null) {
            throw new IllegalArgumentException(flag + " cannot be enabled: " + refusal);
        }
        enabled |= flag.mask() & offered;
        return offers(flag);
    }

    @Override public void disable(InitFlag flag) {
        enabled &= ~flag.mask();
    }

    @Override public int maxWrite(int bytes) {
        this.maxWrite = Math.max(4096, Math.min(bytes, largestWrite));
        return maxWrite;
    }

    @Override public int maxReadahead(int bytes) {
        this.maxReadahead = Math.clamp(bytes, 0, maxReadahead);
        return maxReadahead;
    }

    @Override public int maxBackground(int requests) {
        this.maxBackground = Math.clamp(requests, 1, 0xFFFF);
        return maxBackground;
    }

    @Override public int timeGranularity(int nanoseconds) {
        this.timeGranularity = Math.clamp(nanoseconds, 1, 1_000_000_000);
        return timeGranularity;
    }

    long enabled() {
        return enabled;
    }

    @Override public int maxWrite() {
        return maxWrite;
    }

    @Override public int maxReadahead() {
        return maxReadahead;
    }

    @Override public int maxBackground() {
        return maxBackground;
    }

    @Override public int timeGranularity() {
        return timeGranularity;
    }
}
