package org.hexfuse.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hexfuse.server.Fuse;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Mount;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** {@code hexfuse mount --takeover}, between processes. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class TakeoverTest {
    @TempDir(cleanup = CleanupMode.NEVER) private Path scratch;
    private Path point;
    private final List<Process> processes = new ArrayList<>();

    @BeforeEach void canMount() throws IOException {
        assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no /dev/fuse here");
        point = Files.createDirectory(scratch.toRealPath().resolve("point"));
    }

    @AfterEach void end() throws Exception {
        for (Process process : processes) {
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
        run("umount", point.toString());
        try (Stream<Path> left = Files.walk(scratch)) {
            for (Path path : left.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }

    /** What a command in this process prints. */
    private static String run(String... arguments) {
        var printed = new StringWriter();
        var writer = new PrintWriter(printed, true);
        int status = Hexfuse.commandLine().setOut(writer).setErr(writer).execute(arguments);
        return status + " " + printed.toString().strip();
    }

    /** Runs the command in a process of its own, with a state directory of its own. */
    private Process start(Path log, String... arguments) throws IOException {
        String classPath = Stream.of(System.getProperty("java.class.path"), System.getProperty("jdk.module.path", ""))
                .filter(path -> !path.isEmpty()).collect(Collectors.joining(File.pathSeparator));
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-cp", classPath,
                Hexfuse.class.getName()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("XDG_STATE_HOME", scratch.resolve("state").toString());
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private static void awaitLine(Path log, String line, Process process) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        while (!Files.readString(log).contains(line)) {
            String printed = Files.readString(log);
            assumeTrue(process.isAlive() || !printed.contains("hexfuse mount:") || printed.contains("take"),
                    "this user may not mount: " + printed);
            assertThat(process.isAlive() && System.nanoTime() - deadline < 0).as(printed).isTrue();
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static void write(FileChannel channel, String text) throws IOException {
        assertThat(channel.write(ByteBuffer.wrap(text.getBytes(UTF_8)))).isEqualTo(text.length());
    }

    @Test void theOldProcessEndsAndTheFileStaysOpen() throws Exception {
        Path first = Files.createFile(scratch.resolve("first.log"));
        Path second = Files.createFile(scratch.resolve("second.log"));
        Process old = start(first, "mount", "memory:", point.toString());
        awaitLine(first, "memory: is mounted on " + point, old);
        Path file = point.resolve("file");
        Process successor;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            write(channel, "by one process, ");
            successor = start(second, "mount", "--takeover", "memory:", point.toString());
            awaitLine(second, "memory: is mounted on " + point, successor);
            assertThat(old.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(old.exitValue()).isZero();
            assertThat(Files.readAllLines(first)).containsExactly("memory: is mounted on " + point,
                    point + " was taken over by process " + successor.pid());
            write(channel, "and by another");
            channel.force(true);
            assertThat(file).hasContent("by one process, and by another");
        }
        assertThat(run("umount", point.toString())).startsWith("0");
        assertThat(successor.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(successor.exitValue()).isZero();
        assertThat(scratch.resolve("state/hexfuse/handover")).isEmptyDirectory();
    }

    @Test void aDaemonTakesOverFromADaemon() throws Exception {
        Path log = Files.createFile(scratch.resolve("log"));
        Process first = start(log, "mount", "hello:", point.toString(), "--daemon");
        assertThat(first.waitFor(40, TimeUnit.SECONDS)).isTrue();
        assumeTrue(first.exitValue() == 0, "this user may not mount: " + Files.readString(log));
        try {
            Process second = start(log, "mount", "hello:", point.toString(), "--daemon", "--takeover");
            assertThat(second.waitFor(40, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readAllLines(log)).singleElement().asString()
                    .startsWith("hello: is mounted on " + point + " by process ");
            assertThat(second.exitValue()).isZero();
            assertThat(point.resolve("hello.txt")).hasContent("Hello, world!");
        } finally {
            assertThat(run("umount", point.toString())).startsWith("0");
        }
    }

    @Test void nothingIsMountedThere() {
        assertThat(run("mount", "memory:", point.toString(), "--takeover"))
                .isEqualTo("1 hexfuse mount: " + point + " is not mounted");
    }

    @Test void theOptionsOfAMountStay() throws Exception {
        Path socket = scratch.resolve("socket");
        try (Mount mount = mount(new TrialFileSystem())) {
            Files.createFile(socket);
            assertThat(run("mount", "hello:", mount.mountPoint().toString(), "--takeover", "--handover-socket",
                    socket.toString(), "-o", "ro")).isEqualTo(
                            "2 hexfuse mount: a mount that is taken over keeps its options; leave out 'ro'");
        }
    }

    @Test void noHexfuseOffersIt() throws Exception {
        try (Mount mount = mount(new TrialFileSystem())) {
            assertThat(run("mount", "memory:", mount.mountPoint().toString(), "--takeover"))
                    .startsWith("1 hexfuse mount: no hexfuse serves " + point + ", or it cannot be taken over: ");
        }
    }

    @Test void theFileSystemIsAnother() throws Exception {
        Path log = Files.createFile(scratch.resolve("log"));
        Path socket = scratch.resolve("socket");
        Process old = start(log, "mount", "hello:", point.toString(), "--handover-socket", socket.toString());
        awaitLine(log, "hello: is mounted on " + point, old);
        assertThat(run("mount", "memory:", point.toString(), "--takeover", "--handover-socket", socket.toString()))
                .isEqualTo("1 hexfuse mount: it saves 'hello 1', and 'memory 1' is wanted");
        assertThat(point.resolve("hello.txt")).hasContent("Hello, world!");
    }

    private Mount mount(FuseFileSystem fileSystem) throws InterruptedException {
        try {
            return Fuse.mount(fileSystem, point);
        } catch (IOException e) {
            assumeTrue(false, "this user may not mount: " + e.getMessage());
            throw new AssertionError(e);
        }
    }
}
