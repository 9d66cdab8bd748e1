package org.hexfuse.command.shell;

import org.hexfuse.vfs.Vfs;

/**
 * A mounted filesystem, and what is closed with it.
 *
 * @param vfs the filesystem
 * @param end closes the server and the mount
 */
public record Serving(Vfs vfs, Runnable end) implements AutoCloseable {
    @Override public void close() {
        vfs.close();
        end.run();
    }
}
