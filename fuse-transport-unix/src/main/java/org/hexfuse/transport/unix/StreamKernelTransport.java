package org.hexfuse.transport.unix;

import com.google.auto.service.AutoService;
import java.io.IOException;
import org.hexfuse.libc.SocketType;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.KernelLink;
import org.hexfuse.transport.spi.KernelTransportProvider;

/** The kernel end of {@code unix:}; see the package for its addresses. */
@AutoService(KernelTransportProvider.class) public final class StreamKernelTransport
        implements KernelTransportProvider {
    /** For {@code ServiceLoader}. */
    public StreamKernelTransport() {}

    @Override public String scheme() {
        return "unix";
    }

    @Override public String description() {
        return "local stream socket: unix:PATH[?listen]";
    }

    @Override public KernelLink connect(Address address) throws IOException {
        return KernelLinks.open(SocketPath.parse(address, SocketType.STREAM));
    }
}
