package org.hexfuse.examples.nullfs;

import com.google.auto.service.AutoService;
import java.util.Set;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;

/** Makes {@link NullFileSystem} for {@code null:}, such as {@code null:?missing=no&blocking=in_java}. */
@AutoService(FuseFileSystemProvider.class) public final class NullProvider implements FuseFileSystemProvider {
    private static final String MISSING = "missing";
    private static final String BLOCKING = "blocking";

    public NullProvider() {}

    @Override public String scheme() {
        return "null";
    }

    @Override public String description() {
        return "files of zeros, for measurements: null:?missing=PREFIX&blocking=in_java|in_native_code";
    }

    @Override public FuseFileSystem create(Address address) {
        if (!address.path().isEmpty()) {
            throw new IllegalArgumentException("null: takes no path, and got '" + address.path() + "'");
        }
        for (String key : address.parameters().keySet()) {
            if (!Set.of(MISSING, BLOCKING).contains(key)) {
                throw new IllegalArgumentException(
                        "null: has no parameter '" + key + "'; it takes " + MISSING + " and " + BLOCKING);
            }
        }
        return new NullFileSystem(address.parameter(MISSING).map(Name::of), address.choice(BLOCKING, Blocking.NEVER));
    }
}
