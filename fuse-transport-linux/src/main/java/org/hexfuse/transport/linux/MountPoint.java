package org.hexfuse.transport.linux;

import java.io.IOException;
import java.nio.file.Path;
import org.hexfuse.libc.FileStatus;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.NativePath;
import org.hexfuse.libc.PosixFiles;

/**
 * An existing directory or regular file to mount on.
 *
 * @param path absolute, without symbolic links, as {@code /proc/self/mountinfo} will have it
 * @param kind the file type bits of {@code st_mode}; the root of the filesystem has the same type
 */
record MountPoint(String path, int kind) {
    static MountPoint of(String text) throws IOException {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a mount point is missing: write linux:/mount/point");
        }
        Path path = Path.of(text);
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("the mount point '" + text + "' is not an absolute path");
        }
        FileStatus status = status(text);
        if (status.kind() != FileStatus.DIRECTORY && status.kind() != FileStatus.REGULAR) {
            throw new IOException(text + " is not a directory");
        }
        return new MountPoint(path.toRealPath().toString(), status.kind());
    }

    private static FileStatus status(String text) throws IOException {
        try {
            return PosixFiles.stat(NativePath.of(text));
        } catch (LibcException e) {
            throw switch (e.errno()) {
                case ENOENT -> new IOException("there is no " + text + " to mount on", e);
                case ENOTDIR -> new IOException(text + " is not a directory", e);
                case ENOTCONN,
                        ECONNABORTED -> new IOException(text + " is a mount whose server is gone: unmount it first", e);
                default -> e;
            };
        }
    }
}
