package org.hexfuse.server.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where histories and logs are kept. */
class StateDirectoryTest {
    @Test void theDirectoryOfTheEnvironmentCountsFirst() {
        assertThat(StateDirectory.of("hexfuse", Map.of("XDG_STATE_HOME", "/state", "HOME", "/home/me")))
                .isEqualTo(Path.of("/state/hexfuse"));
    }

    @Test void aRelativeOneDoesNotCount() {
        assertThat(StateDirectory.of("hexfuse", Map.of("XDG_STATE_HOME", "state", "HOME", "/home/me")))
                .isEqualTo(Path.of("/home/me/.local/state/hexfuse"));
    }

    @Test void withoutAHomeItIsThatOfTheUserDatabase() {
        assertThat(StateDirectory.of("hexfuse", Map.of("HOME", "")))
                .isEqualTo(Path.of(System.getProperty("user.home"), ".local/state/hexfuse"));
    }
}
