package org.hexfuse.transport.unix;

import com.google.auto.service.AutoService;
import java.io.IOException;
import org.hexfuse.libc.SocketType;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.KernelLink;
import org.hexfuse.transport.spi.KernelTransportProvider;

/** The kernel end of {@code unix-seqpacket:}; see the package for its addresses. */
@AutoService(KernelTransportProvider.class) public final class PacketKernelTransport
        implements KernelTransportProvider {
    /** For {@code ServiceLoader}. */
    public PacketKernelTransport() {}

    @Override public String scheme() {
        return "unix-seqpacket";
    }

    @Override public String description() {
        return "local sequenced-packet socket: unix-seqpacket:PATH[?listen]";
    }

    @Override public KernelLink connect(Address address) throws IOException {
        return KernelLinks.open(SocketPath.parse(address, SocketType.SEQPACKET));
    }
}
