package org.hexfuse.examples.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.path.PathFileSystem;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.posix.LibcClient;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.PosixContract;
import org.hexfuse.testkit.posix.PosixFeature;
import org.hexfuse.testkit.posix.VfsClient;
import org.hexfuse.vfs.OpenFlag;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The POSIX contract of a filesystem on the path API. */
class PathMemoryTest {
    private static final Set<PosixFeature> LACKING = EnumSet.of(PosixFeature.XATTRS, PosixFeature.UNNAMED_FILES,
            PosixFeature.ALLOCATION,
            PosixFeature.HOLES, PosixFeature.ACCESS_LISTS);

    /** What paths cannot give: a file that was replaced after its lookup and before its open has no path to be opened by. */
    abstract static class OfPaths extends PosixContract {
        @Override protected Set<PosixFeature> lacking() {
            return LACKING;
        }

        @Test
        @SuppressWarnings("JUnitMethodInvoked")
        @Override public void aReplacedNameAlwaysExists() {
            try {
                super.aReplacedNameAlwaysExists();
            } catch (FuseException e) {
                // Kernels look the name up again, once.
                assertThat(e.errno()).isEqualTo(Errno.ESTALE);
            }
        }
    }

    @Nested class InMemory extends OfPaths {
        private UserKernel kernel;

        @Override protected PosixClient mount() throws IOException {
            kernel = UserKernel.connect("mem:", PathFileSystem.of(new PathMemory())).failOnLeaks();
            return new VfsClient(kernel.vfs());
        }

        @Override protected void unmount() {
            kernel.close();
        }
    }

    @Nested class ByTheRealKernel extends OfPaths {
        private RunningKernel kernel;

        @Override protected PosixClient mount() throws Exception {
            kernel = RunningKernel.mountForContract(PathFileSystem.of(new PathMemory()));
            return new LibcClient(kernel.path());
        }

        @Override protected void unmount() throws IOException {
            if (kernel != null) {
                kernel.close();
            }
        }
    }

    @Test void givesTheSpaceOfFilesBackThatAreGone() throws IOException {
        try (var kernel = UserKernel.connect("mem:", PathFileSystem.of(new PathMemory())).failOnLeaks()) {
            long before = kernel.vfs().statfs().bfree();
            kernel.vfs().writeAllBytes("/f", new byte[1 << 20]);
            assertThat(kernel.vfs().statfs().bfree()).isEqualTo(before - 16);
            kernel.vfs().unlink("/f");
            kernel.assertNothingLeaked();
            assertThat(kernel.vfs().statfs().bfree()).isEqualTo(before);
        }
    }

    @Test void keepsTheDataOfAFileThatIsTruncatedToTheLargestSize() throws IOException {
        try (var kernel = UserKernel.connect("mem:", PathFileSystem.of(new PathMemory())).failOnLeaks();
                var file = kernel.vfs().open("/f", 0644, OpenFlag.READ, OpenFlag.WRITE, OpenFlag.CREATE)) {
            file.write(new byte[]{1, 2, 3}, 0);
            file.truncate(Long.MAX_VALUE);
            byte[] read = new byte[4];
            assertThat(file.read(read, 0)).isEqualTo(4);
            assertThat(read).containsExactly(1, 2, 3, 0);
            assertThat(file.stat().size()).isEqualTo(Long.MAX_VALUE);
        }
    }
}
