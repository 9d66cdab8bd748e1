package org.hexfuse.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The filesystem providers that were found.
 *
 * @param providers sorted by scheme; the first one found of each scheme
 * @param plugins the plugins of the providers that come from one
 */
record FileSystems(List<FuseFileSystemProvider> providers, IdentityHashMap<FuseFileSystemProvider, Path> plugins) {
    /** The providers that {@link ServiceLoader} finds on the class path or the module path, and those of plugins. */
    static FileSystems discover() {
        Map<String, FuseFileSystemProvider> byScheme = new TreeMap<>();
        ServiceLoader.load(FuseFileSystemProvider.class)
                .forEach(provider -> byScheme.putIfAbsent(provider.scheme(), provider));
        IdentityHashMap<FuseFileSystemProvider, Path> plugins = new IdentityHashMap<>();
        for (Plugin plugin : Plugin.configured()) {
            for (FuseFileSystemProvider provider : plugin.providers()) {
                if (byScheme.putIfAbsent(provider.scheme(), provider) == null) {
                    plugins.put(provider, plugin.path());
                } else {
                    LOG.warn("plugin {}: there is a filesystem '{}:' already", plugin.path(), provider.scheme());
                }
            }
        }
        return new FileSystems(List.copyOf(byScheme.values()), plugins);
    }

    private static final Logger LOG = LoggerFactory.getLogger(FileSystems.class);

    /** Whether there is a provider for a scheme. */
    boolean has(String scheme) {
        return providers.stream().anyMatch(p -> p.scheme().equals(scheme));
    }

    /** Creates the filesystem of an address. */
    FuseFileSystem create(Address address) throws IOException {
        Optional<FuseFileSystemProvider> provider = providers.stream()
                .filter(p -> p.scheme().equals(address.scheme())).findFirst();
        if (provider.isEmpty()) {
            throw new IllegalArgumentException("no filesystem '" + address.scheme() + ":' here; there is " + providers
                    .stream().map(p -> p.scheme() + ":").collect(Collectors.joining(", ")));
        }
        return provider.get().create(address);
    }

    /** Parses the address of a filesystem; the path may be empty. */
    static Address parse(String text) {
        if (text.indexOf(':') < 0) {
            throw new IllegalArgumentException("'" + text + "' is not a filesystem: write SCHEME:, such as memory:");
        }
        return Address.parse(text);
    }
}
