package org.hexfuse.drills;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A mount that processes hand over under load. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class HandoverDrill {
    private static final int HANDOVERS = Integer.getInteger("drill.handovers", 20);
    private static final int WORKERS = 4;

    @TempDir(cleanup = CleanupMode.NEVER) Path scratch;

    @BeforeEach void canMount() {
        Mounts.assume();
    }

    @Test void noCallerSeesAnError() throws Exception {
        Path point = Files.createDirectory(scratch.toRealPath().resolve("point"));
        String socket = scratch.resolve("socket").toString();
        var waits = new ArrayList<Long>();
        var pauses = new ArrayList<Long>();
        VictimProcess serving = VictimProcess.start(List.of("-Xmx256m"), point, "mount", "memory", point.toString(),
                socket);
        try (var workload = new FileWorkload(point)) {
            workload.start(WORKERS);
            for (int i = 0; i < HANDOVERS; i++) {
                Thread.sleep(500);
                workload.longest();
                VictimProcess successor = VictimProcess.start(List.of("-Xmx256m"), point, "takeover", "memory",
                        point.toString(), socket);
                VictimProcess before = serving;
                serving = successor;
                assertThat(before.ends(Duration.ofSeconds(20))).isTrue();
                assertThat(before.exitStatus()).isZero();
                assertThat(before.complaints()).as(before.sample()).isZero();
                waits.add(before.log().filter(line -> line.contains("requests waited for"))
                        .map(line -> Long.valueOf(line.replaceAll(".*waited for ([0-9]+) ms.*", "$1"))).findFirst()
                        .orElseThrow());
                before.forget();
                pauses.add(workload.longest().toMillis());
                assertThat(workload.failures()).isEmpty();
            }
            assertThat(workload.stop()).isTrue();
            assertThat(workload.failures()).isEmpty();
            assertThat(workload.isCountRight()).isTrue();
            System.out.println("DRILL " + HANDOVERS + " handovers: " + workload.operations()
                    + " operations, none failed; requests waited for, in ms: " + waits
                    + "; longest operation while the next JVM starts and takes over: " + pauses);
        } finally {
            serving.terminate();
            serving.ends(Duration.ofSeconds(30));
            serving.close();
        }
    }
}
