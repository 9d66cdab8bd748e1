package org.hexfuse.drills;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Within one process, without a mount. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class ProcessDrill {
    @TempDir Path directory;

    @Test void fifteenThousandWaitingLocks() throws Exception {
        try (VictimProcess victim = VictimProcess.launch(List.of("-Xmx256m"), directory, "locks", "15000")) {
            victim.awaitLine("LOCKS unlock=OK", Duration.ofMinutes(2));
            String figures = victim.log().filter(line -> line.startsWith("LOCKS")).findFirst().orElseThrow();
            System.out.println("DRILL 15,000 waiting SETLKW, -Xmx256m: " + figures);
            assertThat(figures).endsWith("others=0");
        }
    }

    @Test void aDirectoryThatContainsItself() throws Exception {
        try (VictimProcess victim = VictimProcess.launch(List.of("-Xmx64m"), directory, "cycle")) {
            victim.awaitLine("CYCLE ELOOP", Duration.ofMinutes(1));
            System.out.println("DRILL two names a level, and a cycle after 30: ELOOP");
        }
    }
}
