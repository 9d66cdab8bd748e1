package org.hexfuse.examples.passthrough;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.posix.LibcClient;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.PosixContract;
import org.hexfuse.testkit.posix.VfsClient;
import org.junit.jupiter.api.Nested;

/** The POSIX contract of a mirrored directory. */
class PassthroughPosixTest {
    /** A directory in a tmpfs, where there is one: the contract is that of a filesystem without delayed allocation. */
    private static Path backing() throws IOException {
        Path shared = Path.of("/dev/shm");
        Path backing = Files.createTempDirectory(Files.isWritable(shared) ? shared : Path.of("/tmp"), "hexfuse-");
        // All users search it.
        return Files.setPosixFilePermissions(backing, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Mounted by this project's kernel end. */
    abstract static class Here extends PosixContract {
        private Path backing;
        private PassthroughFileSystem fileSystem;
        private UserKernel kernel;

        abstract PassthroughOptions options();

        @Override protected PosixClient mount() throws IOException {
            backing = backing();
            fileSystem = PassthroughFileSystem.of(backing, options());
            kernel = UserKernel.connect("mem:", fileSystem).failOnLeaks();
            return new VfsClient(kernel.vfs());
        }

        @Override protected void unmount() throws IOException {
            try {
                if (kernel != null) {
                    kernel.close();
                }
            } finally {
                fileSystem.close();
                Files.delete(backing);
            }
        }
    }

    @Nested class InMemory extends Here {
        @Override PassthroughOptions options() {
            return PassthroughOptions.DEFAULT;
        }
    }

    @Nested class InMemoryByDescriptors extends Here {
        @Override PassthroughOptions options() {
            return PassthroughOptions.of("handles=off", "locks=backing");
        }
    }

    /** Mounted by the kernel that runs the test. */
    abstract static class There extends PosixContract {
        private Path backing;
        private PassthroughFileSystem fileSystem;
        private RunningKernel kernel;

        abstract PassthroughOptions options();

        @Override protected PosixClient mount() throws Exception {
            backing = backing();
            fileSystem = PassthroughFileSystem.of(backing, options());
            kernel = RunningKernel.mountForContract(fileSystem);
            return new LibcClient(kernel.path());
        }

        @Override protected void unmount() throws IOException {
            try {
                if (kernel != null) {
                    kernel.close();
                }
            } finally {
                fileSystem.close();
                Files.delete(backing);
            }
        }
    }

    @Nested class ByTheRealKernel extends There {
        @Override PassthroughOptions options() {
            return PassthroughOptions.DEFAULT;
        }

        /** Not run: the kernel writes to backing files as a user whose writes clear the bits, whoever the writer is. */
        @Override public void rootsWriteKeepsSetUserAndGroupId() {}
    }

    @Nested class ByTheRealKernelWithoutBackingFiles extends There {
        @Override PassthroughOptions options() {
            return PassthroughOptions.of("backing=off", "locks=backing");
        }
    }

    @Nested class ByTheRealKernelWithWriteback extends There {
        @Override PassthroughOptions options() {
            return PassthroughOptions.of("writeback");
        }

        /** Not run: pages that the kernel has not written back take no blocks yet. */
        @Override public void blocksAreThoseThatTheContentTakes() {}

        /** Not run: the kernel seeks data in the file without writing its pages back first. */
        @Override public void aPunchedRangeIsAHole() {}
    }
}
