import org.hexfuse.transport.spi.KernelTransportProvider;
import org.hexfuse.transport.spi.ServerTransportProvider;
import org.hexfuse.transport.unix.ExecKernelTransport;
import org.hexfuse.transport.unix.InheritedKernelTransport;
import org.hexfuse.transport.unix.InheritedServerTransport;
import org.hexfuse.transport.unix.PacketKernelTransport;
import org.hexfuse.transport.unix.PacketServerTransport;
import org.hexfuse.transport.unix.StreamKernelTransport;
import org.hexfuse.transport.unix.StreamServerTransport;

/** Local sockets: streams, sequenced packets, inherited descriptors. */
module org.hexfuse.transport.unix {
    requires org.hexfuse.transport;
    requires org.hexfuse.abi;
    requires org.hexfuse.libc;
    requires org.slf4j;
    requires static com.google.auto.service;

    provides KernelTransportProvider
            with StreamKernelTransport, PacketKernelTransport, InheritedKernelTransport,
            ExecKernelTransport;
    provides ServerTransportProvider
            with StreamServerTransport, PacketServerTransport, InheritedServerTransport;
}
