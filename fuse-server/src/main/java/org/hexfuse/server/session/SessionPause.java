package org.hexfuse.server.session;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.server.dispatch.InFlight;
import org.hexfuse.server.dispatch.ReplyGate;
import org.hexfuse.server.init.SessionInfo;
import org.hexfuse.transport.HandoverListener;
import org.hexfuse.transport.Transferable;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * The pause of a session while its state is handed over. Requests wait in the kernel. Those that run have the drain timeout
 * to be answered, apart from SETLKW, which waits without bound; what is left then is answered only if the session goes on.
 */
final class SessionPause {
    private static final Logger LOG = Loggers.of(SessionPause.class);
    private static final Duration WAKE = Duration.ofSeconds(2);
    private static final long MOMENT = TimeUnit.MICROSECONDS.toNanos(50);

    private final Transferable connection;
    private final ReplyGate gate;
    private final InFlight inFlight;
    private final Workers workers;
    private final SessionInfo info;
    private final Duration drain;
    private final String name;

    SessionPause(Transferable connection, ReplyGate gate, InFlight inFlight, Workers workers, SessionInfo info,
            Duration drain, String name) {
        this.connection = connection;
        this.gate = gate;
        this.inFlight = inFlight;
        this.workers = workers;
        this.info = info;
        this.drain = drain;
        this.name = name;
    }

    HandoverListener listen(Path socket) throws IOException {
        return connection.listen(socket);
    }

    /**
     * Stops reading requests, and waits for those that run.
     *
     * @param ending whether the session ends, so that there is no need to wait
     * @throws IOException if some are not answered that the kernel cannot send again
     */
    void begin(BooleanSupplier ending) throws IOException, InterruptedException {
        if (!connection.pause(WAKE)) {
            throw new IOException("a worker cannot be woken from its read");
        }
        long deadline = System.nanoTime() + drain.toNanos();
        boolean quiet = isQuiet();
        while (!quiet && !ending.getAsBoolean() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(MOMENT);
            quiet = isQuiet();
        }
        if (!inFlight.holdReplies(System.nanoTime() + WAKE.toNanos())) {
            throw new IOException("a reply cannot be sent");
        }
        int left = inFlight.running() + inFlight.outstanding();
        if ((left > 0 || !quiet) && !InitFlag.HAS_RESEND.in(info.flags())) {
            throw new IOException("requests that are not answered, " + left + ", cannot be left to another process: "
                    + "this kernel does not send them again, as Linux 6.9 does (HAS_RESEND)");
        }
        if (left > 0) {
            LOG.debug("{}: {} requests are left to the successor", name, left);
        }
    }

    private boolean isQuiet() { return workers.isQuiet(connection.paused()) && inFlight.deferredBriefly() == 0; }

    /** The session goes on: replies that were held back are sent, and requests read. */
    void end() {
        gate.open();
        connection.resume();
    }

    /** A successor has the session: replies that were held back are dropped, and the link is closed without an unmount. */
    void release() {
        gate.drop();
        connection.release();
    }
}
