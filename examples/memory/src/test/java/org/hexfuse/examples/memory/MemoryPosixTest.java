package org.hexfuse.examples.memory;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.hexfuse.server.Fuse;
import org.hexfuse.server.Mount;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.posix.LibcClient;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.PosixContract;
import org.hexfuse.testkit.posix.VfsClient;
import org.junit.jupiter.api.Nested;

/** The POSIX contract, over every way of mounting. */
class MemoryPosixTest {
    private static MemoryFileSystem fileSystem() {
        return new MemoryFileSystem(64 << 20, 5000);
    }

    /** Mounted by this project's kernel end. */
    abstract static class Here extends PosixContract {
        private UserKernel kernel;

        abstract String address() throws IOException;

        @Override protected PosixClient mount() throws IOException {
            kernel = UserKernel.connect(address(), fileSystem());
            return new VfsClient(kernel.vfs());
        }

        @Override protected void unmount() throws IOException {
            if (kernel != null) {
                kernel.close();
            }
        }
    }

    @Nested class InMemory extends Here {
        @Override String address() {
            return "mem:";
        }
    }

    @Nested class InlineInMemory extends Here {
        @Override String address() {
            return "mem:?inline";
        }
    }

    @Nested class InMemoryThatRepliesShareWithRequests extends Here {
        @Override String address() {
            return "mem:?aliased";
        }
    }

    /** Over a socket in the filesystem. */
    abstract static class OverSocket extends Here {
        private Path directory;

        abstract String scheme();

        @Override String address() throws IOException {
            directory = Files.createTempDirectory("hexfuse-posix-");
            return scheme() + ":" + directory.resolve("socket");
        }

        @Override protected void unmount() throws IOException {
            super.unmount();
            Files.deleteIfExists(directory.resolve("socket"));
            Files.delete(directory);
        }
    }

    @Nested class OverStreamSocket extends OverSocket {
        @Override String scheme() {
            return "unix";
        }
    }

    @Nested class OverPacketSocket extends OverSocket {
        @Override String scheme() {
            return "unix-seqpacket";
        }
    }

    /** Mounted by the kernel that runs the test. */
    @Nested class ByTheRealKernel extends PosixContract {
        private Path point;
        private Mount mount;

        @Override protected PosixClient mount() throws Exception {
            assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no /dev/fuse here");
            point = Files.createTempDirectory("hexfuse-posix-");
            assumeTrue(Files.getAttribute(point, "unix:uid").equals(0), "not root, who alone may have device files");
            Files.setPosixFilePermissions(point, PosixFilePermissions.fromString("rwxr-xr-x"));
            try {
                mount = Fuse.mount(fileSystem(), point, "allow_other", "default_permissions", "suid", "dev");
            } catch (IOException e) {
                assumeTrue(false, "this user may not mount: " + e.getMessage());
            }
            return new LibcClient(point);
        }

        @Override protected void unmount() throws IOException {
            if (mount != null) {
                mount.close();
            }
            if (point != null) {
                Files.delete(point);
            }
        }
    }
}
