package org.hexfuse.transport.unix;

import java.io.IOException;
import java.util.Optional;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.libc.SocketType;
import org.hexfuse.libc.Sockets;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.KernelLink;
import org.hexfuse.transport.OfferLimits;
import org.hexfuse.transport.ServerReport;
import org.hexfuse.transport.ServerUser;

/** The kernel end of a connection whose server this process has started, and ends. */
final class ExecKernelLink implements KernelLink {
    private final UnixKernelLink connection;
    private final ServerProcess server;
    private final OfferLimits offer;
    private final int maxMessage;

    private ExecKernelLink(UnixKernelLink connection, ServerProcess server, OfferLimits offer, int maxMessage) {
        this.connection = connection;
        this.server = server;
        this.offer = offer;
        this.maxMessage = maxMessage;
    }

    /**
     * Starts the server of an address.
     *
     * @throws IOException if it cannot be started, or the buffers are too small; the message is one line
     */
    static ExecKernelLink open(ExecAddress address) throws IOException {
        Sockets.Pair pair = Sockets.pair(SocketType.SEQPACKET);
        try (Fd peer = ServerProcess.aboveStandard(pair.second())) {
            Wire wire = Wire.of(pair.first(), SocketType.SEQPACKET, address.toString(), address.options());
            try {
                // A server leaves its buffers as they are, so the sizes that they have here are known before INIT.
                Wire.sizeBuffers(peer, address.options().buffer());
                int maxMessage = Math.min(wire.maxMessage(), Wire.maxMessage(peer, SocketType.SEQPACKET));
                return new ExecKernelLink(new UnixKernelLink(wire), ServerProcess.start(address, peer), address.offer(),
                        maxMessage);
            } catch (IOException e) {
                wire.close();
                throw e;
            }
        }
    }

    @Override public int maxMessage() {
        return maxMessage;
    }

    @Override public void attach(DeviceHandle handle) throws IOException {
        connection.attach(handle);
    }

    @Override public <T> Optional<T> feature(Class<T> type) {
        if (type == OfferLimits.class) {
            return Optional.of(type.cast(offer));
        }
        if (type == ServerUser.class) {
            return Optional.of(type.cast(new ServerUser(ProcessIds.euid(), ProcessIds.gid())));
        }
        return type == ServerReport.class ? Optional.of(type.cast(new ServerReport(server.report())))
                : Optional.empty();
    }

    /** Returns when the server has exited and is reaped. */
    @Override public void close() {
        server.closing();
        connection.close();
        server.end();
    }
}
