package org.hexfuse.nio.directory;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.nio.error.IoErrors;
import org.hexfuse.nio.mount.Location;
import org.hexfuse.nio.path.HexfusePath;
import org.hexfuse.vfs.OpenDirectory;

/** Reading directories, and removing what is in them. */
public final class Directories {
    private Directories() {}

    /** A stream of a directory. */
    public static DirectoryStream<Path> open(HexfusePath directory, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        Objects.requireNonNull(filter);
        return open(directory.location(true), directory, filter);
    }

    /** A stream of a directory whose names have {@code path} in front. */
    static SecureVfsDirectoryStream open(Location directory, HexfusePath path,
            DirectoryStream.Filter<? super Path> filter) throws IOException {
        OpenDirectory open = directory.get(
                vfs -> directory.follow() ? vfs.opendir(directory.path()) : vfs.lopendir(directory.path()),
                e -> IoErrors.ofDirectory(e, directory.name()));
        return directory.mount().opened(new SecureVfsDirectoryStream(open, path, filter));
    }

    /** Removes a file or an empty directory. */
    public static void delete(Location file) throws IOException {
        if (!unlinked(file)) {
            file.run(vfs -> vfs.rmdir(file.path()), e -> IoErrors.ofRemoval(e, file.name()));
        }
    }

    /** The same, unless another caller has removed it already. */
    public static void deleteIfPresent(Location file) throws IOException {
        try {
            delete(file);
        } catch (NoSuchFileException _) {
            // It is gone, as it should be.
        }
    }

    /** Removes a file; false for a directory. */
    private static boolean unlinked(Location file) throws IOException {
        return file.get(vfs -> {
            try {
                vfs.unlink(file.path());
                return true;
            } catch (FuseException e) {
                if (e.errno() == Errno.EISDIR) {
                    return false;
                }
                throw e;
            }
        });
    }
}
