package org.hexfuse.examples.memory.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.tree.StaticDirectory;
import org.hexfuse.server.tree.StaticFile;
import org.hexfuse.server.tree.TreeFileSystem;
import org.hexfuse.testkit.RunningKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a test has left in use on the running kernel when it unmounts. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class RunningKernelLeaksTest {
    private static RunningKernel kernel() throws Exception {
        var root = new StaticDirectory().with("f", new StaticFile("text")).with("d",
                new StaticDirectory().with("g", new StaticFile("other")));
        return RunningKernel.mount(TreeFileSystem.of(root)).failOnLeaks();
    }

    @Test void whatIsOnlyCachedIsNoLeak() throws Exception {
        try (RunningKernel kernel = kernel()) {
            assertThat(kernel.path().resolve("d/g")).hasContent("other");
            assertThat(kernel.path().resolve("d/none")).doesNotExist();
            try (Stream<Path> all = Files.walk(kernel.path())) {
                assertThat(all).hasSize(4);
            }
            kernel.assertNothingLeaked();
        }
    }

    @Test void aMountThatIsUnmountedAlreadyIsNoLeak() throws Exception {
        assumeTrue(ProcessIds.euid() == 0, "not root, whom umount(8) serves");
        try (RunningKernel kernel = kernel()) {
            assertThat(new ProcessBuilder("umount", kernel.path().toString()).start().waitFor()).isZero();
        }
    }

    @Test void anOpenFileIsNamed() throws Exception {
        RunningKernel kernel = kernel();
        try (Fd _ = Fd.open(kernel.path().resolve("f").toString(), OpenFlags.RDONLY)) {
            assertThatThrownBy(kernel::close).isInstanceOf(AssertionError.class).hasMessageContaining(": file handle ")
                    .hasMessageContaining(" is open");
        }
        assertThat(kernel.path()).doesNotExist();
    }

    /** It has no file handle, and holds the inodes up to the root. */
    @Test void aFileThatIsOpenAsAPathIsALookupCountThatStays() throws Exception {
        RunningKernel kernel = kernel();
        try (Fd _ = Fd.open(kernel.path().resolve("d/g").toString(), OpenFlags.PATH)) {
            assertThatThrownBy(kernel::close).isInstanceOf(AssertionError.class)
                    .hasMessageContaining("the mount is in use: ")
                    .hasMessageContaining(": lookup count ");
        }
    }

    @Test void anotherMountBelowIsNamed() throws Exception {
        assumeTrue(ProcessIds.euid() == 0,
                "not root, who alone may mount a tmpfs");
        RunningKernel kernel = kernel();
        Path below = kernel.path().resolve("d");
        assertThat(new ProcessBuilder("mount", "-t", "tmpfs", "none", below.toString()).start().waitFor()).isZero();
        assertThatThrownBy(kernel::close).isInstanceOf(AssertionError.class)
                .hasMessageContaining("another mount is on " + below);
        assertThat(kernel.path()).doesNotExist();
    }
}
