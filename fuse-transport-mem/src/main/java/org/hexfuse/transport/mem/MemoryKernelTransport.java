package org.hexfuse.transport.mem;

import com.google.auto.service.AutoService;
import java.io.IOException;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.KernelLink;
import org.hexfuse.transport.spi.KernelTransportProvider;

/** The kernel end of {@code mem:}; see the package for its addresses. */
@AutoService(KernelTransportProvider.class) public final class MemoryKernelTransport
        implements KernelTransportProvider {
    /** For {@code ServiceLoader}. */
    public MemoryKernelTransport() {}

    @Override public String scheme() {
        return MemoryAddress.SCHEME;
    }

    @Override public String description() {
        return "in this process: mem:NAME of an open endpoint";
    }

    @Override public KernelLink connect(Address address) throws IOException {
        return new MemoryKernelLink(MemoryEndpoint.find(MemoryAddress.check(address)));
    }
}
