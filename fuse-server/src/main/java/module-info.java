/** The server end: the API that filesystem authors implement. Sessions and dispatch are in packages that are not exported. */
module org.hexfuse.server {
    requires transitive org.hexfuse.posix;
    requires transitive org.hexfuse.transport;
    requires transitive org.slf4j;

    exports org.hexfuse.server;
    exports org.hexfuse.server.filter;
    exports org.hexfuse.server.observe;
    exports org.hexfuse.server.path;
    exports org.hexfuse.server.program;
    exports org.hexfuse.server.spi;
    exports org.hexfuse.server.tree;

    uses org.hexfuse.server.spi.FuseFileSystemProvider;
}
