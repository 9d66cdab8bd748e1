import org.hexfuse.transport.mem.MemoryKernelTransport;
import org.hexfuse.transport.mem.MemoryServerTransport;
import org.hexfuse.transport.spi.KernelTransportProvider;
import org.hexfuse.transport.spi.ServerTransportProvider;

/** Both ends in one process. */
module org.hexfuse.transport.mem {
    requires org.hexfuse.transport;
    requires static com.google.auto.service;

    provides KernelTransportProvider with MemoryKernelTransport;
    provides ServerTransportProvider with MemoryServerTransport;
}
