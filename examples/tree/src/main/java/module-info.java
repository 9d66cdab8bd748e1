import org.hexfuse.examples.tree.TreeProvider;
import org.hexfuse.server.spi.FuseFileSystemProvider;

/** The example filesystem {@code tree:}. */
module org.hexfuse.examples.tree {
    requires transitive org.hexfuse.server;
    requires static com.google.auto.service;

    provides FuseFileSystemProvider with TreeProvider;
}
