/** java.nio.file both ways: a FUSE server as a FileSystem, and a FileSystem as a FUSE server. */
module org.hexfuse.nio {
    requires transitive org.hexfuse.vfs;
    requires transitive org.hexfuse.server;
    requires org.slf4j;
    requires static com.google.auto.service;

    exports org.hexfuse.nio;

    uses org.hexfuse.server.spi.FuseFileSystemProvider;

    // Its file in META-INF/services is written by hand: on an exported class AutoService would have to be exported too.
    provides java.nio.file.spi.FileSystemProvider with org.hexfuse.nio.HexfuseFileSystemProvider;
}
