package org.hexfuse.testkit;

import java.io.IOException;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;

/**
 * A filesystem, served, and a kernel for it, all within this program: what a test of a filesystem needs in place of a mount.
 *
 * {@snippet :
 * try (var kernel = UserKernel.connect("mem:", new Hello())) {
 *     assertEquals("Hello, world!\n", kernel.vfs().readString("/hello.txt"));
 * }
 * }
 *
 * <p>Any thread may call any method.
 */
public final class UserKernel implements AutoCloseable {
    private final FuseServer server;
    private final Vfs vfs;

    private UserKernel(FuseServer server, Vfs vfs) {
        this.server = server;
        this.vfs = vfs;
    }

    /**
     * Serves {@code fileSystem} at an address and mounts it from there, as root, with permissions checked by this end where
     * the filesystem wants that.
     *
     * @param address {@code mem:}, or that of any other transport that has both ends
     * @throws IOException if one of the ends can't be had
     */
    public static UserKernel connect(String address, FuseFileSystem fileSystem) throws IOException {
        return connect(address, fileSystem,
                VfsOptions.DEFAULT.withDefaultPermissions(fileSystem.kernelChecksPermissions()));
    }

    /** The same, mounted in another way. */
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

    /** The filesystem as programs see it. */
    public Vfs vfs() {
        return vfs;
    }

    /** The server that serves it. */
    public FuseServer server() {
        return server;
    }

    /** Unmounts and ends the server, in bounded time. Closing again does nothing. */
    @Override public void close() {
        vfs.close();
        server.close();
    }
}
