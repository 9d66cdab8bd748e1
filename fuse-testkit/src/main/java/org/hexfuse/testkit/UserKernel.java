package org.hexfuse.testkit;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;

/**
 * A server of a filesystem and a kernel that mounts it, both in this process: what a test of a filesystem uses in place of a mount.
 *
 * {@snippet :
 * try (var kernel = UserKernel.connect("mem:", new Hello())) {
 *     assertEquals("Hello, world!\n", kernel.vfs().readString("/hello.txt"));
 * }
 * }
 *
 * <p>With {@link #failOnLeaks} a test also fails that leaves a file open or a request without a reply.
 *
 * <p>Any thread may call any method.
 */
public final class UserKernel implements AutoCloseable {
    private final FuseServer server;
    private final Vfs vfs;
    private volatile boolean failsOnLeaks;
    private volatile Duration leakPatience = Leaks.PATIENCE;

    private UserKernel(FuseServer server, Vfs vfs) {
        this.server = server;
        this.vfs = vfs;
    }

    /**
     * Serves {@code fileSystem} at an address and mounts it from there, as root, with {@code default_permissions} if
     * {@link FuseFileSystem#kernelChecksPermissions}.
     *
     * @param address {@code mem:}, or the address of another transport with both ends
     * @throws IOException if the server cannot be opened or the kernel cannot connect
     */
    public static UserKernel connect(String address, FuseFileSystem fileSystem) throws IOException {
        return connect(address, fileSystem,
                VfsOptions.DEFAULT.withDefaultPermissions(fileSystem.kernelChecksPermissions()));
    }

    /** As {@link #connect(String, FuseFileSystem)}, with options of the mount. */
    public static UserKernel connect(String address, FuseFileSystem fileSystem, VfsOptions options)
            throws IOException {
        FuseServer server = FuseServer.serve(fileSystem).at(Address.parse(address)).start();
        try {
            return new UserKernel(server, Vfs.connect(server.address(), options));
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** The mounted filesystem. */
    public Vfs vfs() {
        return vfs;
    }

    /** The server of the filesystem. */
    public FuseServer server() {
        return server;
    }

    /** Makes {@link #close} check {@link #assertNothingLeaked}, when both ends are closed. Returns this. */
    public UserKernel failOnLeaks() {
        failsOnLeaks = true;
        return this;
    }

    /**
     * Drops the caches of the VFS and checks that then nothing is held of the filesystem: no open file or directory, no lookup
     * count, no request without a reply. Waits, at most two seconds, for what is in flight.
     *
     * @throws AssertionError if something is held; it names node ids and file handles
     */
    public void assertNothingLeaked() {
        fail(leaks());
    }

    /** Waits for another time for what is in flight. Returns this. */
    UserKernel leakPatience(Duration patience) {
        leakPatience = patience;
        return this;
    }

    private List<String> leaks() {
        try {
            return Leaks.find(server, vfs, leakPatience);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return List.of("interrupted while looking for leaks");
        }
    }

    private static void fail(List<String> leaks) {
        if (!leaks.isEmpty()) {
            throw new AssertionError("the kernel still holds of the filesystem:\n" + String.join("\n", leaks));
        }
    }

    /**
     * Unmounts and closes the server, in bounded time. Closing again does nothing.
     *
     * @throws AssertionError if something leaked and {@link #failOnLeaks} was called
     */
    @Override public void close() {
        List<String> leaks = failsOnLeaks && !server.sessions().isEmpty() ? leaks() : List.of();
        try {
            vfs.close();
        } finally {
            server.close();
        }
        fail(leaks);
    }
}
