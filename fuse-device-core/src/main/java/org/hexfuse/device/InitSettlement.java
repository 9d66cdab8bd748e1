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

/** INIT: it is the first request, and until it is answered nobody makes another one. */
final class InitSettlement {
    private static final Logger LOG = Loggers.of(InitSettlement.class);
    /** Linux looks at the times of requests every 15 seconds, and takes no shorter wish. */
    private static final long LEAST_TIMEOUT = Duration.ofSeconds(15).toNanos();

    private final ConnectionCore core;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile ConnectionInfo settled;
    private volatile long requestTimeout;
    /** Whether the server's own timeout holds, which as on Linux is one for waits without end too. */
    private volatile boolean limitsWaits;

    InitSettlement(ConnectionCore core) {
        this.core = core;
    }

    void offer() {
        Request init = InitExchange.offer(core.requests.take(false), core.profile(), core.offered).force();
        requestTimeout = core.options.requestTimeout().toNanos();
        core.sender.submit(init, outcome -> answered(init, outcome));
    }

    /** What was settled, or null. */
    ConnectionInfo settled() {
        return settled;
    }

    /** How many nanoseconds a request may take; 0 for no limit, as for SETLKW, which waits lawfully for another's unlock. */
    long requestTimeout(Opcode opcode) {
        return opcode == Opcode.SETLKW && !limitsWaits ? 0 : requestTimeout;
    }

    /** Runs on the thread that brought the answer, as in Linux, before the writer's call returns. */
    private void answered(Request init, Errno outcome) {
        Optional<ConnectionInfo> result = outcome == Errno.OK
                ? InitExchange.settle(init.reply(), core.options, core.maxMessage, core.offered)
                : Optional.empty();
        LOG.debug("INIT: {}, settled {}", outcome, result);
        core.lock.lock();
        try {
            if (result.isPresent() && core.state() == DeviceState.INITIALIZING) {
                accept(result.get());
            }
            core.happened(result.isPresent() ? Event.INIT_SETTLED : Event.INIT_FAILED);
        } finally {
            core.lock.unlock();
        }
        over.countDown();
        if (requestTimeout > 0 && core.state() == DeviceState.CONNECTED) {
            RequestTimeouts.start(core, requestTimeout);
        }
    }

    private void accept(ConnectionInfo result) {
        core.background.lock.lock();
        try {
            core.background.limits(result);
            core.backgroundWait.look();
        } finally {
            core.background.lock.unlock();
        }
        requestTimeout = timeout(core.options.requestTimeout().toNanos(), result.requestTimeout());
        limitsWaits = result.requestTimeout() != 0;
        if (requestTimeout > 0) {
            core.observation.needTimes();
        }
        settled = result;
    }

    /** The server's wish counts before the mount's limit, which bounds it. */
    static long timeout(long limit, int wishSeconds) {
        if (wishSeconds == 0) {
            return limit;
        }
        long wish = Math.max(TimeUnit.SECONDS.toNanos(wishSeconds), LEAST_TIMEOUT);
        return limit == 0 ? wish : Math.min(wish, limit);
    }

    /** The connection ends: who waits for INIT is told. */
    void end() {
        over.countDown();
    }

    /** For who wants to make a request, and is told that the connection is over if it was so before. */
    ConnectionInfo awaitToCall() {
        if (settled == null && core.state() == DeviceState.ENDED) {
            throw FuseException.of(core.state().forCallers());
        }
        return await();
    }

    ConnectionInfo await() {
        ConnectionInfo result = settled;
        return result == null ? awaitNow() : result;
    }

    private ConnectionInfo awaitNow() {
        try {
            if (!over.await(core.options.initTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
                core.abort.end(false);
                throw FuseException.of(Errno.ETIMEDOUT);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw FuseException.of(Errno.EINTR);
        }
        ConnectionInfo result = settled;
        if (result == null) {
            DeviceState state = core.state();
            throw FuseException.of(state == DeviceState.ENDED ? Errno.ECONNABORTED : state.forCallers());
        }
        return result;
    }
}
