package org.hexfuse.examples.passthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.posix.LibcClient;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.PosixContract;
import org.hexfuse.testkit.posix.PosixFeature;
import org.hexfuse.testkit.posix.PosixFile;
import org.hexfuse.testkit.posix.Tmpfs;
import org.hexfuse.testkit.posix.VfsClient;
import org.junit.jupiter.api.Nested;

/** The POSIX contract of a mirrored directory. */
class PassthroughPosixTest {
    /**
     * Of a tmpfs of its own for each test, since the contract is that of a filesystem without delayed allocation and small enough to be
     * filled. Where this process may not mount one it is of a directory of a tmpfs.
     */
    abstract static class OfADirectory extends PosixContract {
        private Optional<Tmpfs> tmpfs = Optional.empty();
        private Path backing;
        private PassthroughFileSystem fileSystem;

        abstract PassthroughOptions options();

        abstract PosixClient connect(PassthroughFileSystem served) throws Exception;

        abstract void disconnect() throws IOException;

        @Override protected final PosixClient mount() throws Exception {
            if (Tmpfs.isPermitted()) {
                tmpfs = Optional.of(Tmpfs.mount());
                backing = tmpfs.get().path();
            } else {
                Path shared = Path.of("/dev/shm");
                backing = Files.createTempDirectory(Files.isWritable(shared) ? shared : Path.of("/tmp"), "hexfuse-");
                // All users search it.
                Files.setPosixFilePermissions(backing, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            fileSystem = PassthroughFileSystem.of(backing, options());
            return connect(fileSystem);
        }

        @Override protected final void unmount() throws IOException {
            try {
                disconnect();
            } finally {
                fileSystem.close();
                if (tmpfs.isPresent()) {
                    tmpfs.get().close();
                } else {
                    Files.delete(backing);
                }
            }
        }
    }

    /** Mounted by this project's kernel end. */
    abstract static class Here extends OfADirectory {
        private UserKernel kernel;

        @Override PosixClient connect(PassthroughFileSystem served) throws IOException {
            kernel = UserKernel.connect("mem:", served).failOnLeaks();
            return new VfsClient(kernel.vfs());
        }

        @Override void disconnect() {
            if (kernel != null) {
                kernel.close();
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
    abstract static class There extends OfADirectory {
        private RunningKernel kernel;

        @Override PosixClient connect(PassthroughFileSystem served) throws Exception {
            kernel = RunningKernel.mountForContract(served);
            return new LibcClient(kernel.path());
        }

        @Override void disconnect() throws IOException {
            if (kernel != null) {
                kernel.close();
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

        @Override protected Set<PosixFeature> lacking() {
            return Set.of(PosixFeature.BLOCKS_AFTER_SYNC);
        }

        /** Another one: that there is no space is found when the kernel writes its pages back. */
        @Override public void aFullFilesystemIsEnospcAndRecovers() {
            var space = fs().statfs("/");
            try (PosixFile large = fs().create(at("large")); PosixFile file = fs().create(at("f"))) {
                large.fallocate(0, 0, space.bavail() * space.frsize() - (4 << 20));
                file.write(new byte[8 << 20], 0);
                assertThatThrownBy(() -> file.sync(false)).isInstanceOfSatisfying(FuseException.class,
                        e -> assertThat(e.errno()).isEqualTo(Errno.ENOSPC));
                large.truncate(0);
                file.write(new byte[1 << 20], 0);
                file.sync(false);
            }
        }

        /** Not run: the kernel seeks data in the file without writing its pages back first. */
        @Override public void aPunchedRangeIsAHole() {}
    }
}
