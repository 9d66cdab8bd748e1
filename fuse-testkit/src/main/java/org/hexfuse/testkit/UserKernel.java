package org.hexfuse.testkit;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.KernelProfile;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.testkit.fault.FaultyTransport;
import org.hexfuse.testkit.record.Recorder;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.KernelLink;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Transports;
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
    /** Whether the kernel sends FORGET, without which lookup counts are no leak. */
    private final boolean forgets;
    private volatile boolean failsOnLeaks;
    private volatile Duration leakPatience = Leaks.PATIENCE;

    private UserKernel(FuseServer server, Vfs vfs, boolean forgets) {
        this.server = server;
        this.vfs = vfs;
        this.forgets = forgets;
    }

    /** Builds a kernel that mounts {@code fileSystem}, with more than {@link #connect} has. */
    public static Builder serving(FuseFileSystem fileSystem) {
        return new Builder(fileSystem);
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
        return serving(fileSystem).at(address).options(options).connect();
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
     * count, no request without a reply; of lookup counts nothing is checked if the kernel has no FORGET, as gVisor. Waits, at most two seconds, for what is in flight.
     *
     * @throws AssertionError if something is held; it names node ids and file handles
     */
    public void assertNothingLeaked() {
        Leaks.fail(leaks());
    }

    /** Waits for another time for what is in flight. Returns this. */
    UserKernel leakPatience(Duration patience) {
        leakPatience = patience;
        return this;
    }

    private List<String> leaks() {
        try {
            return Leaks.find(server::sessions, () -> {
                vfs.dropCaches();
                return forgets;
            }, leakPatience);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return List.of("interrupted while looking for leaks");
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
        Leaks.fail(leaks);
    }

    /** Builds a kernel. Not for several threads. */
    public static final class Builder {
        private final FuseServer.Builder server;
        private String address = "mem:";
        private VfsOptions options;
        private UnaryOperator<ServerLink> serverLinks = UnaryOperator.identity();
        private UnaryOperator<KernelLink> kernelLinks = UnaryOperator.identity();

        private Builder(FuseFileSystem fileSystem) {
            this.server = FuseServer.serve(fileSystem);
            this.options = VfsOptions.DEFAULT.withDefaultPermissions(fileSystem.kernelChecksPermissions());
        }

        /** The address to serve at; {@code mem:} unless set. */
        public Builder at(String where) {
            this.address = Objects.requireNonNull(where);
            return this;
        }

        /**
         * The options of the mount; unless set, calls of root, with {@code default_permissions} if
         * {@link FuseFileSystem#kernelChecksPermissions}.
         */
        public Builder options(VfsOptions mount) {
            this.options = Objects.requireNonNull(mount);
            return this;
        }

        /** Changes the options of the mount. */
        public Builder options(UnaryOperator<VfsOptions> change) {
            this.options = change.apply(options);
            return this;
        }

        /** The kernel to emulate; Linux unless set. */
        public Builder kernel(KernelProfile profile) {
            return options(mount -> mount.withConnection(mount.connection().withProfile(profile)));
        }

        /** The clock of the caches' timeouts. */
        public Builder clock(VirtualClock clock) {
            return options(mount -> mount.withClock(clock));
        }

        /** Sets up the server, such as its timeouts and threads. */
        public Builder server(Consumer<FuseServer.Builder> setUp) {
            setUp.accept(server);
            return this;
        }

        /** Records the requests. */
        public Builder recorder(Recorder recorder) {
            UnaryOperator<ServerLink> before = serverLinks;
            this.serverLinks = link -> recorder.decorate(before.apply(link));
            return this;
        }

        /** Disturbs the messages. */
        public Builder faults(FaultyTransport faults) {
            UnaryOperator<KernelLink> before = kernelLinks;
            this.kernelLinks = link -> faults.decorate(before.apply(link));
            return this;
        }

        /**
         * Serves the filesystem and mounts it.
         *
         * @throws IOException if the server cannot be opened or the kernel cannot connect
         */
        public UserKernel connect() throws IOException {
            FuseServer started = server.decorateLinks(serverLinks).at(Address.parse(address)).start();
            try {
                KernelLink link = kernelLinks.apply(Transports.connect(started.address()));
                return new UserKernel(started, Vfs.connect(link, options),
                        options.connection().profile().sends(Opcode.FORGET));
            } catch (FuseException e) {
                if (e.errno() == Errno.ECONNREFUSED) {
                    addReason(e, started);
                }
                started.close();
                throw e;
            } catch (IOException | RuntimeException e) {
                started.close();
                throw e;
            }
        }

        /** Why INIT has failed: what the filesystem has thrown, of which the kernel knows nothing. */
        private static void addReason(FuseException failure, FuseServer server) {
            try {
                server.awaitReady();
            } catch (IOException reason) {
                failure.addSuppressed(reason);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
