package org.hexfuse.examples.memory;

import com.google.auto.service.AutoService;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;

/** Makes {@link MemoryFileSystem} for {@code memory:}, such as {@code memory:?size=1g&files=100000}. */
@AutoService(FuseFileSystemProvider.class) public final class MemoryProvider implements FuseFileSystemProvider {
    private static final String SIZE = "size";
    private static final String FILES = "files";
    private static final String LOCAL = "local";
    private static final Pattern NUMBER = Pattern.compile("([0-9]{1,18})([kmgt]?)");
    private static final String UNITS = "kmgt";

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
        Matcher matcher = NUMBER.matcher(text.toLowerCase(Locale.ROOT));
        if (matcher.matches()) {
            int shift = matcher.group(2).isEmpty() ? 0 : 10 * (UNITS.indexOf(matcher.group(2)) + 1);
            long count = Long.parseLong(matcher.group(1));
            if (count > 0 && count <= Long.MAX_VALUE >> shift) {
                return count << shift;
            }
        }
        throw new IllegalArgumentException("memory: " + key + "=" + text + " is no number like 512m or 1g");
    }
}
