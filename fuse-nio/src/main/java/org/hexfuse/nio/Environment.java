package org.hexfuse.nio;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.PageCacheOptions;
import org.hexfuse.vfs.VfsOptions;

/** The {@code env} of {@link java.nio.file.FileSystems#newFileSystem(java.net.URI, Map)} as options of a mount. */
final class Environment {
    private Environment() {}

    /** The options; IllegalArgumentException for an unknown key or a value of another type. */
    static VfsOptions options(Map<String, ?> env) {
        VfsOptions options = env.get(HexfuseFileSystemProvider.OPTIONS) == null ? VfsOptions.DEFAULT
                : value(HexfuseFileSystemProvider.OPTIONS, env, VfsOptions.class);
        for (String key : env.keySet()) {
            options = switch (key) {
                case HexfuseFileSystemProvider.OPTIONS -> options;
                case HexfuseFileSystemProvider.CREDENTIALS -> options
                        .withCredentials(value(key, env, Credentials.class));
                case HexfuseFileSystemProvider.READ_ONLY -> options.withReadOnly(value(key, env, Boolean.class));
                case HexfuseFileSystemProvider.TIMEOUT -> options.withRequestTimeout(value(key, env, Duration.class));
                case HexfuseFileSystemProvider.CACHE -> options
                        .withPageCache(PageCacheOptions.parse(value(key, env, String.class)));
                default -> throw new IllegalArgumentException("'" + key + "' is none of options, credentials, readOnly,"
                        + " timeout, cache");
            };
        }
        return options;
    }

    private static <T> T value(String key, Map<String, ?> env, Class<T> type) {
        Object value = Objects.requireNonNull(env.get(key), key);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("'" + key + "' is a " + value.getClass().getName() + ", not a "
                    + type.getName());
        }
        return type.cast(value);
    }
}
