import org.hexfuse.transport.linux.LinuxTransport;
import org.hexfuse.transport.spi.ServerTransportProvider;

/** The Linux kernel: mounts and {@code /dev/fuse}. */
module org.hexfuse.transport.linux {
    requires transitive org.hexfuse.transport;
    requires org.hexfuse.abi;
    requires org.hexfuse.libc;
    requires org.slf4j;
    requires static com.google.auto.service;

    exports org.hexfuse.transport.linux;

    provides ServerTransportProvider with LinuxTransport;
}
