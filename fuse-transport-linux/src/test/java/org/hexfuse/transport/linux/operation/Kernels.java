package org.hexfuse.transport.linux.operation;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hexfuse.server.Fuse;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Mount;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.posix.LibcClient;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.VfsClient;

/** The kernels that make the same system calls requests: ours over memory, and the running one. */
enum Kernels {
    OURS {
        @Override void run(FuseFileSystem fileSystem, Calls calls) throws Exception {
            try (UserKernel kernel = UserKernel.connect("mem:", fileSystem)) {
                calls.make(new VfsClient(kernel.vfs()));
            }
        }
    },
    LINUX {
        @Override void run(FuseFileSystem fileSystem, Calls calls) throws Exception {
            assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no /dev/fuse here");
            Path point = Files.createTempDirectory("hexfuse-operations-");
            try {
                Mount mount = null;
                try {
                    mount = Fuse.mount(fileSystem, point, "allow_other");
                } catch (IOException e) {
                    assumeTrue(false, "this user may not mount: " + e.getMessage());
                }
                try {
                    calls.make(new LibcClient(point));
                } finally {
                    mount.close();
                }
            } finally {
                Files.delete(point);
            }
        }
    };

    /** System calls. */
    interface Calls {
        void make(PosixClient client) throws Exception;
    }

    /** Makes calls on a mounted filesystem, and unmounts it. */
    abstract void run(FuseFileSystem fileSystem, Calls calls) throws Exception;
}
