package org.hexfuse.nio.mount;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Transports;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;

/**
 * A VFS by the address of a filesystem, which is served in this process, or of a server.
 *
 * @param vfs the VFS
 * @param end closes it, then the server in this process, then its filesystem
 */
public record Served(Vfs vfs, Runnable end) implements AutoCloseable {
    /**
     * Serves the filesystem of an address over {@code mem:}, or connects to the server at it.
     *
     * @param options of the mount; permissions are also checked there if the filesystem leaves that to the kernel
     * @throws IllegalArgumentException if the scheme is neither that of a filesystem nor that of a transport, or the address is malformed
     * @throws IOException if the filesystem cannot be opened or no server can be reached
     */
    public static Served open(Address address, VfsOptions options) throws IOException {
        try {
            Optional<FuseFileSystemProvider> provider = fileSystems()
                    .filter(each -> each.scheme().equals(address.scheme())).findFirst();
            if (provider.isPresent()) {
                return serve(provider.get().create(address), options);
            }
            requireTransport(address);
            return connect(address, options);
        } catch (FuseException e) {
            throw new IOException(address + ": " + e.getMessage(), e);
        }
    }

    /** Those of the thread's class loader, and of this class's: the thread of a program that is starting may have none. */
    private static Stream<FuseFileSystemProvider> fileSystems() {
        return Stream.concat(ServiceLoader.load(FuseFileSystemProvider.class).stream(),
                ServiceLoader.load(FuseFileSystemProvider.class, Served.class.getClassLoader()).stream())
                .map(ServiceLoader.Provider::get);
    }

    private static void requireTransport(Address address) {
        List<String> transports = Transports.kernelTransports().stream().map(each -> each.scheme()).toList();
        if (!transports.contains(address.scheme())) {
            var schemes = new TreeSet<>(transports);
            fileSystems().forEach(each -> schemes.add(each.scheme()));
            throw new IllegalArgumentException(
                    "'" + address.scheme() + ":' is neither a filesystem nor a transport on the"
                            + " class path; there are " + String.join(":, ", schemes) + ":");
        }
    }

    /**
     * Serves a filesystem over {@code mem:}. It is closed with the mount, or at once if it cannot be mounted.
     *
     * @param options of the mount; permissions are also checked there if the filesystem leaves that to the kernel
     * @throws IOException if it cannot be mounted
     */
    public static Served serve(FuseFileSystem fileSystem, VfsOptions options) throws IOException {
        var owned = new OwnedFileSystem(fileSystem);
        FuseServer server = null;
        boolean connected = false;
        try {
            server = FuseServer.serve(fileSystem).start();
            FuseServer started = server;
            Vfs vfs = Vfs.connect(server.address(),
                    fileSystem.kernelChecksPermissions() ? options.withDefaultPermissions(true) : options);
            connected = true;
            return new Served(vfs, () -> {
                try {
                    vfs.close();
                } finally {
                    started.close();
                    owned.close();
                }
            });
        } finally {
            if (!connected) {
                if (server != null) {
                    server.close();
                }
                owned.close();
            }
        }
    }

    /** Connects to the server at the address of a transport. */
    public static Served connect(Address address, VfsOptions options) throws IOException {
        Vfs vfs = Vfs.connect(address, options);
        return new Served(vfs, vfs::close);
    }

    @Override public void close() {
        end.run();
    }
}
