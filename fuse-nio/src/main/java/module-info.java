import java.nio.file.spi.FileSystemProvider;
import org.hexfuse.nio.HexfuseFileSystemProvider;
import org.hexfuse.nio.server.DirProvider;
import org.hexfuse.nio.server.JrtProvider;
import org.hexfuse.nio.server.NioProvider;
import org.hexfuse.nio.server.ZipProvider;
import org.hexfuse.server.spi.FuseFileSystemProvider;

/** java.nio.file both ways: a FUSE server as a FileSystem, and a FileSystem as a FUSE server. */
module org.hexfuse.nio {
    requires transitive org.hexfuse.vfs;
    requires transitive org.hexfuse.server;
    requires org.slf4j;
    // The provider of zips.
    requires jdk.zipfs;
    requires static com.google.auto.service;

    exports org.hexfuse.nio;
    exports org.hexfuse.nio.server;
    exports org.hexfuse.nio.mount to org.hexfuse.command;

    uses FuseFileSystemProvider;

    provides FileSystemProvider with HexfuseFileSystemProvider;
    provides FuseFileSystemProvider with DirProvider, JrtProvider, NioProvider, ZipProvider;
}
