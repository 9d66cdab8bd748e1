/** The server's end: the interface that filesystem authors implement, sessions, and dispatch. */
module org.hexfuse.server {
    requires transitive org.hexfuse.posix;
    requires transitive org.hexfuse.transport;
    requires transitive org.slf4j;

    exports org.hexfuse.server;
    exports org.hexfuse.server.spi;

    uses org.hexfuse.server.spi.FuseFileSystemProvider;
}
