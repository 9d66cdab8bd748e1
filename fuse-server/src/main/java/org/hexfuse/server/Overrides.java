package org.hexfuse.server;

import java.util.Arrays;

/** Which of the methods of {@link FuseFileSystem} a filesystem has of its own. */
record Overrides(boolean recordLocks, boolean flocks, boolean readdirplus, boolean forget, boolean release,
        boolean releasedir) {
    static Overrides of(FuseFileSystem fileSystem) {
        return new Overrides(has(fileSystem, "getlk") && has(fileSystem, "setlk"), has(fileSystem, "setlk"),
                has(fileSystem, "readdirplus"), has(fileSystem, "forget"),
                has(fileSystem, "release"), has(fileSystem, "releasedir"));
    }

    private static boolean has(FuseFileSystem fileSystem, String method) {
        return Arrays.stream(fileSystem.getClass().getMethods())
                .anyMatch(m -> m.getName().equals(method) && m.getDeclaringClass() != FuseFileSystem.class
                        && m.getParameterCount() > 0 && Operation.class.isAssignableFrom(m.getParameterTypes()[0]));
    }
}
