package org.hexfuse.server.session;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.hexfuse.server.Handover;
import org.hexfuse.server.handover.HandoverMessages;
import org.hexfuse.server.handover.StateOutput;
import org.hexfuse.transport.HandoverListener;
import org.hexfuse.transport.HandoverStream;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.RateLimitedLog;
import org.slf4j.Logger;

/**
 * The predecessor's end of handovers: a thread that waits for processes that want to take a session over, one after the other. Whatever
 * goes wrong before the successor has taken the mount, the session goes on.
 */
final class HandoverOffer implements AutoCloseable {
    private static final Logger LOG = Loggers.of(HandoverOffer.class);
    /** For what any process of the user can cause. */
    private static final RateLimitedLog LIMITED = new RateLimitedLog(LOG);
    private static final Duration HELLO = Duration.ofSeconds(5);
    private static final Duration TRANSFER = Duration.ofSeconds(30);
    /** How long a successor may take to restore what it has received, and then to begin. */
    private static final Duration RESTORE = Duration.ofSeconds(60);
    private static final Duration BEGIN = Duration.ofSeconds(10);
    private static final Duration REASON = Duration.ofSeconds(1);
    private static final Duration END = Duration.ofSeconds(10);
    private static final long RETRY = TimeUnit.MILLISECONDS.toNanos(100);

    private final SessionLoop session;
    private final Handover handover;
    private final HandoverListener listener;
    private final String name;
    private final Thread thread;
    private volatile HandoverStream current;
    private volatile boolean closed;

    HandoverOffer(SessionLoop session, Handover handover, HandoverListener listener, String name) {
        this.session = session;
        this.handover = handover;
        this.listener = listener;
        this.name = name;
        this.thread = Thread.ofPlatform().daemon(true).name(name + "-handover").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!closed) {
            try {
                Optional<HandoverStream> stream = listener.accept();
                if (stream.isEmpty()) {
                    return;
                }
                serve(stream.get());
            } catch (IOException e) {
                LOG.warn("{}: {}", name, e.getMessage());
                LockSupport.parkNanos(RETRY);
            } catch (RuntimeException | Error e) {
                LOG.error("{}: a handover failed", name, e);
            }
        }
    }

    private void serve(HandoverStream stream) {
        current = stream;
        try (stream) {
            if (closed) {
                return;
            }
            var messages = new HandoverMessages(stream);
            stream.timeout(HELLO);
            Optional<String> format = hello(stream, messages);
            if (format.isPresent() && !format.get().equals(handover.format())) {
                messages.refuse("it saves '" + handover.format() + "', and '" + format.get() + "' is wanted");
                return;
            }
            if (format.isPresent()) {
                handOver(stream, messages);
            }
        } catch (HandoverMessages.Refused e) {
            LIMITED.warn("refused", name + ": process " + stream.peer() + " does not take over: " + e.getMessage());
        } catch (IOException e) {
            LIMITED.warn("failed", name + ": not handed over to process " + stream.peer() + ": "
                    + (e.getMessage() == null ? "it has closed the connection" : e.getMessage()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            current = null;
        }
    }

    /** Empty if the peer is refused, or gone: a process that only looks whether somebody listens. */
    private Optional<String> hello(HandoverStream stream, HandoverMessages messages) throws IOException {
        try {
            return messages.awaitHello();
        } catch (EOFException _) {
            LOG.debug("{}: process {} has connected and said nothing", name, stream.peer());
            return Optional.empty();
        }
    }

    private void handOver(HandoverStream stream, HandoverMessages messages) throws IOException, InterruptedException {
        stream.timeout(TRANSFER);
        messages.accept();
        boolean taken = false;
        long start = System.nanoTime();
        try {
            pauseAndSave(stream, messages);
            stream.timeout(RESTORE);
            messages.awaitAccept();
            if (!session.claimEnd()) {
                throw new IOException("the session has ended");
            }
            stream.timeout(BEGIN);
            taken = isTaken(stream, messages);
        } finally {
            if (!taken) {
                session.resumeAfterHandover();
            }
        }
        if (!taken) {
            return;
        }
        LOG.info("{}: taken over by process {}; requests waited for {} ms", name, stream.peer(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        // Before it begins to read: closing a descriptor aborts the requests that were read from it.
        stream.timeout(END);
        try {
            messages.awaitAccept();
        } catch (IOException e) {
            LOG.warn("{}: process {} has taken over and said no more: {}", name, stream.peer(), e.getMessage());
        }
        listener.close();
        session.endHandedOver(stream.peer());
    }

    private void pauseAndSave(HandoverStream stream, HandoverMessages messages)
            throws IOException, InterruptedException {
        var state = new StateOutput(stream.output());
        try {
            // Before the state is flushed into pieces, small writes of the filesystem are gathered.
            var out = new DataOutputStream(new BufferedOutputStream(state, 8192));
            session.pauseAndSave(out, handover);
            out.flush();
            state.finish();
        } catch (IOException | RuntimeException e) {
            stream.timeout(REASON);
            try {
                state.fail(String.valueOf(e.getMessage()));
            } catch (IOException _) {
                // The successor does not read on, and may have said why.
                messages.awaitAccept();
            }
            throw e;
        }
    }

    /**
     * Whether the successor takes the mount. After a timeout it cannot take it any more: the stream is disconnected, and what it has sent
     * before is read.
     */
    private boolean isTaken(HandoverStream stream, HandoverMessages messages) throws IOException {
        try {
            messages.accept();
            messages.awaitAccept();
            return true;
        } catch (IOException e) {
            stream.disconnect();
            try {
                messages.awaitAccept();
                return true;
            } catch (IOException _) {
                throw e;
            }
        }
    }

    /** Takes no further successor, and ends a handover that is in progress, after which the session goes on. */
    @Override public void close() {
        closed = true;
        listener.close();
        HandoverStream open = current;
        if (open != null) {
            open.close();
        }
        if (!Thread.currentThread().equals(thread)) {
            try {
                if (!thread.join(END)) {
                    LOG.warn("{}: a handover has not ended within {} s", name, END.toSeconds());
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
