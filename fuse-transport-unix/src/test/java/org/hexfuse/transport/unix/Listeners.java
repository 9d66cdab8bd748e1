package org.hexfuse.transport.unix;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;

/** The listening local sockets of this machine, from {@code /proc/net/unix}. */
final class Listeners {
    /** {@code __SO_ACCEPTCON} in the flags of a line. */
    private static final String LISTENING = " 00010000 ";

    private Listeners() {}

    static void await(String path) {
        Awaitility.await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(5))
                .until(() -> Files.readAllLines(Path.of("/proc/net/unix")).stream()
                        .anyMatch(line -> line.endsWith(" " + path) && line.contains(LISTENING)));
    }
}
