package org.hexfuse.server.filter;

import java.time.Duration;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.Session;

/** A negotiation of another session. */
record RootedNegotiation(InitNegotiation origin, Session session) implements InitNegotiation {
    @Override public boolean resumes() {
        return origin.resumes();
    }

    @Override public int minor() {
        return origin.minor();
    }

    @Override public boolean offers(InitFlag flag) {
        return origin.offers(flag);
    }

    @Override public boolean enabled(InitFlag flag) {
        return origin.enabled(flag);
    }

    @Override public boolean enable(InitFlag flag) {
        return origin.enable(flag);
    }

    @Override public void disable(InitFlag flag) {
        origin.disable(flag);
    }

    @Override public int maxWrite(int bytes) {
        return origin.maxWrite(bytes);
    }

    @Override public int maxReadahead(int bytes) {
        return origin.maxReadahead(bytes);
    }

    @Override public int maxBackground(int requests) {
        return origin.maxBackground(requests);
    }

    @Override public int congestionThreshold(int requests) {
        return origin.congestionThreshold(requests);
    }

    @Override public int maxStackDepth(int depth) {
        return origin.maxStackDepth(depth);
    }

    @Override public boolean requestTimeout(Duration timeout) {
        return origin.requestTimeout(timeout);
    }

    @Override public int timeGranularity(int nanoseconds) {
        return origin.timeGranularity(nanoseconds);
    }

    @Override public int maxWrite() {
        return origin.maxWrite();
    }

    @Override public int maxReadahead() {
        return origin.maxReadahead();
    }

    @Override public int maxBackground() {
        return origin.maxBackground();
    }

    @Override public int timeGranularity() {
        return origin.timeGranularity();
    }
}
