package org.hexfuse.drills;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A JVM that runs {@link Victim}. Closing it kills it and unmounts what it left. */
final class VictimProcess implements AutoCloseable {
    static final String READY = "READY";
    static final String DIRECT = "DIRECT ";
    /**
     * The threads that a JVM on two processors starts with its first virtual thread: two carriers, one that unblocks virtual threads, and
     * one for waits of a limited time.
     */
    static final int SCHEDULER = 4;
    /** More than pools keep of memory outside the heap when nothing is in flight. */
    static final long IDLE_DIRECT_KIBIBYTES = 8 * 1024;

    private final Process process;
    private final Path log;
    private final Path mountPoint;

    private VictimProcess(Process process, Path log, Path mountPoint) {
        this.process = process;
        this.log = log;
        this.mountPoint = mountPoint;
    }

    /**
     * Starts one and waits until it is ready.
     *
     * @param jvmOptions such as {@code -Xmx128m}
     * @param mountPoint what it mounts on, or a directory for nothing
     */
    static VictimProcess start(List<String> jvmOptions, Path mountPoint, String... arguments) throws IOException,
            InterruptedException {
        VictimProcess victim = launch(jvmOptions, mountPoint, arguments);
        victim.awaitLine(READY, Duration.ofSeconds(30));
        return victim;
    }

    /** Starts one. */
    static VictimProcess launch(List<String> jvmOptions, Path mountPoint, String... arguments) throws IOException {
        Path log = Files.createTempFile("victim-", ".log");
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                Victim.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        return new VictimProcess(process, log, mountPoint);
    }

    void awaitLine(String line, Duration patience) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (log().noneMatch(found -> found.contains(line))) {
            if (!process.isAlive() && log().noneMatch(found -> found.contains(line))) {
                throw new AssertionError("the victim has ended: " + String.join("\n", log().toList()));
            }
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("no '" + line + "' from the victim: " + String.join("\n", log().toList()));
            }
            Thread.sleep(20);
        }
    }

    Stream<String> log() throws IOException {
        return new String(Files.readAllBytes(log), UTF_8).lines();
    }

    /** What it has logged as a warning or an error. */
    long complaints() throws IOException {
        return log().filter(line -> line.contains(" WARN ") || line.contains(" ERROR ")).count();
    }

    /** The last lines of its log. */
    String sample() {
        try {
            List<String> lines = log().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 12), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() { return process.isAlive(); }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    /** Limits how many descriptors it may have open. */
    void limitDescriptors(int most) throws IOException, InterruptedException {
        Mounts.run("prlimit", "--pid", Long.toString(pid()), "--nofile=" + most);
    }

    /** Has it print something, see {@link Victim}. */
    void tell(String command) throws IOException {
        OutputStream in = process.getOutputStream();
        in.write((command + "\n").getBytes(UTF_8));
        in.flush();
    }

    /** Whether it ends in time. */
    boolean ends(Duration patience) throws InterruptedException {
        return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    int exitStatus() {
        return process.exitValue();
    }

    /** What it holds after a collection. */
    Resources resources() throws IOException, InterruptedException {
        long printed = direct().count();
        tell("gc");
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (direct().count() == printed) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(50);
        }
        Path proc = Path.of("/proc/" + pid());
        long threads = 0;
        long resident = 0;
        for (String line : Files.readAllLines(proc.resolve("status"))) {
            threads = line.startsWith("Threads:") ? Long.parseLong(line.replaceAll("[^0-9]", "")) : threads;
            resident = line.startsWith("VmRSS:") ? Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024 : resident;
        }
        try (Stream<Path> descriptors = Files.list(proc.resolve("fd"))) {
            return new Resources(threads, descriptors.count(), direct().reduce((_, last) -> last).orElseThrow(),
                    resident);
        }
    }

    private Stream<Long> direct() throws IOException {
        return log().filter(line -> line.startsWith(DIRECT)).map(line -> Long.valueOf(line.substring(DIRECT.length())));
    }

    /** What a process holds: threads, open descriptors, memory outside the heap, memory in all. */
    record Resources(long threads, long descriptors, long directKibibytes, long residentMebibytes) {}

    /** It has ended, and another process has its mount: closing it would unmount that. */
    void forget() throws IOException {
        Files.deleteIfExists(log);
    }

    @Override public void close() throws IOException {
        try {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            Mounts.unmountAll(mountPoint);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(log);
    }
}
