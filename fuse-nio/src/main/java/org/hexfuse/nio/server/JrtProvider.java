package org.hexfuse.nio.server;

import com.google.auto.service.AutoService;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.filter.ReadOnlyFileSystem;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;

/** Makes filesystems of the modules of this Java for {@code jrt:}. */
@SuppressWarnings("exports") // An annotation that only the compiler reads.
@AutoService(FuseFileSystemProvider.class) public final class JrtProvider implements FuseFileSystemProvider {
    public JrtProvider() {}

    @Override public String scheme() {
        return "jrt";
    }

    @Override public String description() {
        return "the modules of this Java, read-only: jrt:[/modules/java.base]";
    }

    @Override public FuseFileSystem create(Address address) throws IOException {
        Parameters.check(address);
        Path root = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/").resolve(address.path());
        if (!Files.isDirectory(root)) {
            throw new IOException(root + ": no directory of this Java; jrt: has /modules and /packages");
        }
        return new ReadOnlyFileSystem(NioFileSystem.of(root));
    }
}
