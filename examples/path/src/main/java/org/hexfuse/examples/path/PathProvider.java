package org.hexfuse.examples.path;

import com.google.auto.service.AutoService;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.path.PathFileSystem;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;

/** Makes {@link PathMemory} for {@code path:}. */
@AutoService(FuseFileSystemProvider.class) public final class PathProvider implements FuseFileSystemProvider {
    public PathProvider() {}

    @Override public String scheme() {
        return "path";
    }

    @Override public String description() {
        return "files in memory, an example of the path API; no parameters";
    }

    @Override public FuseFileSystem create(Address address) {
        if (!address.path().isEmpty() || !address.parameters().isEmpty()) {
            throw new IllegalArgumentException("'" + address + "': path: takes no path and no parameters");
        }
        return PathFileSystem.of(new PathMemory());
    }
}
