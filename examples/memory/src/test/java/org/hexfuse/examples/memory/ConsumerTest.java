package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A project with two test dependencies, {@code fuse-testkit} and JUnit, compiles and runs the POSIX contract: in a JVM of its
 * own with the dependencies of these two and no others of this module.
 */
@Timeout(180) class ConsumerTest {
    static final Pattern DEPENDENCIES = Pattern.compile(
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
        String ran = new ConsumerProject(directory, DEPENDENCIES, List.of()).source("VaultPosixTest", CONTRACT)
                .source("Run", RUN).run("Run", Duration.ofSeconds(120));
        assertThat(ran).containsPattern("succeeded: [0-9]{3,}, failed: 0\\b");
    }
}
