package org.hexfuse.transport.mem;

import com.google.auto.service.AutoService;
import java.io.IOException;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.spi.ServerTransportProvider;

/** The server end of {@code mem:}; see the package for its addresses. */
@AutoService(ServerTransportProvider.class) public final class MemoryServerTransport
        implements ServerTransportProvider {
    /** For {@code ServiceLoader}. */
    public MemoryServerTransport() {}

    @Override public String scheme() {
        return MemoryAddress.SCHEME;
    }

    @Override public String description() {
        return "in this process: mem:[NAME][?inline][&aliased]";
    }

    @Override public ServerEndpoint open(Address address) throws IOException {
        return MemoryEndpoint.open(MemoryAddress.check(address));
    }
}
