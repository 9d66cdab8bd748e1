package org.hexfuse.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/** A filesystem that is mounted on the real kernel. Any thread may call any method. */
public final class Mount implements AutoCloseable {
    private static final Logger LOG = Loggers.of(Mount.class);
    private static final Duration START_PATIENCE = Duration.ofSeconds(10);

    private final Path mountPoint;
    /** Completed when the filesystem is mounted, or mounting has failed. */
    private final CompletableFuture<FuseServer> started = new CompletableFuture<>();
    private final FuseServer server;
    private final Thread atExit = new Thread(this::closeAtExit, "hexfuse-unmount");

    /** Waits until a server can be used. */
    interface Beginning {
        void await(FuseServer server) throws IOException, InterruptedException;
    }

    /** The shutdown hook comes first: a signal may come at any time after {@code mount(2)}, and before it returns. */
    Mount(FuseServer.Builder builder, Path mountPoint, Beginning beginning) throws IOException, InterruptedException {
        this.mountPoint = mountPoint;
        try {
            Runtime.getRuntime().addShutdownHook(atExit);
        } catch (IllegalStateException e) {
            throw new IOException("nothing is mounted on " + mountPoint + ": the JVM is shutting down", e);
        }
        try {
            this.server = builder.start();
            started.complete(server);
        } catch (IOException | RuntimeException e) {
            started.completeExceptionally(e);
            removeHook();
            throw e;
        }
        try {
            beginning.await(server);
        } catch (IOException | InterruptedException | RuntimeException e) {
            server.close();
            removeHook();
            throw e;
        }
    }

    private void closeAtExit() {
        try {
            started.get(START_PATIENCE.toSeconds(), TimeUnit.SECONDS).close();
        } catch (ExecutionException e) {
            LOG.debug("nothing is mounted on {}", mountPoint, e);
        } catch (TimeoutException _) {
            LOG.warn("{} may stay mounted: mounting it has not ended within {} s", mountPoint,
                    START_PATIENCE.toSeconds());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** The directory that it is mounted on. */
    public Path mountPoint() {
        return mountPoint;
    }

    /** The session with the kernel, in a list; none once it is unmounted or taken over. */
    public List<Session> sessions() {
        return server.sessions();
    }

    /**
     * Lets another process of this user, or of root, take the mount over at a socket, until the mount is closed: by
     * {@link Fuse#takeOver}. Then {@link #await} returns, {@link #successor} is the process, and {@link #close} does nothing. Without a
     * successor the mount is served on, whatever a process sends to the socket.
     *
     * @param socket the file to listen at, in a directory that only this user may write to; it is made with mode 0600
     * @throws IOException if the filesystem has no {@linkplain FuseFileSystem#handover handover}, the mount is offered already, or
     *         another process listens there; the message is one line
     */
    public void offerHandover(Path socket) throws IOException, InterruptedException {
        server.offerHandover(socket);
    }

    /** The process that has taken the mount over; empty if none has. */
    public OptionalLong successor() {
        return server.successor();
    }

    /** Waits until it is unmounted, by {@link #close} or by {@code umount}, or taken over. */
    public void await() throws InterruptedException {
        server.await();
    }

    /** Unmounts, also when files are still open there, and ends the session. Closing again does nothing. */
    @Override public void close() {
        server.close();
        removeHook();
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException _) {
            // The JVM shuts down, and the hook runs or has run.
        }
    }
}
