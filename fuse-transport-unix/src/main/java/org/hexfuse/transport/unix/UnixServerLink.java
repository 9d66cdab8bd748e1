package org.hexfuse.transport.unix;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.SlotChannel;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.RateLimitedLog;
import org.hexfuse.transport.spi.SlotPool;
import org.slf4j.Logger;

/** The server end of one connection. Its workers share the socket; one at a time receives, one at a time sends. */
final class UnixServerLink implements ServerLink {
    private static final Logger LOG = Loggers.of(UnixServerLink.class);
    private static final RateLimitedLog LIMITED = new RateLimitedLog(LOG);
    private final Wire wire;
    private final MessageReader incoming;
    private final Runnable onDisconnect;
    private final Runnable onClose;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final ReentrantLock receiving = new ReentrantLock();
    private final SlotPool pool = new SlotPool();
    private final long patience;
    private volatile Limits limits = Limits.beforeInit();
    private volatile boolean ended;

    /** Receives one request into a channel's buffer. */
    @FunctionalInterface interface RequestReader {
        Slot from(MessageReader requests) throws IOException;
    }

    /**
     * @param onDisconnect run when no further request can come, any number of times
     * @param onClose run once, when the descriptor is closed
     */
    UnixServerLink(Wire wire, Runnable onDisconnect, Runnable onClose) {
        this.onClose = onClose;
        this.wire = wire;
        this.incoming = MessageReader.requests(wire);
        this.onDisconnect = onDisconnect;
        this.patience = wire.options().patience().toNanos();
        wire.awaitNextWithin(wire.options().initTimeout());
    }

    /** Whether the kernel end has disconnected and nothing is left to receive. */
    boolean peerIsGone() {
        return wire.peerIsGone();
    }

    SlotPool pool() {
        return pool;
    }

    Limits limits() {
        return limits;
    }

    /** The longest request that is accepted: before INIT is answered none is long. */
    int longestRequest() {
        Limits now = limits;
        return now.equals(Limits.beforeInit()) ? Math.min(now.maxMessage(), wire.maxMessage()) : wire.maxMessage();
    }

    /**
     * Receives the next request; blocks until there is one, first for the lock that workers receive under.
     *
     * @return the slot of {@code reader}, or null when the connection is closed
     * @throws IOException if a malformed request was received: thrown to one worker, and the connection is closed for all
     */
    Slot next(RequestReader reader) throws IOException {
        receiving.lock();
        try {
            if (!ended && incoming.await()) {
                return reader.from(incoming);
            }
            end();
            return null;
        } catch (IOException e) {
            boolean ours = wire.isShutDown();
            end();
            if (ours) {
                return null;
            }
            throw new IOException(wire + ": " + e.getMessage(), e);
        } finally {
            receiving.unlock();
        }
    }

    private void end() {
        ended = true;
        wire.shutdown();
        onDisconnect.run();
    }

    /** Sends a reply. In place of one that cannot be sent its caller gets EIO. */
    Errno reply(long unique, Errno error, MemorySegment memory, long offset, long length) {
        long start = offset - OutHeader.SIZE;
        MemorySegment message = start == 0 ? memory : memory.asSlice(start);
        long size = OutHeader.SIZE + length;
        setHeader(message, size, error, unique);
        Errno outcome = wire.send(message, size, this::isPatient);
        if (outcome != Errno.EMSGSIZE && outcome != Errno.ENOBUFS) {
            return orGone(outcome);
        }
        LIMITED.warn("not sent", wire + ": a reply of " + size + " bytes could not be sent: " + outcome);
        setHeader(message, OutHeader.SIZE, Errno.EIO, unique);
        Errno second = wire.send(message, OutHeader.SIZE, this::isPatient);
        if (second != Errno.OK) {
            end();
        }
        return outcome;
    }

    private static void setHeader(MemorySegment message, long size, Errno error, long unique) {
        OutHeader.LEN.set(message, (int) size);
        OutHeader.ERROR.set(message, -error.code());
        OutHeader.UNIQUE.set(message, unique);
    }

    private boolean isPatient(long waited) {
        if (waited > patience) {
            LIMITED.warn("stalled", wire + ": the kernel end has received no replies for "
                    + WireOptions.inSeconds(wire.options().patience()) + "; the connection is closed");
            return false;
        }
        return true;
    }

    /** A closed connection has no callers any more: ENOENT. */
    private static Errno orGone(Errno outcome) {
        return outcome == Errno.OK ? Errno.OK : Errno.ENOENT;
    }

    @Override public int maxMessage() {
        return wire.maxMessage();
    }

    @Override public void negotiated(Limits agreed) {
        pool.negotiated(agreed);
        limits = agreed;
        wire.awaitNextForEver();
    }

    @Override public SlotChannel openChannel() {
        return new UnixChannel(this);
    }

    @Override public boolean isConnected() { return !ended && !peerIsGone(); }

    @Override public boolean blocksInSystemCalls() {
        return true;
    }

    @Override public Errno send(MemorySegment message, long size) {
        if (size < OutHeader.SIZE || OutHeader.LEN.getUnsigned(message, 0) != size) {
            return Errno.EINVAL;
        }
        Errno outcome = wire.send(message, size, this::isPatient);
        return outcome == Errno.EMSGSIZE || outcome == Errno.ENOBUFS ? outcome : orGone(outcome);
    }

    @Override public void shutdown() {
        end();
    }

    @Override public void close() {
        end();
        wire.close();
        if (closed.compareAndSet(false, true)) {
            onClose.run();
        }
    }
}
