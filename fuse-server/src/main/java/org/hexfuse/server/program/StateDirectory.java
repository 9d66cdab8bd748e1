package org.hexfuse.server.program;

import java.nio.file.Path;
import java.util.Map;

/** The directory of what a program keeps for a user, such as logs and histories, by the XDG Base Directory Specification. */
public final class StateDirectory {
    private StateDirectory() {}

    /** The directory of a program, which need not exist. */
    public static Path of(String program) {
        return of(program, System.getenv());
    }

    /** {@code HOME} precedes the home directory of the user database. */
    static Path of(String program, Map<String, String> environment) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        if (state.startsWith("/")) {
            return Path.of(state, program);
        }
        String home = environment.getOrDefault("HOME", "");
        return Path.of(home.isEmpty() ? System.getProperty("user.home") : home, ".local", "state", program);
    }
}
