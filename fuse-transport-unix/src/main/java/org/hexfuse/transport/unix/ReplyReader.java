package org.hexfuse.transport.unix;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.Span;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * Receives replies into the memory of their callers. It never sends and never runs code of the filesystem or the kernel, so
 * it blocks only on the socket.
 */
final class ReplyReader {
    private static final Logger LOG = Loggers.of(ReplyReader.class);
    private static final int MAX_ERRNO = 511;

    private final Wire wire;
    private final DeviceHandle handle;
    private final NotificationQueue notifications;
    private final MessageReader replies;

    ReplyReader(Wire wire, DeviceHandle handle, NotificationQueue notifications) {
        this.wire = wire;
        this.handle = handle;
        this.notifications = notifications;
        this.replies = MessageReader.replies(wire);
    }

    /**
     * Returns when the server has disconnected or this end has shut down.
     *
     * @throws IOException if a malformed reply was received
     */
    void run() throws IOException {
        while (replies.await()) {
            long length = replies.begin(wire.maxMessage()) - OutHeader.SIZE;
            long unique = OutHeader.UNIQUE.get(replies.header());
            int error = OutHeader.ERROR.get(replies.header());
            if (unique == 0) {
                notification(error, length);
            } else {
                reply(unique, error, length);
            }
        }
    }

    private void reply(long unique, int error, long length) throws IOException {
        Delivery delivery = handle.reply(unique, error, length);
        if (delivery.verdict() != Errno.OK) {
            LOG.debug("{}: a reply to {} with error {} and {} bytes was rejected: {}", wire, unique, error, length,
                    delivery.verdict());
            replies.skip();
            failCaller(unique, error);
            return;
        }
        boolean complete = false;
        try {
            if (length > 0) {
                replies.body(delivery.target());
            } else {
                replies.skip();
            }
            complete = true;
        } finally {
            if (!complete) {
                delivery.failed();
            }
        }
        delivery.delivered();
    }

    /** The device rejects an invalid errno and keeps the request pending. The server does not learn of it, so the caller gets EIO. */
    private void failCaller(long unique, int error) {
        if (error > 0 || error < -MAX_ERRNO) {
            Delivery failure = handle.reply(unique, -Errno.EIO.code(), 0);
            if (failure.verdict() == Errno.OK) {
                failure.delivered();
            }
        }
    }

    private void notification(int code, long length) throws IOException {
        MemorySegment body = MemorySegment.ofArray(new byte[(int) length]);
        if (length > 0) {
            replies.body(new Span().set(body, 0, length));
        } else {
            replies.skip();
        }
        notifications.add(code, body, length);
    }
}
