import org.hexfuse.examples.hello.HelloProvider;
import org.hexfuse.server.spi.FuseFileSystemProvider;

/** The example filesystem {@code hello:}. */
module org.hexfuse.examples.hello {
    requires transitive org.hexfuse.server;
    requires static com.google.auto.service;

    provides FuseFileSystemProvider with HelloProvider;
}
