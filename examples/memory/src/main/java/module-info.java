import org.hexfuse.examples.memory.MemoryProvider;
import org.hexfuse.server.spi.FuseFileSystemProvider;

/** The example filesystem {@code memory:}. */
module org.hexfuse.examples.memory {
    requires transitive org.hexfuse.server;
    requires static com.google.auto.service;

    provides FuseFileSystemProvider with MemoryProvider;
}
