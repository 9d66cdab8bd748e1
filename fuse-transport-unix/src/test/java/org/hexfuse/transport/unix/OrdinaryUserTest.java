package org.hexfuse.transport.unix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hexfuse.libc.ProcessIds;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that a user starts who is not root: in a JVM of that user's. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class OrdinaryUserTest {
    private static final String NOBODY = "65534";
    private static final Pattern NEEDED = Pattern.compile("(fuse-|slf4j-api-).*");
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    @TempDir Path directory;

    @BeforeEach void canSwitchUser() throws Exception {
        assumeTrue(ProcessIds.euid() == 0, "not root, who alone may switch to another user");
        ForeignPrograms.installed("setpriv", "util-linux");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        assumeTrue(asNobody(List.of("test", "-x", JAVA.toString())).equals("0 "), JAVA + " is for root only");
    }

    /** Returns the exit status and the output. */
    private String asNobody(List<String> command) throws IOException, InterruptedException {
        var all = new ArrayList<>(
                List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"));
        all.addAll(command);
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(all).directory(directory.toFile()).redirectErrorStream(true)
                .redirectOutput(output.toFile()).start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s has ended", command).isTrue();
            return process.exitValue() + " " + Files.readString(output, UTF_8).strip();
        } finally {
            process.destroyForcibly();
        }
    }

    private Path make(String name) throws IOException {
        Path made = Files.createDirectory(directory.resolve(name));
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxrwxrwx"));
        return made;
    }

    /** Copies of what this JVM has, which may be below the home of root. */
    private String classPath() throws IOException {
        Path copies = make("classes");
        var entries = new ArrayList<String>();
        List<String> here = Stream.of(System.getProperty("jdk.module.path", ""),
                System.getProperty("java.class.path"), Path.of("target", "test-classes").toAbsolutePath().toString())
                .flatMap(path -> Stream.of(path.split(File.pathSeparator, -1))).filter(entry -> !entry.isEmpty())
                .distinct().toList();
        for (String entry : here) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path) || NEEDED.matcher(path.getFileName().toString()).matches()) {
                Path copy = copies.resolve(String.valueOf(entries.size()));
                copy(path, copy);
                entries.add(copy.toString());
            }
        }
        return String.join(File.pathSeparator, entries);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Path target = to.resolve(from.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(each, target);
                }
            }
        }
    }

    /** It sets the owner of each new file to the caller, which only the user that it runs as permits. */
    @Test void theCallsComeFromTheUserWhoHasStartedTheServer() throws Exception {
        ForeignPrograms.installed("fuse-overlayfs", "fuse-overlayfs");
        String server = "fuse-overlayfs -f -o lowerdir=" + make("lower") + ",upperdir=" + make("upper") + ",workdir="
                + make("work") + " {}";
        assertThat(asNobody(List.of(JAVA.toString(), "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1", "-cp", classPath(), OrdinaryUserProgram.class.getName(), server)))
                .startsWith("0 ").endsWith("user 65534, owner 65534: text");
    }
}
