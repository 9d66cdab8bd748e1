import org.hexfuse.examples.path.PathProvider;
import org.hexfuse.server.spi.FuseFileSystemProvider;

/** The example filesystem {@code path:}. */
module org.hexfuse.examples.path {
    requires transitive org.hexfuse.server;
    requires static com.google.auto.service;

    provides FuseFileSystemProvider with PathProvider;
}
