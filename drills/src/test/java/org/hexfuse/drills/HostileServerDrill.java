package org.hexfuse.drills;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.SocketType;
import org.hexfuse.libc.Sockets;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Hostile servers behind the mounts of a process that calls its VFS all the time, a minute each. Every call returns a result or
 * an errno, and afterwards the process holds what it held before.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class HostileServerDrill {
    private static final long SECONDS = Long.getLong("drill.seconds", 60);

    @TempDir Path directory;

    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong lastSeed = new AtomicLong();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    @ParameterizedTest
    @EnumSource(HostileServer.Attack.class) void aVfsSurvives(HostileServer.Attack attack) throws Exception {
        Path stream = directory.resolve("stream");
        Path packets = directory.resolve("packets");
        try (Fd first = listen(SocketType.STREAM, stream);
                Fd second = listen(SocketType.SEQPACKET, packets);
                VictimProcess victim = VictimProcess.start(List.of("-Xmx128m"), directory, "kernel", "unix:" + stream,
                        "unix-seqpacket:" + packets)) {
            var acceptors = List.of(accept(SocketType.STREAM, first, attack),
                    accept(SocketType.SEQPACKET, second, attack));
            Thread.sleep(Duration.ofSeconds(Math.min(SECONDS, 3)));
            VictimProcess.Resources before = victim.resources();
            Thread.sleep(Duration.ofSeconds(SECONDS));
            victim.tell("stop");
            victim.awaitLine("STOPPED", Duration.ofSeconds(90));
            Thread.sleep(Duration.ofSeconds(2));
            VictimProcess.Resources after = victim.resources();
            String figures = victim.log().filter(line -> line.startsWith("STOPPED")).findFirst().orElseThrow();
            System.out.println("DRILL hostile servers, " + attack + ", " + SECONDS + " s: " + connections
                    + " connections, " + figures.substring(8) + "; threads " + before.threads() + " -> "
                    + after.threads() + ", descriptors " + before.descriptors() + " -> " + after.descriptors()
                    + ", direct " + before.directKibibytes() + " -> " + after.directKibibytes() + " KiB, resident "
                    + before.residentMebibytes() + " -> " + after.residentMebibytes() + " MiB, "
                    + victim.complaints() + " log lines");
            assertThat(victim.log().filter(line -> line.startsWith("UNEXPECTED") || line.startsWith("SLOW")))
                    .as(victim::sample).isEmpty();
            assertThat(victim.isAlive()).isTrue();
            assertThat(after.threads()).isLessThanOrEqualTo(before.threads() + VictimProcess.SCHEDULER);
            assertThat(after.descriptors()).isLessThanOrEqualTo(before.descriptors());
            assertThat(after.directKibibytes()).isLessThan(VictimProcess.IDLE_DIRECT_KIBIBYTES);
            assertThat(victim.complaints()).as(victim::sample).isLessThan(30 + SECONDS);
            Sockets.shutdown(first);
            Sockets.shutdown(second);
            for (Thread acceptor : acceptors) {
                assertThat(acceptor.join(Duration.ofSeconds(30))).isTrue();
            }
            assertThat(failures).isEmpty();
        }
    }

    private static Fd listen(SocketType type, Path path) throws IOException {
        Fd socket = Sockets.socket(type);
        Sockets.bind(socket, path.toString());
        Sockets.listen(socket, 16);
        return socket;
    }

    private Thread accept(SocketType type, Fd listener, HostileServer.Attack attack) {
        return Thread.ofPlatform().start(() -> {
            var serving = new ArrayList<Thread>();
            while (true) {
                Fd socket;
                try {
                    socket = Sockets.accept(listener);
                } catch (IOException _) {
                    break;
                }
                connections.incrementAndGet();
                serving.removeIf(thread -> !thread.isAlive());
                serving.add(Thread.ofPlatform().daemon(true).start(() -> serve(type, socket, attack)));
            }
            // The peers have disconnected: a server that is still there was not.
            for (Thread server : serving) {
                try {
                    if (!server.join(Duration.ofSeconds(5))) {
                        failures.add(new AssertionError("a connection was not closed"));
                    }
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            }
        });
    }

    private void serve(SocketType type, Fd socket, HostileServer.Attack attack) {
        try (HostileServer server = new HostileServer(type, socket, new Random(lastSeed.incrementAndGet()))) {
            server.serve(attack);
        } catch (IOException _) {
            // The peer has closed the connection, as it should.
        } catch (RuntimeException e) {
            failures.add(e);
        }
    }
}
