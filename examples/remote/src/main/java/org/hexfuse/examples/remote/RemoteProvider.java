package org.hexfuse.examples.remote;

import com.google.auto.service.AutoService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.hexfuse.examples.remote.script.SampleScript;
import org.hexfuse.examples.remote.store.Store;
import org.hexfuse.examples.remote.webdav.WebDavStore;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.filter.ReadOnlyFileSystem;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;

/** Makes a {@link RemoteFileSystem} for {@code remote:http://host:port/path} and for {@code remote:script}. */
@AutoService(FuseFileSystemProvider.class) public final class RemoteProvider implements FuseFileSystemProvider {
    private static final String SCRIPT = "script";
    private static final String READ_ONLY = "ro";

    public RemoteProvider() {}

    @Override public String scheme() {
        return "remote";
    }

    @Override public String description() {
        return "a WebDAV server, cached: remote:http://host:port/path?login=FILE&ro&ttl=2s&cache=64m&timeout=30s ...; "
                + "remote:script?latency=200ms is a slow one to try";
    }

    @Override public FuseFileSystem create(Address address) throws IOException {
        Store store;
        if (address.path().equals(SCRIPT)) {
            check(address, "latency");
            store = SampleScript
                    .store(RemoteOptions.duration("latency", address.parameter("latency").orElse("200ms")));
        } else if (address.path().matches("https?://.*")) {
            check(address, "login");
            Optional<String> file = address.parameter("login");
            store = new WebDavStore(address.path(),
                    file.isEmpty() ? file : Optional.of(Files.readString(Path.of(file.get()))));
        } else {
            throw new IllegalArgumentException("'" + address + "': remote: takes http://host:port/path, or script");
        }
        var fileSystem = new RemoteFileSystem(store, RemoteOptions.of(address));
        return address.flag(READ_ONLY) ? new ReadOnlyFileSystem(fileSystem) : fileSystem;
    }

    private static void check(Address address, String ofTheStore) {
        Set<String> known = new HashSet<>(RemoteOptions.NAMES);
        known.add(READ_ONLY);
        known.add(ofTheStore);
        for (String name : address.parameters().keySet()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("'" + address + "': remote: has no parameter '" + name + "'");
            }
        }
    }
}
