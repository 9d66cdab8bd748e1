import org.hexfuse.examples.archive.ArchiveProvider;
import org.hexfuse.server.spi.FuseFileSystemProvider;

/** The example filesystem {@code archive:}. */
module org.hexfuse.examples.archive {
    requires transitive org.hexfuse.server;
    requires org.apache.commons.compress;
    requires org.slf4j;
    requires static com.google.auto.service;

    provides FuseFileSystemProvider with ArchiveProvider;
}
