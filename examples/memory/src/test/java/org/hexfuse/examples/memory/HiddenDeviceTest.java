package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.hexfuse.libc.ProcessIds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A {@code KernelTest} where another file hides the device, as in a container: in a mount namespace of its own. */
@Timeout(120) class HiddenDeviceTest {
    private static final String TEST = """
            import java.nio.file.Path;
            import org.hexfuse.server.FuseFileSystem;
            import org.hexfuse.server.tree.*;
            import org.hexfuse.testkit.junit.*;

            class HelloTest {
                @Served FuseFileSystem hello = TreeFileSystem.of(new StaticDirectory());

                @KernelTest void theRunningKernelMountsIt(Path point) {}
            }
            """;

    @TempDir Path directory;

    @Test void isSkippedWithTheReason() throws Exception {
        assumeTrue(ProcessIds.euid() == 0, "not root, who alone may hide a device");
        assumeTrue(Files.exists(Path.of("/dev/fuse")), "no /dev/fuse here");
        String ran = new ConsumerProject(directory, ConsumerTest.DEPENDENCIES, List.of())
                .source("HelloTest", TEST).source("Run", ReadmeTest.RUN)
                .startedBy("unshare", "-m", "sh", "-c", "mount --bind /dev/null /dev/fuse && exec \"$@\"", "sh")
                .run("Run", Duration.ofSeconds(60));
        assertThat(ran).contains("[1] the running kernel: ABORTED", "this user may not mount: ",
                "/dev/fuse is hidden here").doesNotContain("FAILED");
    }
}
