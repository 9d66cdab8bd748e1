package org.hexfuse.examples.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A project with two test dependencies, {@code fuse-testkit} and JUnit, compiles and runs the POSIX contract: in a JVM of its
 * own with the dependencies of these two and no others of this module.
 */
@Timeout(180) class ConsumerTest {
    private static final Pattern DEPENDENCIES = Pattern.compile(
            "(fuse-|example-memory-|slf4j-api-|assertj-core-|byte-buddy-|junit-|opentest4j-|apiguardian-api-|jspecify-).*");
    private static final String CONTRACT = """
            import java.io.IOException;
            import org.hexfuse.examples.memory.MemoryFileSystem;
            import org.hexfuse.testkit.UserKernel;
            import org.hexfuse.testkit.posix.PosixClient;
            import org.hexfuse.testkit.posix.PosixContract;
            import org.hexfuse.testkit.posix.VfsClient;

            public class VaultPosixTest extends PosixContract {
                private UserKernel kernel;

                @Override protected PosixClient mount() throws IOException {
                    kernel = UserKernel.connect("mem:", new MemoryFileSystem(64 << 20, 5000)).failOnLeaks();
                    return new VfsClient(kernel.vfs());
                }

                @Override protected void unmount() {
                    kernel.close();
                }
            }
            """;
    private static final String RUN = """
            import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

            import java.io.PrintWriter;
            import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
            import org.junit.platform.launcher.core.LauncherFactory;
            import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

            public class Run {
                public static void main(String[] args) {
                    var listener = new SummaryGeneratingListener();
                    LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request()
                            .selectors(selectClass(VaultPosixTest.class)).build(), listener);
                    var summary = listener.getSummary();
                    summary.printFailuresTo(new PrintWriter(System.out));
                    System.out.println("succeeded: " + summary.getTestsSucceededCount()
                            + ", failed: " + summary.getTotalFailureCount());
                    System.exit(0);
                }
            }
            """;

    @TempDir Path directory;

    @Test void compilesAndRunsThePosixContract() throws Exception {
        Path classes = Files.createDirectories(directory.resolve("classes"));
        Path contract = Files.writeString(directory.resolve("VaultPosixTest.java"), CONTRACT);
        Path run = Files.writeString(directory.resolve("Run.java"), RUN);
        String libraries = String.join(File.pathSeparator, dependencies());
        String compiled = compile("-proc:none", "-cp", libraries, "-d", classes.toString(), contract.toString(),
                run.toString());
        assertThat(classes.resolve("VaultPosixTest.class")).as(compiled).exists();
        String ran = run("-XX:TieredStopAtLevel=1", "-cp", classes + File.pathSeparator + libraries, "Run");
        assertThat(ran).containsPattern("succeeded: [0-9]{3,}, failed: 0\\b");
    }

    private static String compile(String... arguments) {
        var printed = new StringWriter();
        var to = new PrintWriter(printed);
        ToolProvider.findFirst("javac").orElseThrow().run(to, to, arguments);
        return printed.toString();
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(arguments));
        Path output = directory.resolve("java.out");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("the contract has ended").isTrue();
            return Files.readString(output, UTF_8);
        } finally {
            process.destroyForcibly();
        }
    }

    /** The filesystem, {@code fuse-testkit}, JUnit and their dependencies, from the paths of this JVM. */
    private static List<String> dependencies() {
        return Stream.of(System.getProperty("jdk.module.path", ""), System.getProperty("java.class.path"))
                .flatMap(path -> Stream.of(path.split(File.pathSeparator, -1))).filter(entry -> !entry.isEmpty())
                .filter(entry -> entry.endsWith(".jar")
                        ? DEPENDENCIES.matcher(Path.of(entry).getFileName().toString()).matches()
                        : !entry.endsWith("test-classes"))
                .distinct().toList();
    }
}
