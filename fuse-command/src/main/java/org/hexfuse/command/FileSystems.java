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
 * The kinds of filesystems that were found.
 *
 * @param providers sorted by scheme; of several with one scheme the first found counts
 * @param plugins where those come from that are plugins
 */
record FileSystems(List<FuseFileSystemProvider> providers, IdentityHashMap<FuseFileSystemProvider, Path> plugins) {
    /** Those that {@link ServiceLoader} finds on the class path or the module path, and those of plugins. */
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
