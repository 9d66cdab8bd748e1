package org.hexfuse.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Pattern;
import org.hexfuse.server.Fuse;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.Mount;
import org.junit.jupiter.api.Assumptions;

/**
 * A filesystem that the kernel which runs the test has mounted, on a directory of its own. The test is skipped, with the reason, where
 * there is no {@code /dev/fuse}, where this user is not permitted to mount, and where {@code fusermount3} is needed and not installed.
 * Any other failure of a mount fails the test.
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
    /** What the transport, the kernel and {@code fusermount3} write where nobody, or not this user, can mount. */
    private static final Pattern CANNOT_MOUNT = Pattern
            .compile("no /dev/fuse here|/dev/fuse is hidden here|kernel has no FUSE|"
                    + "fuse: device not found|option allow_other only allowed|Operation not permitted|Permission denied|fusermount3 is not installed");

    private final Path point;
    private final Path socket;
    private Mount mount;
    private boolean offered;

    private RunningKernel(Path point, Mount mount) {
        this.point = point;
        this.socket = point.resolveSibling(point.getFileName() + ".handover");
        this.mount = mount;
    }

    /**
     * Mounts a filesystem.
     *
     * @param options as those of {@link org.hexfuse.server.Fuse#mount}
     */
    public static RunningKernel mount(FuseFileSystem fileSystem, String... options)
            throws IOException, InterruptedException {
        return mount(FuseServer.serve(fileSystem), options);
    }

    /** Mounts the filesystem of a server. */
    public static RunningKernel mount(FuseServer.Builder server, String... options)
            throws IOException, InterruptedException {
        Assumptions.assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no /dev/fuse here");
        Path point = Files.createTempDirectory("hexfuse-");
        try {
            Files.setPosixFilePermissions(point, PosixFilePermissions.fromString(READABLE_BY_ALL));
            return new RunningKernel(point, server.mount(point, options));
        } catch (IOException | RuntimeException e) {
            Files.delete(point);
            skipIfNotPermitted(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /** Skips the test if the message of a mount that failed says that this machine, or this user, cannot mount at all. */
    public static void skipIfNotPermitted(String message) {
        Assumptions.assumeFalse(CANNOT_MOUNT.matcher(message).find(), () -> "this user may not mount: " + message);
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

    /**
     * Hands the mount over to another filesystem, as to that of another process. If that fails, the former one goes on.
     *
     * @throws IOException with the reason, in one line
     */
    public void handOver(FuseFileSystem successor) throws IOException, InterruptedException {
        if (!offered) {
            mount.offerHandover(socket);
            offered = true;
        }
        Mount taken = Fuse.takeOver(successor, point, socket);
        mount.await();
        mount = taken;
        offered = false;
    }

    /** The mount point. */
    public Path path() {
        return point;
    }

    /** Unmounts, and removes the mount point. Closing again does nothing. */
    @Override public void close() throws IOException {
        mount.close();
        Files.deleteIfExists(socket);
        Files.deleteIfExists(point);
    }
}
