package org.hexfuse.examples.command;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;

/**
 * The kinds of filesystems there are.
 *
 * @param providers sorted by scheme
 */
record FileSystems(List<FuseFileSystemProvider> providers) {
    /** Those that {@link ServiceLoader} finds. */
    static FileSystems discover() {
        return new FileSystems(ServiceLoader.load(FuseFileSystemProvider.class).stream()
                .map(ServiceLoader.Provider::get).sorted(Comparator.comparing(FuseFileSystemProvider::scheme))
                .toList());
    }

    /** Whether there is a kind of filesystem with that scheme. */
    boolean has(String scheme) {
        return providers.stream().anyMatch(p -> p.scheme().equals(scheme));
    }

    /** Makes the filesystem that an address names. */
    FuseFileSystem create(Address address) throws IOException {
        Optional<FuseFileSystemProvider> provider = providers.stream()
                .filter(p -> p.scheme().equals(address.scheme())).findFirst();
        if (provider.isEmpty()) {
            throw new IllegalArgumentException("no filesystem '" + address.scheme() + ":' here; there is " + providers
                    .stream().map(p -> p.scheme() + ":").collect(Collectors.joining(", ")));
        }
        return provider.get().create(address);
    }

    /** The address in the text that a user typed; a scheme alone will do. */
    static Address parse(String text) {
        if (text.indexOf(':') < 0) {
            throw new IllegalArgumentException("'" + text + "' is no filesystem: write SCHEME:, such as memory:");
        }
        return Address.parse(text);
    }
}
