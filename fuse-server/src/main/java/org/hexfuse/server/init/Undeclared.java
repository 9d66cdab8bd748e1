package org.hexfuse.server.init;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.hexfuse.server.Capability;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/** Warns, once a class, of methods that are never called since the filesystem does not declare their capability. */
final class Undeclared {
    private static final Logger LOG = Loggers.of(Undeclared.class);
    private static final Set<Class<?>> WARNED = ConcurrentHashMap.newKeySet();

    private Undeclared() {}

    static void warn(FuseFileSystem fileSystem) {
        Set<Capability> declared = fileSystem.capabilities();
        if (overrides(fileSystem, "readdirplus") && !declared.contains(Capability.READDIRPLUS)) {
            warn(fileSystem, "readdirplus", "READDIRPLUS");
        }
        if (overrides(fileSystem, "setlk") && !declared.contains(Capability.RECORD_LOCKS)
                && !declared.contains(Capability.FLOCK)) {
            warn(fileSystem, "setlk", "RECORD_LOCKS or FLOCK");
        }
    }

    private static void warn(FuseFileSystem fileSystem, String method, String capability) {
        if (WARNED.add(fileSystem.getClass())) {
            LOG.warn("{} of {} is never called: its capabilities() lack {}", method, fileSystem.getClass().getName(),
                    capability);
        }
    }

    private static boolean overrides(FuseFileSystem fileSystem, String method) {
        return Arrays.stream(fileSystem.getClass().getMethods())
                .anyMatch(m -> m.getName().equals(method) && !m.isBridge() && !isOurs(m.getDeclaringClass()));
    }

    /** Whether a class is one of this module's, such as the decorators, which override every method and declare what is below them. */
    private static boolean isOurs(Class<?> type) {
        String ours = FuseFileSystem.class.getPackageName();
        return type.getPackageName().equals(ours) || type.getPackageName().startsWith(ours + ".");
    }
}
