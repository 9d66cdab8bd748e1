package org.hexfuse.drills;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On the real kernel. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class MountDrill {
    @TempDir(cleanup = CleanupMode.NEVER) Path point;

    @BeforeEach void canMount() throws IOException {
        Mounts.assume();
        point = point.toRealPath();
    }

    private static void print(String drill, String figures) {
        System.out.println("DRILL " + drill + ": " + figures);
    }

    @Test void aHundredWritersOfAMebibyteOnASmallHeap() throws Exception {
        try (VictimProcess victim = VictimProcess.start(List.of("-Xmx128m"), point, "mount", "sink",
                point.toString())) {
            var failures = new ConcurrentLinkedQueue<Throwable>();
            var threads = new ArrayList<Thread>();
            long start = System.nanoTime();
            for (int i = 0; i < 100; i++) {
                Path file = point.resolve("file" + i);
                threads.add(Thread.ofPlatform().start(() -> {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE)) {
                        for (int j = 0; j < 3; j++) {
                            ByteBuffer data = ByteBuffer.allocateDirect(1 << 20);
                            while (data.hasRemaining()) {
                                channel.write(data);
                            }
                        }
                    } catch (IOException e) {
                        failures.add(e);
                    }
                }));
            }
            for (Thread thread : threads) {
                assertThat(thread.join(Duration.ofMinutes(1))).isTrue();
            }
            assertThat(failures).isEmpty();
            assertThat(victim.isAlive()).isTrue();
            assertThat(Files.isDirectory(point)).isTrue();
            print("100 writers of 3 MiB, -Xmx128m", failures.size() + " errors, "
                    + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"abort", "umount -f", "SIGTERM"}) void aHandlerThatNeverReturnsKeepsNoProcess(
            String end) throws Exception {
        try (VictimProcess victim = VictimProcess.start(List.of("-Xmx64m"), point, "mount", "stuck",
                point.toString())) {
            Thread caller = Thread.ofPlatform().daemon().start(() -> Files.exists(point.resolve("stuck")));
            Thread other = Thread.ofPlatform().daemon().start(() -> Files.exists(point.resolve("stuck")));
            Thread.sleep(1500);
            long start = System.nanoTime();
            switch (end) {
                case "abort" -> Mounts.abort(point);
                case "umount -f" -> Mounts.run("umount", "-f", point.toString());
                default -> victim.terminate();
            }
            assertThat(victim.ends(Duration.ofSeconds(30))).isTrue();
            long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
            assertThat(victim.log()).anyMatch(line -> line.contains("held a reader"));
            assertThat(victim.log()).anyMatch(line -> line.contains("abandoned"));
            assertThat(Mounts.count(point)).isZero();
            assertThat(caller.join(Duration.ofSeconds(5))).isTrue();
            assertThat(other.join(Duration.ofSeconds(5))).isTrue();
            print("stuck handlers, " + end, "process ended after " + millis + " ms, " + victim.complaints() + " lines");
        }
    }

    @Test void aSignalAtAnyTimeAfterTheMountLeavesNoMount() throws Exception {
        int left = 0;
        int runs = 0;
        for (int delay = 0; delay <= 20; delay += 2) {
            try (VictimProcess victim = VictimProcess.launch(List.of("-Xmx64m"), point, "mount", "memory",
                    point.toString())) {
                long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
                while (Mounts.count(point) == 0 && System.nanoTime() - deadline < 0) {
                    Thread.onSpinWait();
                }
                Thread.sleep(delay);
                victim.terminate();
                assertThat(victim.ends(Duration.ofSeconds(30))).isTrue();
                runs++;
                left += Mounts.count(point) > 0 ? 1 : 0;
            }
        }
        print("SIGTERM 0 to 20 ms after mount(2)", left + " mounts left of " + runs);
        assertThat(left).isZero();
    }

    @Test void aHandlerThatNotifiesAboutItsOwnEntryIsRefused() throws Exception {
        try (VictimProcess victim = VictimProcess.start(List.of("-Xmx64m"), point, "mount", "notify",
                point.toString())) {
            assertThat(Files.exists(point.resolve("self"))).isTrue();
            victim.awaitLine("NOTIFIED EDEADLK", Duration.ofSeconds(5));
            victim.terminate();
            assertThat(victim.ends(Duration.ofSeconds(20))).isTrue();
            assertThat(Mounts.count(point)).isZero();
            print("a lookup that invalidates its own name", "EDEADLK");
        }
    }

    @Test void virtualThreadsMayUseTheMountOfTheirOwnProcess() throws Exception {
        try (VictimProcess victim = VictimProcess.launch(List.of("-Xmx128m"), point, "own", point.toString())) {
            long start = System.nanoTime();
            victim.awaitLine("OWN true", Duration.ofSeconds(40));
            assertThat(victim.ends(Duration.ofSeconds(20))).isTrue();
            print("16 virtual threads on their own mount", "320 stats in "
                    + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms, JVM start included");
        }
    }

    @Test void aMountUnderAnotherIsNotLeftSilently() throws Exception {
        try (VictimProcess lower = VictimProcess.start(List.of("-Xmx64m"), point, "mount", "memory", point.toString());
                VictimProcess upper = VictimProcess.start(List.of("-Xmx64m"), point, "mount", "memory",
                        point.toString())) {
            lower.terminate();
            assertThat(lower.ends(Duration.ofSeconds(30))).isTrue();
            assertThat(lower.log()).anyMatch(line -> line.contains("another one covers it"));
            assertThat(upper.isAlive()).isTrue();
            Files.writeString(point.resolve("f"), "upper");
            assertThat(Files.readString(point.resolve("f"))).isEqualTo("upper");
            print("two mounts on one point, the lower one ends first", "a warning names it; the upper one goes on");
        }
    }
}
