import org.hexfuse.examples.guide.GuideProvider;
import org.hexfuse.server.spi.FuseFileSystemProvider;

/** The filesystems of the guide, {@code guide:}. */
module org.hexfuse.examples.guide {
    requires transitive org.hexfuse.server;
    requires static com.google.auto.service;

    provides FuseFileSystemProvider with GuideProvider;
}
