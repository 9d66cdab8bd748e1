package org.hexfuse.examples.memory;

import com.google.auto.service.AutoService;
import java.util.Set;
import org.hexfuse.posix.ByteSize;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;

/** Makes {@link MemoryFileSystem} for {@code memory:}, such as {@code memory:?size=1g&files=100000}. */
@AutoService(FuseFileSystemProvider.class) public final class MemoryProvider implements FuseFileSystemProvider {
    private static final String SIZE = "size";
    private static final String FILES = "files";
    private static final String LOCAL = "local";

    public MemoryProvider() {}

    @Override public String scheme() {
        return "memory";
    }

    @Override public String description() {
        return "files in the heap; size=BYTES (k, m, g, t) and files=NUMBER limit what it holds, local is for one kernel, which caches all";
    }

    @Override public FuseFileSystem create(Address address) {
        if (!address.path().isEmpty()) {
            throw new IllegalArgumentException("memory: takes no path, and got '" + address.path() + "'");
        }
        for (String key : address.parameters().keySet()) {
            if (!Set.of(SIZE, FILES, LOCAL).contains(key)) {
                throw new IllegalArgumentException(
                        "memory: has no parameter '" + key + "'; it takes size, files and local");
            }
        }
        long bytes = address.parameter(SIZE).map(text -> number(SIZE, text))
                .orElseGet(MemoryFileSystem::defaultBytes);
        long files = address.parameter(FILES).map(text -> number(FILES, text))
                .orElseGet(MemoryFileSystem::defaultFiles);
        return address.flag(LOCAL) ? MemoryFileSystem.local(bytes, files) : new MemoryFileSystem(bytes, files);
    }

    private static long number(String key, String text) {
        long count = 0;
        try {
            count = ByteSize.parse(text);
        } catch (IllegalArgumentException _) {
            // Is refused below.
        }
        if (count > 0) {
            return count;
        }
        throw new IllegalArgumentException("memory: " + key + "=" + text + " is no number like 512m or 1g");
    }
}
