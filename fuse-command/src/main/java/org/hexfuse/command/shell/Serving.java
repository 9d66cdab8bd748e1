package org.hexfuse.command.shell;

import org.hexfuse.vfs.Vfs;

/**
 * A filesystem to work on, and what is to be ended with it.
 *
 * @param vfs the filesystem
 * @param end ends whatever was begun for it
 */
public record Serving(Vfs vfs, Runnable end) implements AutoCloseable {
    @Override public void close() {
        vfs.close();
        end.run();
    }
}
