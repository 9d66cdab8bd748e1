import org.hexfuse.examples.passthrough.PassthroughProvider;
import org.hexfuse.server.spi.FuseFileSystemProvider;

/** The example filesystem {@code passthrough:}. */
module org.hexfuse.examples.passthrough {
    requires transitive org.hexfuse.server;
    requires org.hexfuse.libc;
    requires org.slf4j;
    requires static com.google.auto.service;

    exports org.hexfuse.examples.passthrough;

    provides FuseFileSystemProvider with PassthroughProvider;
}
