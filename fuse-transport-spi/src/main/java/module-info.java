/** The ports of a transport: addresses, links, slots, and the providers that implement them. */
module org.hexfuse.transport {
    requires transitive org.hexfuse.abi;
    requires transitive org.slf4j;

    exports org.hexfuse.transport;
    exports org.hexfuse.transport.spi;

    uses org.hexfuse.transport.spi.KernelTransportProvider;
    uses org.hexfuse.transport.spi.ServerTransportProvider;
    uses org.slf4j.spi.SLF4JServiceProvider;
}
