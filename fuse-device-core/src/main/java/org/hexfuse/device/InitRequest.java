package org.hexfuse.device;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.DeviceState.Event;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/** Sends INIT, the first request, and blocks callers until its reply. */
final class InitRequest {
    private static final Logger LOG = Loggers.of(InitRequest.class);
    /** Linux checks request timeouts every 15 seconds and raises a shorter one of the server's to that. */
    private static final long LEAST_TIMEOUT = Duration.ofSeconds(15).toNanos();
    /** At least four times the longest interval of {@link RequestTimeouts}. */
    private static final long LONG_TIMEOUT = Duration.ofMinutes(1).toNanos();

    private final ConnectionCore core;
    private final CountDownLatch completed = new CountDownLatch(1);
    private volatile ConnectionInfo negotiated;
    /** Whether its reply was an error or not acceptable; also once the server has disconnected, as it does then. */
    private volatile boolean refused;
    private volatile long requestTimeout;
    /** Whether the server set a request timeout, which as on Linux also limits SETLKW. */
    private volatile boolean limitsSetlkw;

    InitRequest(ConnectionCore core) {
        this.core = core;
    }

    void offer() {
        Request init = InitExchange.offer(core.requests.take(false), core.profile(), core.offered).force();
        requestTimeout = core.options.requestTimeout().toNanos();
        core.sender.submit(init.state, outcome -> complete(init, outcome));
    }

    /** What INIT negotiated; null before its reply, or if it failed. */
    ConnectionInfo negotiated() {
        return negotiated;
    }

    /** The request timeout in nanoseconds; 0 for none, as for SETLKW, which may block until another owner unlocks. */
    long requestTimeout(Opcode opcode) {
        return opcode == Opcode.SETLKW && !limitsSetlkw ? 0 : requestTimeout;
    }

    /**
     * How long a caller parks for the reply to a request, in nanoseconds, before it aborts the connection; 0 for a long request
     * timeout, which {@link RequestTimeouts} notices soon enough: a virtual thread that parks for a limited time costs a timer each
     * time.
     */
    long parkTimeout(Opcode opcode) {
        long timeout = requestTimeout(opcode);
        return timeout >= LONG_TIMEOUT ? 0 : timeout;
    }

    /** Runs on the thread that writes the reply, as in Linux, before its write returns. */
    private void complete(Request init, Errno outcome) {
        Optional<ConnectionInfo> result = outcome == Errno.OK
                ? InitExchange.negotiate(init.reply(), core.options, core.maxMessage, core.maxRead, core.offered)
                : Optional.empty();
        LOG.debug("INIT: {}, negotiated {}", outcome, result);
        core.lock.lock();
        try {
            if (core.state() == DeviceState.INITIALIZING) {
                result.ifPresent(this::apply);
                refused = result.isEmpty();
            }
            core.apply(result.isPresent() ? Event.INIT_ACCEPTED : Event.INIT_FAILED);
        } finally {
            core.lock.unlock();
        }
        completed.countDown();
        if (requestTimeout > 0 && core.state() == DeviceState.CONNECTED) {
            RequestTimeouts.start(core, requestTimeout);
        }
    }

    private void apply(ConnectionInfo result) {
        core.background.lock.lock();
        try {
            core.background.limits(result);
            core.backgroundWait.releaseSenders();
        } finally {
            core.background.lock.unlock();
        }
        requestTimeout = timeout(core.options.requestTimeout().toNanos(), result.requestTimeout());
        limitsSetlkw = result.requestTimeout() != 0;
        if (requestTimeout > 0) {
            core.observers.enableTimestamps();
        }
        negotiated = result;
    }

    /** The server's timeout in nanoseconds, at most the mount's {@code limit}; the limit itself if the server sets none. */
    static long timeout(long limit, int serverSeconds) {
        if (serverSeconds == 0) {
            return limit;
        }
        long wanted = Math.max(TimeUnit.SECONDS.toNanos(serverSeconds), LEAST_TIMEOUT);
        return limit == 0 ? wanted : Math.min(wanted, limit);
    }

    /** The connection was aborted: releases the callers that wait for INIT. */
    void abort() {
        completed.countDown();
    }

    /** As {@link #await}, for a new request: ENOTCONN if the connection was aborted already, before INIT's reply. */
    ConnectionInfo awaitForRequest() {
        if (negotiated == null && core.state() == DeviceState.DISCONNECTED) {
            throw FuseException.of(core.state().forCallers());
        }
        return await();
    }

    ConnectionInfo await() {
        ConnectionInfo result = negotiated;
        return result == null ? awaitCompletion() : result;
    }

    private ConnectionInfo awaitCompletion() {
        try {
            if (!completed.await(core.options.initTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
                core.abort.abort(false);
                throw FuseException.of(Errno.ETIMEDOUT);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw FuseException.of(Errno.EINTR);
        }
        ConnectionInfo result = negotiated;
        if (result == null) {
            throw FuseException.of(refused ? Errno.ECONNREFUSED : Errno.ECONNABORTED);
        }
        return result;
    }
}
