package org.hexfuse.transport.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hexfuse.libc.MountCalls;
import org.hexfuse.libc.MountFlags;
import org.hexfuse.libc.ProcessIds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program that mounts a filesystem, in the foreground and as a daemon. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class FuseProgramTest {
    @TempDir private Path directory;
    private Path point;
    private final List<ProcessHandle> started = new ArrayList<>();

    @BeforeEach void makeMountPoint() throws IOException {
        try {
            KernelMount.openDevice().close();
        } catch (IOException e) {
            assumeTrue(false, "no /dev/fuse here: " + e.getMessage());
        }
        assumeTrue(ProcessIds.euid() == 0, "not root");
        point = Files.createDirectory(directory.resolve("point"));
    }

    @AfterEach void unmountWhateverHappened() throws IOException {
        started.forEach(ProcessHandle::destroyForcibly);
        if (point != null && isMounted()) {
            MountCalls.umount(point.toString(), MountFlags.UMOUNT_DETACH);
        }
    }

    private boolean isMounted() throws IOException {
        return MountTable.read().at(point.toRealPath().toString()).isPresent();
    }

    private Process program(String... arguments) throws IOException {
        String path = String.join(":", Stream.of(System.getProperty("jdk.module.path", ""),
                System.getProperty("java.class.path"), Path.of("target/test-classes").toAbsolutePath().toString())
                .filter(entry -> !entry.isEmpty()).toList());
        // Whoever runs the tests in the background may have them ignored, and a JVM leaves an ignored signal ignored.
        var command = new ArrayList<>(List.of("env", "--default-signal=INT,HUP",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", path,
                "--enable-native-access=ALL-UNNAMED", HelloProgram.class.getName()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile());
        builder.environment().put("XDG_STATE_HOME", directory.resolve("state").toString());
        Process process = builder.start();
        started.add(process.toHandle());
        return process;
    }

    private String output() throws IOException {
        return Files.readString(directory.resolve("output"));
    }

    private static int status(Process process) throws InterruptedException {
        assertThat(process.waitFor(40, TimeUnit.SECONDS)).as("the program ends").isTrue();
        return process.exitValue();
    }

    @Test void aDaemonIsMountedWhenTheProgramReturnsAndUnmountsWhenItIsTerminated() throws Exception {
        assertThat(status(program("-o", "ro", "four", point.toString()))).isZero();
        Path log = directory.resolve("state/hello/mount" + point.toString().replace('/', '-') + ".log");
        assertThat(output()).matches("hello is mounted on \\S+ by process [0-9]+, which logs to " + log + "\n");
        ProcessHandle daemon = ProcessHandle.of(Long.parseLong(output().replaceAll(".*process ([0-9]+),.*\n", "$1")))
                .orElseThrow();
        started.add(daemon);
        assertThat(Files.size(point.resolve("file"))).isEqualTo(4);
        assertThat(Files.readString(log)).endsWith("hello is mounted on " + point + "\n");
        daemon.destroy();
        daemon.onExit().get(20, TimeUnit.SECONDS);
        assertThat(isMounted()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM", "HUP"}) void aSignalUnmounts(String signal) throws Exception {
        Process process = program("-d", "-s", "source", point.toString());
        await().atMost(Duration.ofSeconds(30)).until(() -> output().contains(" is mounted on "));
        assertThat(Files.size(point.resolve("file"))).isEqualTo(6);
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor()).isZero();
        status(process);
        assertThat(isMounted()).isFalse();
        assertThat(output()).contains("INIT").contains("LOOKUP");
    }

    @Test void aProgramThatIsUnmountedEndsWithoutAnError() throws Exception {
        Process process = program("-f", "source", point.toString());
        await().atMost(Duration.ofSeconds(30)).until(() -> output().contains(" is mounted on "));
        Mounts.unmount(point);
        assertThat(status(process)).isZero();
    }

    @Test void aFailureIsOneLineFromADaemonToo() throws Exception {
        assertThat(status(program(point.toString()))).isEqualTo(1);
        assertThat(output()).isEqualTo("hello: it takes one source\n");
        assertThat(status(program("-f", "source", "/nowhere"))).isEqualTo(1);
        assertThat(output()).endsWith("hello: there is no /nowhere to mount on\n");
    }

    @Test void wrongArgumentsAreNamedWithTheUsage() throws Exception {
        assertThat(status(program("-x", point.toString()))).isEqualTo(2);
        assertThat(output()).isEqualTo(
                "hello: unknown option '-x'\nusage: hello [-f] [-d] [-s] [-o OPTION,...] [SOURCE ...] MOUNTPOINT\n");
        assertThat(status(program("-h"))).isZero();
        assertThat(output()).startsWith("usage: hello ");
    }
}
