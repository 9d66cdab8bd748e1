package org.hexfuse.drills;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.server.Fuse;
import org.hexfuse.server.Mount;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Much of everything, on the real kernel. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class LoadDrill {
    private static final int CALLERS = 4;

    @TempDir(cleanup = CleanupMode.NEVER) Path point;

    @BeforeEach void canMount() throws IOException {
        Mounts.assume();
        point = point.toRealPath();
    }

    private static void print(String drill, String figures) {
        System.out.println("DRILL " + drill + ": " + figures);
    }

    private static long millisSince(long start) {
        return Duration.ofNanos(System.nanoTime() - start).toMillis();
    }

    @FunctionalInterface private interface Task {
        void run(int caller) throws IOException;
    }

    /** Runs a task on several threads; returns what they threw. */
    private static Queue<Exception> inParallel(int callers, Duration patience, Task task) throws InterruptedException {
        var failures = new ConcurrentLinkedQueue<Exception>();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < callers; i++) {
            int caller = i;
            threads.add(Thread.ofPlatform().daemon().start(() -> {
                try {
                    task.run(caller);
                } catch (IOException | RuntimeException e) {
                    failures.add(e);
                }
            }));
        }
        for (Thread thread : threads) {
            assertThat(thread.join(patience)).as("a caller returns").isTrue();
        }
        return failures;
    }

    @Test void aServerThatIsKilledUnderLoadLeavesNoCallerWaiting() throws Exception {
        try (VictimProcess victim = VictimProcess.start(List.of("-Xmx256m"), point, "mount", "memory",
                point.toString())) {
            var written = new AtomicLong();
            Thread killer = Thread.ofPlatform().start(() -> {
                await().until(() -> written.get() > 200);
                victim.kill();
            });
            long start = System.nanoTime();
            Queue<Exception> failures = inParallel(CALLERS, Duration.ofSeconds(60), caller -> {
                for (int i = 0;; i++) {
                    Files.write(point.resolve("file" + caller + "-" + i % 50), new byte[20_000]);
                    written.incrementAndGet();
                }
            });
            killer.join();
            assertThat(failures).hasSize(CALLERS)
                    .allSatisfy(e -> assertThat(e).isInstanceOf(IOException.class));
            Mounts.run("umount", point.toString());
            assertThat(Mounts.count(point)).isZero();
            print("SIGKILL of a server, 4 writers",
                    "all callers failed and the mount was gone after " + millisSince(start)
                            + " ms in all");
        }
    }

    @Test void handlersThatThrowAnythingHarmNothing() throws Exception {
        try (VictimProcess victim = VictimProcess.start(List.of("-Xmx64m"), point, "mount", "throwing",
                point.toString())) {
            List<String> kinds = List.of("unchecked", "checked", "assertion", "memory", "stack", "link",
                    "death", "initializer", "recursion");
            Queue<Exception> failures = inParallel(CALLERS, Duration.ofSeconds(60), _ -> {
                for (int i = 0; i < 100; i++) {
                    for (String kind : kinds) {
                        try {
                            Files.getLastModifiedTime(point.resolve(kind));
                            throw new IllegalStateException(kind + " gave no error");
                        } catch (NoSuchFileException e) {
                            throw new IllegalStateException(e);
                        } catch (FileSystemException _) {
                            // As it should be.
                        }
                    }
                }
            });
            assertThat(failures).isEmpty();
            assertThat(point.resolve("none")).doesNotExist();
            assertThat(victim.isAlive()).isTrue();
            print("handlers that throw " + kinds.size() + " kinds of Throwable, " + kinds.size() * 100 * CALLERS
                    + " times",
                    "an errno each, " + victim.complaints() + " log lines");
        }
    }

    @Test void aFullTableOfDescriptorsIsAnErrorOfTheOpenThatMetIt() throws Exception {
        try (VictimProcess victim = VictimProcess.start(List.of("-Xmx64m", "-XX:-MaxFDLimit"), point, "mount",
                "opening",
                point.toString())) {
            // What is needed for it is loaded before: a class path may have directories, whose class files take descriptors.
            FileChannel.open(point.resolve("file")).close();
            victim.limitDescriptors(200);
            var open = new ArrayList<FileChannel>();
            String refusal = "";
            while (refusal.isEmpty() && open.size() < 1000) {
                try {
                    open.add(FileChannel.open(point.resolve("file")));
                } catch (FileSystemException e) {
                    refusal = e.getReason();
                }
            }
            assertThat(refusal).isEqualTo("Too many open files");
            int most = open.size();
            for (FileChannel channel : open) {
                channel.close();
            }
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> FileChannel.open(point.resolve("file")).close());
            assertThat(victim.isAlive()).isTrue();
            print("a server with 200 descriptors, each open takes one",
                    most + " open, then EMFILE; it goes on when they are closed");
        }
    }

    /** The kernel looks every 15 seconds. Source: Linux {@code fs/fuse/dev.c} ({@code fuse_check_timeout}). */
    @Test void theKernelsRequestTimeoutEndsASessionThatDoesNotReply() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/sys/fs/fuse/max_request_timeout")), "a kernel without REQUEST_TIMEOUT");
        try (VictimProcess victim = VictimProcess.start(List.of("-Xmx64m"), point, "mount", "silent",
                point.toString())) {
            long start = System.nanoTime();
            Queue<Exception> failures = inParallel(1, Duration.ofSeconds(90),
                    _ -> Files.getLastModifiedTime(point.resolve("name")));
            long ended = millisSince(start);
            assertThat(failures).singleElement().isInstanceOf(FileSystemException.class);
            assertThat(ended).isGreaterThan(14_000);
            assertThat(victim.ends(Duration.ofSeconds(30))).isTrue();
            assertThat(Mounts.count(point)).isZero();
            print("a request timeout of 15 s and no reply", "the caller failed after " + ended / 1000
                    + " s, the process ended, no mount stays");
        }
    }

    @Test void tenThousandOpenFiles() throws Exception {
        try (VictimProcess victim = VictimProcess.start(List.of("-Xmx256m"), point, "mount", "memory",
                point.toString())) {
            long start = System.nanoTime();
            var open = new ArrayList<FileChannel>();
            try {
                for (int i = 0; i < 10_000; i++) {
                    FileChannel channel = FileChannel.open(point.resolve("file" + i), StandardOpenOption.CREATE,
                            StandardOpenOption.READ, StandardOpenOption.WRITE);
                    open.add(channel);
                    channel.write(ByteBuffer.allocate(4).putInt(0, i));
                }
                long opened = millisSince(start);
                for (int i = 0; i < 10_000; i++) {
                    ByteBuffer read = ByteBuffer.allocate(4);
                    assertThat(open.get(i).read(read, 0)).isEqualTo(4);
                    assertThat(read.getInt(0)).isEqualTo(i);
                }
                print("10,000 open files, -Xmx256m", "opened in " + opened + " ms, all read");
            } finally {
                for (FileChannel channel : open) {
                    channel.close();
                }
            }
            assertThat(victim.complaints()).isZero();
        }
    }

    @Test void aTreeOfAMillionFiles() throws Exception {
        try (VictimProcess victim = VictimProcess.start(List.of("-Xmx2g"), point, "mount", "large", point.toString())) {
            long start = System.nanoTime();
            assertThat(inParallel(CALLERS, Duration.ofMinutes(5), caller -> {
                for (int i = caller; i < 1000; i += CALLERS) {
                    Path directory = Files.createDirectory(point.resolve("directory" + i));
                    for (int j = 0; j < 1000; j++) {
                        Files.createFile(directory.resolve("file" + j));
                    }
                }
            })).isEmpty();
            long made = millisSince(start);
            start = System.nanoTime();
            try (Stream<Path> all = Files.walk(point)) {
                assertThat(all.count()).isEqualTo(1_001_001);
            }
            long walked = millisSince(start);
            start = System.nanoTime();
            victim.terminate();
            assertThat(victim.ends(Duration.ofSeconds(60))).isTrue();
            assertThat(Mounts.count(point)).isZero();
            print("1,000,000 files in 1,000 directories, -Xmx2g",
                    "made in " + made / 1000 + " s, walked in " + walked / 1000 + " s, unmounted and ended in "
                            + millisSince(start) + " ms");
        }
    }

    @Test void aHundredThousandNamesAreListedWhileTheyChange() throws Exception {
        try (VictimProcess victim = VictimProcess.start(List.of("-Xmx1g"), point, "mount", "large", point.toString())) {
            Path directory = Files.createDirectory(point.resolve("directory"));
            assertThat(inParallel(CALLERS, Duration.ofMinutes(2), caller -> {
                for (int i = caller; i < 100_000; i += CALLERS) {
                    Files.createFile(directory.resolve("stays" + i));
                }
            })).isEmpty();
            var end = new AtomicBoolean();
            var changes = new AtomicLong();
            var changing = Thread.ofPlatform().start(() -> {
                for (int i = 0; !end.get(); i++) {
                    try {
                        Files.createFile(directory.resolve("comes" + i));
                        Files.delete(directory.resolve("comes" + i));
                        changes.addAndGet(2);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }
            });
            long start = System.nanoTime();
            try {
                for (int round = 0; round < 5; round++) {
                    Map<String, Integer> seen = new HashMap<>();
                    try (Stream<Path> names = Files.list(directory)) {
                        names.map(name -> name.getFileName().toString()).filter(name -> name.startsWith("stays"))
                                .forEach(name -> seen.merge(name, 1, Integer::sum));
                    }
                    assertThat(seen).hasSize(100_000);
                    assertThat(seen.values()).containsOnly(1);
                }
            } finally {
                end.set(true);
                changing.join();
            }
            assertThat(changes.get()).isPositive();
            print("100,000 names listed 5 times while names come and go", changes + " changes in " + millisSince(start)
                    + " ms, each name that stayed was listed once");
            assertThat(victim.complaints()).isZero();
        }
    }

    @Test void aHundredMountsInOneProcessLeaveNothing() throws Exception {
        cycle();
        long threads = threads();
        long descriptors = descriptors();
        long start = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            cycle();
        }
        long took = millisSince(start);
        assertThat(Mounts.count(point)).isZero();
        await().atMost(Duration.ofSeconds(10)).until(() -> threads() <= threads && descriptors() <= descriptors);
        print("100 mounts and unmounts in one JVM", took / 100 + " ms each, threads " + threads + " -> " + threads()
                + ", descriptors " + descriptors + " -> " + descriptors());
    }

    private void cycle() throws IOException, InterruptedException {
        try (Mount mount = Fuse.mount(new MemoryFileSystem(1 << 20, 100), point)) {
            Files.writeString(mount.mountPoint().resolve("f"), "content");
            assertThat(mount.mountPoint().resolve("f")).hasContent("content");
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("hexfuse"))
                .count();
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }
}
