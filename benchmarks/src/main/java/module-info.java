/** What it costs; never published. */
module org.hexfuse.benchmarks {
    requires org.hexfuse.server;
    requires org.hexfuse.vfs;
    requires org.hexfuse.abi;
    requires jmh.core;

    uses org.hexfuse.server.spi.FuseFileSystemProvider;
}
