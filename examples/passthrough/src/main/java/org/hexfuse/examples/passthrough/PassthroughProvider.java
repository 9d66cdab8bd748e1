package org.hexfuse.examples.passthrough;

import com.google.auto.service.AutoService;
import java.io.IOException;
import java.nio.file.Path;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;

/** Makes a {@link PassthroughFileSystem} for {@code passthrough:/directory}. */
@SuppressWarnings("exports") // An annotation that only the compiler reads.
@AutoService(FuseFileSystemProvider.class) public final class PassthroughProvider implements FuseFileSystemProvider {
    public PassthroughProvider() {}

    @Override public String scheme() {
        return "passthrough";
    }

    @Override public String description() {
        return "a directory of this machine: passthrough:/directory?cache=auto&writeback&timeout=1s&backing=off&submounts"
                + "&xattr=off&locks=local&direct&descriptors=10000 ...";
    }

    @Override public FuseFileSystem create(Address address) throws IOException {
        PassthroughOptions options = PassthroughOptions.of(address);
        if (address.path().isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + address + "': passthrough: takes a directory, passthrough:/directory");
        }
        return PassthroughFileSystem.of(Path.of(address.path()), options);
    }
}
