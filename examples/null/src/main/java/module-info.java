import org.hexfuse.examples.nullfs.NullProvider;
import org.hexfuse.server.spi.FuseFileSystemProvider;

/** The filesystem {@code null:}, for measurements. */
module org.hexfuse.examples.nullfs {
    requires transitive org.hexfuse.server;
    requires static com.google.auto.service;

    provides FuseFileSystemProvider with NullProvider;
}
