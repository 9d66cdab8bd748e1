package org.hexfuse.examples.tree;

import com.google.auto.service.AutoService;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;

/** Makes {@link TreeMemory} for {@code tree:}. */
@AutoService(FuseFileSystemProvider.class) public final class TreeProvider implements FuseFileSystemProvider {
    public TreeProvider() {}

    @Override public String scheme() {
        return "tree";
    }

    @Override public String description() {
        return "files in memory, an example of the tree API; no parameters";
    }

    @Override public FuseFileSystem create(Address address) {
        if (!address.path().isEmpty() || !address.parameters().isEmpty()) {
            throw new IllegalArgumentException("'" + address + "': tree: takes no path and no parameters");
        }
        return new TreeMemory();
    }
}
