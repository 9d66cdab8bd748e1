/** What it costs; never published. */
module org.hexfuse.benchmarks {
    requires org.hexfuse.server;
    requires org.hexfuse.vfs;
    requires org.hexfuse.abi;
    requires org.hexfuse.nio;
    requires com.google.common.jimfs;
    requires jmh.core;

    uses org.hexfuse.server.spi.FuseFileSystemProvider;
}
