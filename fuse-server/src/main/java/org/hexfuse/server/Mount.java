package org.hexfuse.server;

import java.io.IOException;
import java.nio.file.Path;

/** A filesystem that is mounted on the real kernel. Any thread may call any method. */
public final class Mount implements AutoCloseable {
    private final Path mountPoint;
    private final FuseServer server;
    private final Thread atExit = new Thread(this::closeServer, "hexfuse-unmount");

    Mount(FuseServer.Builder builder, Path mountPoint) throws IOException, InterruptedException {
        this.mountPoint = mountPoint;
        this.server = builder.start();
        try {
            server.awaitReady();
            Runtime.getRuntime().addShutdownHook(atExit);
        } catch (IOException | InterruptedException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Where it is mounted. */
    public Path mountPoint() {
        return mountPoint;
    }

    /** Waits until it is unmounted, by {@link #close} or by {@code umount}. */
    public void await() throws InterruptedException {
        server.await();
    }

    /** Unmounts, also when files are still open there, and ends the session. Closing again does nothing. */
    @Override public void close() {
        closeServer();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException _) {
            // The JVM ends, and the hook runs or has run.
        }
    }

    private void closeServer() {
        server.close();
    }
}
