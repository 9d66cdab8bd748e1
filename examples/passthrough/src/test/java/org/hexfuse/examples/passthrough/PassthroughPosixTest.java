package org.hexfuse.examples.passthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.libc.MountCalls;
import org.hexfuse.libc.MountFlags;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.posix.LibcClient;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.PosixContract;
import org.hexfuse.testkit.posix.PosixFile;
import org.hexfuse.testkit.posix.VfsClient;
import org.junit.jupiter.api.Nested;

/** The POSIX contract of a mirrored directory. */
class PassthroughPosixTest {
    /**
     * The directory that is mirrored, for one test: a tmpfs of its own, since the contract is that of a filesystem without delayed
     * allocation and small enough to be filled. Without the right to mount it is a directory of a tmpfs.
     */
    private record Backing(Path path, boolean isMounted) {
        static Backing make() throws IOException {
            Path shared = Path.of("/dev/shm");
            Path path = Files.createTempDirectory(Files.isWritable(shared) ? shared : Path.of("/tmp"), "hexfuse-");
            // All users search it.
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            boolean mounts = ProcessIds.euid() == 0;
            if (mounts) {
                MountCalls.mount("tmpfs", path.toString(), "tmpfs", 0, "mode=0755,size=64m");
            }
            return new Backing(path, mounts);
        }

        void remove() throws IOException {
            if (isMounted) {
                MountCalls.umount(path.toString(), MountFlags.UMOUNT_DETACH);
            }
            Files.delete(path);
        }
    }

    /** Mounted by this project's kernel end. */
    abstract static class Here extends PosixContract {
        private Backing backing;
        private PassthroughFileSystem fileSystem;
        private UserKernel kernel;

        abstract PassthroughOptions options();

        @Override protected PosixClient mount() throws IOException {
            backing = Backing.make();
            fileSystem = PassthroughFileSystem.of(backing.path(), options());
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
                backing.remove();
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
        private Backing backing;
        private PassthroughFileSystem fileSystem;
        private RunningKernel kernel;

        abstract PassthroughOptions options();

        @Override protected PosixClient mount() throws Exception {
            backing = Backing.make();
            fileSystem = PassthroughFileSystem.of(backing.path(), options());
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
                backing.remove();
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
