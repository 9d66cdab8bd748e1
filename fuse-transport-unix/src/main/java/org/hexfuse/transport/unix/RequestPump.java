package org.hexfuse.transport.unix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.OutgoingRequest;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * Takes requests from the device and sends them in order. A request is copied and marked as sent before its first byte leaves,
 * since the reply may arrive at once, and since an abort must not wait for a server that reads slowly.
 */
final class RequestPump {
    private static final Logger LOG = Loggers.of(RequestPump.class);
    private static final int ALIGNMENT = 64;

    private final Wire wire;
    private final DeviceHandle handle;

    RequestPump(Wire wire, DeviceHandle handle) {
        this.wire = wire;
        this.handle = handle;
    }

    /** Returns when the device is aborted or the connection is closed. */
    void run() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(wire.maxMessage(), ALIGNMENT);
            wire.awaitWritable(this::isDeviceAlive);
            while (!wire.isShutDown()) {
                OutgoingRequest request = handle.take(wire.maxMessage());
                long size = copy(request, buffer);
                if (size > 0 && !send(buffer, size)) {
                    return;
                }
                wire.awaitWritable(this::isDeviceAlive);
            }
        } catch (FuseException e) {
            if (e.errno() == Errno.EINVAL) {
                throw new IOException("the server has negotiated longer requests than the socket can send", e);
            }
            LOG.debug("{}: the device is aborted: {}", wire, e.errno());
        } catch (InterruptedException e) {
            LOG.debug("{}: interrupted", wire);
        }
    }

    private long copy(OutgoingRequest request, MemorySegment buffer) {
        int headSize = request.headSize();
        long size = request.size();
        try {
            MemorySegment.copy(request.head(), 0, buffer, 0, headSize);
            if (size > headSize) {
                request.data().copyTo(0, buffer, headSize, size - headSize);
            }
        } catch (RuntimeException e) {
            LOG.warn("{}: a request could not be copied", wire, e);
            request.failed();
            return 0;
        }
        request.sent();
        return size;
    }

    private boolean send(MemorySegment buffer, long size) {
        Errno outcome = wire.send(buffer, size, this::isDeviceAlive);
        if (outcome != Errno.EMSGSIZE && outcome != Errno.ENOBUFS) {
            return outcome == Errno.OK;
        }
        LOG.warn("{}: a request of {} bytes could not be sent: {}", wire, size, outcome);
        Delivery failure = handle.reply(InHeader.UNIQUE.get(buffer), -Errno.EIO.code(), 0);
        if (failure.verdict() == Errno.OK) {
            failure.delivered();
        }
        return true;
    }

    /** A slow server is waited for as long as the device lives. */
    private boolean isDeviceAlive(long waited) {
        return handle.readiness() != DeviceHandle.POLLERR;
    }
}
