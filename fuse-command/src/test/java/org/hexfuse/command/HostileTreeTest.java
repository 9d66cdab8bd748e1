package org.hexfuse.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Endless trees, listed and copied by a JVM with a small heap and a default stack. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class HostileTreeTest {
    private static final String ENDLESS = "(/ )?has more than [0-9]+ entries, or its server lists them without end";
    private static final String CYCLIC = "the server reports a directory below itself";
    private static final String TOO_DEEP = "File name too long \\(ENAMETOOLONG\\)";

    private static Process shell;
    private static BufferedWriter commands;
    private static BufferedReader outcomes;

    @TempDir Path directory;

    @BeforeAll static void startShell() throws IOException {
        List<String> classPath = Stream.of(System.getProperty("java.class.path"),
                System.getProperty("jdk.module.path", ""),
                Path.of("target", "test-classes").toAbsolutePath().toString())
                .filter(path -> !path.isEmpty()).toList();
        shell = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m", "--sun-misc-unsafe-memory-access=allow", "-cp", String.join(File.pathSeparator, classPath),
                HostileTreeProgram.class.getName()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        commands = shell.outputWriter();
        outcomes = shell.inputReader();
    }

    @AfterAll static void endShell() {
        shell.destroyForcibly();
    }

    /** What the shell wrote to standard error, and its status in the last line. */
    private static List<String> run(String fileSystem, String command) throws IOException {
        commands.write(fileSystem + " " + command + "\n");
        commands.flush();
        var lines = new ArrayList<String>();
        while (lines.isEmpty() || !lines.getLast().startsWith(HostileTreeProgram.STATUS)) {
            String line = outcomes.readLine();
            assertThat(line).as("the shell has ended after %s", lines).isNotNull();
            lines.add(line);
        }
        return lines;
    }

    /** What is listed is removed at once, so a tree that never ends is no different until something cannot be removed. */
    @Test void removesWhileItLists() throws Exception {
        assertThat(run("endless", "rm -r /")).first().asString().matches("rm: /f[0-9]+: .*ENOSYS.*");
    }

    @ParameterizedTest
    @CsvSource({"endless, ls /", "endless, find /", "endless, get / HOST", "cyclic, find /",
        "cyclic, get / HOST", "cyclic, rm -r /", "cyclic, ls /d/d/d/d", "bottomless, find /", "bottomless, get / HOST",
        "bottomless, rm -r /"}) void failsWithOneLineAndTheReason(String fileSystem, String command)
                throws Exception {
        List<String> lines = run(fileSystem, command.replace("HOST", directory.resolve("copy").toString()));
        String reason = switch (fileSystem) {
            case "endless" -> ENDLESS;
            case "cyclic" -> CYCLIC;
            default -> TOO_DEEP;
        };
        assertThat(lines).hasSize(2).last().isEqualTo(HostileTreeProgram.STATUS + 1);
        assertThat(lines.getFirst()).matches(command.split(" ", -1)[0] + ": .{1,300}: " + reason);
    }
}
