package org.hexfuse.transport.unix;

import com.google.auto.service.AutoService;
import java.io.IOException;
import org.hexfuse.libc.SocketType;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.spi.ServerTransportProvider;

/** The server end of {@code unix-seqpacket:}; see the package for its addresses. */
@AutoService(ServerTransportProvider.class) public final class PacketServerTransport
        implements ServerTransportProvider {
    /** For {@code ServiceLoader}. */
    public PacketServerTransport() {}

    @Override public String scheme() {
        return "unix-seqpacket";
    }

    @Override public String description() {
        return "local sequenced-packet socket: unix-seqpacket:PATH[?connect]";
    }

    @Override public ServerEndpoint open(Address address) throws IOException {
        return Endpoints.open(SocketPath.parse(address, SocketType.SEQPACKET));
    }
}
