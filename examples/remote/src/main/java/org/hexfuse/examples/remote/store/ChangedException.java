package org.hexfuse.examples.remote.store;

import java.nio.file.FileSystemException;
import org.hexfuse.abi.Errno;

/** A file has another version than the caller expects. ESTALE, where it becomes the result of a system call. */
public final class ChangedException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    /** The file of a path has changed. */
    public ChangedException(String path) {
        super(path, null, Errno.ESTALE.message());
    }
}
