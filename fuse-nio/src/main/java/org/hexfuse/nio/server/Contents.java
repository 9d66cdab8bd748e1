package org.hexfuse.nio.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.Attr;
import org.hexfuse.server.tree.FileHandle;

/**
 * How the files of a provider are opened, and what is to be done for those that are open. A file is named by its path in the mount,
 * beside the path of the provider. The path locks of the framework order the calls of one path.
 */
interface Contents {
    /** Opens a regular file, with the flags of {@code open(2)}. */
    FileHandle open(String path, Path file, int flags) throws IOException;

    /** Creates a regular file, which must not exist, and opens it. */
    FileHandle create(String path, Path file, int flags, int mode) throws IOException;

    /** Cuts a file, or extends it by zeros. */
    void truncate(String path, Path file, long size) throws IOException;

    /** The attributes of a file, with what its open files know better. */
    default Attr seen(String path, Attr attr) throws IOException {
        return attr;
    }

    /** A time of modification was set. */
    default void timed(String path, Optional<Timespec> modified) {}

    /** A name is about to be removed or replaced. */
    default void removing(String path, Path file) throws IOException {}

    /** A name was removed or replaced. {@code attr} are the file's attributes before. */
    void removed(String path, Attr attr) throws IOException;

    /** A file, or a directory with all below, has another name. */
    void moved(String from, String to);

    /** Renames a file or a directory, over a file or an empty directory if there is one. */
    void move(Path source, Path target) throws IOException;
}
