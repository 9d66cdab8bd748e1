package org.hexfuse.nio.mount;

import java.io.Closeable;
import org.hexfuse.server.FuseFileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A filesystem that this program has made, and closes once its sessions have ended if it is {@link AutoCloseable}.
 *
 * @param fileSystem the filesystem
 */
public record OwnedFileSystem(FuseFileSystem fileSystem) implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(OwnedFileSystem.class);

    /** Closes the filesystem; a failure is logged, since its sessions have ended well. */
    @Override public void close() {
        if (fileSystem instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.warn("{} could not be closed", fileSystem.getClass().getName(), e);
            }
        }
    }
}
