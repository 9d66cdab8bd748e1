package org.hexfuse.transport.unix;

import com.google.auto.service.AutoService;
import java.io.IOException;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.KernelLink;
import org.hexfuse.transport.spi.KernelTransportProvider;

/** The kernel end of {@code fd:}; see the package for its addresses. */
@AutoService(KernelTransportProvider.class) public final class InheritedKernelTransport
        implements KernelTransportProvider {
    /** For {@code ServiceLoader}. */
    public InheritedKernelTransport() {}

    @Override public String scheme() {
        return "fd";
    }

    @Override public String description() {
        return "inherited local socket: fd:NUMBER";
    }

    @Override public KernelLink connect(Address address) throws IOException {
        return KernelLinks.open(InheritedSocket.parse(address));
    }
}
