package org.hexfuse.command.shell;

import java.nio.file.Path;
import java.util.Map;

/** Where the command keeps what outlives a run: histories and logs. As the XDG Base Directory Specification has it. */
public final class StateDirectory {
    private StateDirectory() {}

    /** The directory, which need not exist. */
    public static Path path() {
        return path(System.getenv());
    }

    /** A shell's {@code HOME} counts before the home that the user database has. */
    static Path path(Map<String, String> environment) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        if (state.startsWith("/")) {
            return Path.of(state, "hexfuse");
        }
        String home = environment.getOrDefault("HOME", "");
        return Path.of(home.isEmpty() ? System.getProperty("user.home") : home, ".local", "state", "hexfuse");
    }
}
