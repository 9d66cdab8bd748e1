package org.hexfuse.transport.unix;

import com.google.auto.service.AutoService;
import java.io.IOException;
import org.hexfuse.libc.SocketType;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.spi.ServerTransportProvider;

/** The server end of {@code unix:}; see the package for its addresses. */
@AutoService(ServerTransportProvider.class) public final class StreamServerTransport
        implements ServerTransportProvider {
    /** For {@code ServiceLoader}. */
    public StreamServerTransport() {}

    @Override public String scheme() {
        return "unix";
    }

    @Override public String description() {
        return "local stream socket: unix:PATH[?connect]";
    }

    @Override public ServerEndpoint open(Address address) throws IOException {
        return Endpoints.open(SocketPath.parse(address, SocketType.STREAM));
    }
}
