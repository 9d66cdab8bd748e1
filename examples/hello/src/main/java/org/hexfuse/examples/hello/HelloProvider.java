package org.hexfuse.examples.hello;

import com.google.auto.service.AutoService;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;

/** Makes {@link Hello} for {@code hello:}. */
@AutoService(FuseFileSystemProvider.class) public final class HelloProvider implements FuseFileSystemProvider {
    public HelloProvider() {}

    @Override public String scheme() {
        return "hello";
    }

    @Override public String description() {
        return "one file, hello.txt; no parameters";
    }

    @Override public FuseFileSystem create(Address address) {
        if (!address.path().isEmpty() || !address.parameters().isEmpty()) {
            throw new IllegalArgumentException("'" + address + "': hello: takes no path and no parameters");
        }
        return new Hello();
    }
}
