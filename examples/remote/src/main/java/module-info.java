import org.hexfuse.examples.remote.RemoteProvider;
import org.hexfuse.server.spi.FuseFileSystemProvider;

/** The example filesystem {@code remote:}. */
module org.hexfuse.examples.remote {
    requires transitive org.hexfuse.server;
    requires com.github.benmanes.caffeine;
    requires java.net.http;
    requires java.xml;
    requires org.slf4j;
    requires static com.google.auto.service;

    provides FuseFileSystemProvider with RemoteProvider;
}
