package org.hexfuse.transport.unix;

import com.google.auto.service.AutoService;
import java.io.IOException;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.spi.ServerTransportProvider;

/** The server end of {@code fd:}; see the package for its addresses. */
@AutoService(ServerTransportProvider.class) public final class InheritedServerTransport
        implements ServerTransportProvider {
    /** For {@code ServiceLoader}. */
    public InheritedServerTransport() {}

    @Override public String scheme() {
        return "fd";
    }

    @Override public String description() {
        return "inherited local socket: fd:NUMBER";
    }

    @Override public ServerEndpoint open(Address address) throws IOException {
        return Endpoints.open(InheritedSocket.parse(address));
    }
}
