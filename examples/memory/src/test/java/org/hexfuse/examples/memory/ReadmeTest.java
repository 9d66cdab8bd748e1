package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The test class of the README, copied out, compiled and run as it stands, by either JUnit. */
@Timeout(120) class ReadmeTest {
    private static final Pattern LISTING = Pattern
            .compile("<!-- copied out and run by ReadmeTest -->\n```java\n(.*?)```", Pattern.DOTALL);
    /** What a project has on its class path that tests a filesystem, beside JUnit. */
    private static final Pattern DEPENDENCIES = Pattern
            .compile("(fuse-|slf4j-api-|assertj-core-|byte-buddy-|opentest4j-|apiguardian-api-|jspecify-).*");
    private static final int LONGEST = 20;
    /** Two tests on two kernels, one after another and then in parallel. */
    private static final int INVOCATIONS = 8;
    /** Runs the class {@code HelloTest} and prints each outcome. */
    static final String RUN = """
            import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

            import java.io.PrintWriter;
            import org.junit.platform.engine.TestExecutionResult;
            import org.junit.platform.launcher.TestExecutionListener;
            import org.junit.platform.launcher.TestIdentifier;
            import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
            import org.junit.platform.launcher.core.LauncherFactory;

            public class Run implements TestExecutionListener {
                @Override public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                    System.out.println(test.getDisplayName() + ": " + result.getStatus());
                    result.getThrowable().ifPresent(failure -> failure.printStackTrace(System.out));
                }

                public static void main(String[] args) {
                    var request = LauncherDiscoveryRequestBuilder.request().selectors(selectClass(HelloTest.class));
                    for (String parallel : new String[] {"false", "true"}) {
                        request.configurationParameter("junit.jupiter.execution.parallel.enabled", parallel);
                        request.configurationParameter("junit.jupiter.execution.parallel.mode.default", "concurrent");
                        LauncherFactory.create().execute(request.build(), new Run());
                    }
                    System.exit(0);
                }
            }
            """;

    @TempDir Path directory;

    private static Path above(String file) {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve(file))) {
            at = at.getParent();
            assertThat(at).as("no %s above %s", file, Path.of("").toAbsolutePath()).isNotNull();
        }
        return at.resolve(file);
    }

    /** The jars of a version of JUnit, which the build has copied. */
    private static List<String> junit(int version) throws IOException {
        Path jars = Path.of("target", "junit-" + version).toAbsolutePath();
        assumeTrue(Files.isDirectory(jars), () -> "Maven has not copied " + jars);
        try (Stream<Path> all = Files.list(jars)) {
            return all.map(Path::toString).toList();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 6}) void theClassOfTheReadmeRuns(int version) throws Exception {
        Matcher listing = LISTING.matcher(Files.readString(above("README.md")));
        assertThat(listing.find()).isTrue();
        assertThat(listing.group(1).lines().filter(line -> !line.isBlank())).hasSizeLessThanOrEqualTo(LONGEST);
        String ran = new ConsumerProject(directory, DEPENDENCIES, junit(version)).source("HelloTest", listing.group(1))
                .source("Run", RUN).run("Run", Duration.ofSeconds(60));
        assertThat(ran.lines().filter(line -> line.endsWith(" over mem:: SUCCESSFUL"))).as(ran)
                .hasSize(INVOCATIONS);
        assertThat(ran).doesNotContain("FAILED", "ABORTED");
    }
}
