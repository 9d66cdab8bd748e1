package org.hexfuse.server.session;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.hexfuse.server.Handover;
import org.hexfuse.server.handover.HandoverMessages;
import org.hexfuse.server.handover.StateInput;
import org.hexfuse.transport.HandoverStream;
import org.hexfuse.transport.Predecessor;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/** The successor's end of a handover. */
final class HandoverReception {
    private static final Logger LOG = Loggers.of(HandoverReception.class);
    /** Longer than the predecessor waits for its handlers, and saves before it sends the first piece. */
    private static final Duration TRANSFER = Duration.ofSeconds(60);
    private static final Duration RELEASE = Duration.ofSeconds(10);

    private final SessionLoop session;
    private final Predecessor predecessor;
    private final String name;

    HandoverReception(SessionLoop session, Predecessor predecessor, String name) {
        this.session = session;
        this.predecessor = predecessor;
        this.name = name;
    }

    /**
     * Takes the session over, and begins it.
     *
     * @throws IOException if the predecessor keeps it; the message is one line
     */
    void run(Handover handover) throws IOException, InterruptedException {
        try (HandoverStream stream = predecessor.stream()) {
            run(stream, handover);
        } catch (EOFException _) {
            throw new IOException("process " + predecessor.stream().peer() + " has closed the connection");
        }
    }

    private void run(HandoverStream stream, Handover handover) throws IOException, InterruptedException {
        var messages = new HandoverMessages(stream);
        stream.timeout(TRANSFER);
        messages.hello(handover.format());
        messages.awaitAccept();
        restore(stream, messages, handover);
        messages.accept();
        messages.awaitAccept();
        // The mount is this process's if this is sent, and the predecessor's if it is not.
        messages.accept();
        predecessor.succeed();
        session.beginTakenOver();
        awaitRelease(stream, messages);
    }

    private void restore(HandoverStream stream, HandoverMessages messages, Handover handover)
            throws IOException, InterruptedException {
        try {
            var state = new StateInput(stream.input());
            session.restore(new DataInputStream(state), handover);
            state.expectEnd();
        } catch (HandoverMessages.Refused e) {
            throw e;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            try {
                messages.refuse(String.valueOf(e.getMessage()));
            } catch (IOException _) {
                // The peer is gone, which the first exception may say.
            }
            throw e;
        }
    }

    /** Until the predecessor has closed its descriptors and its socket; the session has begun already. */
    private void awaitRelease(HandoverStream stream, HandoverMessages messages) {
        try {
            stream.timeout(RELEASE);
            messages.accept();
            if (stream.input().read() >= 0) {
                LOG.warn("{}: process {} says something after it was succeeded", name, stream.peer());
            }
        } catch (SocketTimeoutException _) {
            LOG.warn("{}: process {} has not ended its session for {} s", name, stream.peer(), RELEASE.toSeconds());
        } catch (IOException e) {
            LOG.debug("{}: {}", name, e.getMessage());
        }
    }
}
