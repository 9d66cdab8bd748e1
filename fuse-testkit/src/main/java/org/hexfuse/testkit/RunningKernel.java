package org.hexfuse.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.hexfuse.server.Fuse;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Mount;
import org.junit.jupiter.api.Assumptions;

/**
 * A filesystem that the kernel which runs the test has mounted, on a directory of its own. Where it cannot mount, the test is skipped
 * with the reason.
 *
 * {@snippet :
 * try (var kernel = RunningKernel.mount(new Hello())) {
 *     assertEquals("Hello, world!\n", Files.readString(kernel.path().resolve("hello.txt")));
 * }
 * }
 *
 * <p>Needs the transport {@code linux:} at run time. {@link UserKernel} needs neither privilege nor mount.
 */
public final class RunningKernel implements AutoCloseable {
    private static final String READABLE_BY_ALL = "rwxr-xr-x";

    private final Path point;
    private final Mount mount;

    private RunningKernel(Path point, Mount mount) {
        this.point = point;
        this.mount = mount;
    }

    /**
     * Mounts a filesystem.
     *
     * @param options as those of {@link org.hexfuse.server.Fuse#mount}
     */
    public static RunningKernel mount(FuseFileSystem fileSystem, String... options)
            throws IOException, InterruptedException {
        Assumptions.assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no /dev/fuse here");
        Path point = Files.createTempDirectory("hexfuse-");
        try {
            Files.setPosixFilePermissions(point, PosixFilePermissions.fromString(READABLE_BY_ALL));
            return new RunningKernel(point, Fuse.mount(fileSystem, point, options));
        } catch (IOException e) {
            Files.delete(point);
            return Assumptions.abort("this user may not mount: " + e.getMessage());
        }
    }

    /**
     * Mounts a filesystem as {@link org.hexfuse.testkit.posix.PosixContract} needs it: by root, who alone may have device files, and for
     * all users.
     */
    public static RunningKernel mountForContract(FuseFileSystem fileSystem) throws IOException, InterruptedException {
        Assumptions.assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
                "not root, who alone may have device files");
        return mount(fileSystem, "allow_other", "default_permissions", "suid", "dev");
    }

    /** The mount point. */
    public Path path() {
        return point;
    }

    /** Unmounts, and removes the mount point. Closing again does nothing. */
    @Override public void close() throws IOException {
        mount.close();
        Files.deleteIfExists(point);
    }
}
