package org.hexfuse.server.init;

import java.time.Duration;
import java.util.Map;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.Session;
import org.hexfuse.transport.Limits;

/** The offer of one kernel. A flag that the server cannot serve is refused, with the reason. Used by the thread that answers INIT. */
final class InitOffer implements InitNegotiation {
    private final Session session;
    private final boolean resumes;
    private final int minor;
    private final long offered;
    private final int largestWrite;
    private final Map<InitFlag, String> refusals;
    private long enabled;
    private int maxWrite;
    private int maxReadahead;
    private int maxBackground = 64;
    private int timeGranularity = 1;
    private int congestionThreshold;
    private int maxStackDepth = 1;
    private int requestTimeout;

    InitOffer(Session session, int minor, long offered, long enabled, int largestWrite, int maxReadahead,
            Map<InitFlag, String> refusals) {
        this(session, false, minor, offered, enabled, largestWrite, maxReadahead, refusals);
    }

    private InitOffer(Session session, boolean resumes, int minor, long offered, long enabled, int largestWrite,
            int maxReadahead, Map<InitFlag, String> refusals) {
        this.resumes = resumes;
        this.refusals = refusals;
        this.session = session;
        this.minor = minor;
        this.offered = offered;
        this.enabled = enabled & offered;
        this.largestWrite = largestWrite;
        this.maxWrite = largestWrite;
        this.maxReadahead = maxReadahead;
    }

    /** The offer to a successor: what was negotiated with its predecessor, and nothing else. */
    InitOffer(Session session, Agreement agreed, long enabled, Map<InitFlag, String> refusals) {
        this(session, true, agreed.limits().minor(), agreed.limits().flags(), enabled, agreed.limits().maxWrite(),
                agreed.maxReadahead(), refusals);
        this.maxBackground = agreed.maxBackground();
        this.congestionThreshold = agreed.congestionThreshold();
        this.timeGranularity = agreed.timeGranularity();
        this.maxStackDepth = Math.max(1, agreed.maxStackDepth());
    }

    @Override public Session session() {
        return session;
    }

    @Override public boolean resumes() {
        return resumes;
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
        refuseBoth(flag, InitFlag.PASSTHROUGH, InitFlag.WRITEBACK_CACHE);
        refuseBoth(flag, InitFlag.WRITEBACK_CACHE, InitFlag.PASSTHROUGH);
        enabled |= flag.mask() & offered;
        return offers(flag);
    }

    /** A kernel that is given both ignores passthrough. */
    private void refuseBoth(InitFlag flag, InitFlag one, InitFlag other) {
        if (flag == one && enabled(other)) {
            throw new IllegalArgumentException(
                    flag + " cannot be enabled: it excludes " + other + ", which is enabled");
        }
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

    @Override public int congestionThreshold(int requests) {
        this.congestionThreshold = Math.clamp(requests, 1, 0xFFFF);
        return congestionThreshold();
    }

    @Override public int maxStackDepth(int depth) {
        this.maxStackDepth = Math.clamp(depth, 1, 2);
        return maxStackDepth;
    }

    @Override public boolean requestTimeout(Duration timeout) {
        if (timeout.toSeconds() < 1 || timeout.toSeconds() > 0xFFFF) {
            throw new IllegalArgumentException("a request timeout of " + timeout.toSeconds() + " s");
        }
        this.requestTimeout = (int) timeout.toSeconds();
        enabled |= InitFlag.REQUEST_TIMEOUT.mask() & offered;
        return offers(InitFlag.REQUEST_TIMEOUT);
    }

    /** What is chosen so far. */
    Agreement agreement(int maxPages) {
        return new Agreement(new Limits(minor, enabled, maxWrite, maxPages), maxReadahead, maxBackground,
                congestionThreshold(), timeGranularity, maxStackDepth(), requestTimeout());
    }

    int congestionThreshold() {
        return congestionThreshold == 0 ? maxBackground * 3 / 4 : Math.min(congestionThreshold, maxBackground);
    }

    /** 0 without PASSTHROUGH. */
    int maxStackDepth() {
        return enabled(InitFlag.PASSTHROUGH) ? maxStackDepth : 0;
    }

    /** In seconds, 0 without REQUEST_TIMEOUT. */
    int requestTimeout() {
        return enabled(InitFlag.REQUEST_TIMEOUT) ? requestTimeout : 0;
    }

    /** Requests come by queues of the link, which the transport's options decide. */
    void enableQueues() {
        enabled |= InitFlag.OVER_IO_URING.mask() & offered;
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
