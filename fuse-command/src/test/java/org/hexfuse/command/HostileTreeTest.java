package org.hexfuse.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Endless trees, listed and copied by a JVM with a small heap and a default stack. */
@Timeout(120) class HostileTreeTest {
    private static final String ENDLESS = "/ has more than [0-9]+ entries, or its server lists them without end";
    private static final String CYCLIC = "the server reports a directory below itself";
    private static final String TOO_DEEP = "File name too long \\(ENAMETOOLONG\\)";

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({"endless, ls /", "endless, find /", "endless, get / HOST", "endless, rm -r /", "cyclic, find /",
        "cyclic, get / HOST", "cyclic, rm -r /", "cyclic, ls /d/d/d/d", "bottomless, find /", "bottomless, get / HOST",
        "bottomless, rm -r /"}) void failsWithOneLineAndTheReason(String fileSystem, String command)
                throws Exception {
        Path errors = directory.resolve("errors");
        List<String> classPath = Stream.of(System.getProperty("java.class.path"),
                System.getProperty("jdk.module.path", ""),
                Path.of("target", "test-classes").toAbsolutePath().toString())
                .filter(path -> !path.isEmpty()).toList();
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m", "--sun-misc-unsafe-memory-access=allow", "-cp", String.join(File.pathSeparator, classPath),
                HostileTreeProgram.class.getName(), fileSystem,
                command.replace("HOST", directory.resolve("copy").toString()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(errors.toFile()).start();
        assertThat(process.waitFor()).isEqualTo(1);
        String reason = switch (fileSystem) {
            case "endless" -> ENDLESS;
            case "cyclic" -> CYCLIC;
            default -> TOO_DEEP;
        };
        assertThat(Files.readString(errors, UTF_8)).matches(command.split(" ", -1)[0] + ": .{1,300}: " + reason + "\n");
    }
}
