package org.hexfuse.command.shell;

import java.nio.file.Path;
import java.util.Map;

/** The directory of histories and logs, by the XDG Base Directory Specification. */
public final class StateDirectory {
    private StateDirectory() {}

    /** The directory, which need not exist. */
    public static Path path() {
        return path(System.getenv());
    }

    /** {@code HOME} precedes the home directory of the user database. */
    static Path path(Map<String, String> environment) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        if (state.startsWith("/")) {
            return Path.of(state, "hexfuse");
        }
        String home = environment.getOrDefault("HOME", "");
        return Path.of(home.isEmpty() ? System.getProperty("user.home") : home, ".local", "state", "hexfuse");
    }
}
