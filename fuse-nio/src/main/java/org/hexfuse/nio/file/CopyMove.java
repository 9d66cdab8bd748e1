package org.hexfuse.nio.file;

import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.nio.directory.Directories;
import org.hexfuse.nio.error.IoErrors;
import org.hexfuse.nio.mount.Location;
import org.hexfuse.nio.path.HexfusePath;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Vfs;

/**
 * {@code copy} and {@code move} between paths of the provider. A move is a rename, which replaces a file atomically; to another server, or
 * where the server answers EXDEV, a copy and a removal.
 */
public final class CopyMove {
    private static final int NO_REPLACE = 1;

    private CopyMove() {}

    /** Copies a file, a symbolic link or a directory without what is in it. */
    public static void copy(HexfusePath source, HexfusePath target, CopyOption... options) throws IOException {
        new FileCopier(source.location(true), target.location(false), CopyOptions.ofCopy(options)).copy();
    }

    /** Moves a file, or a directory with all that is in it if that is a rename. */
    public static void move(HexfusePath source, HexfusePath target, CopyOption... options) throws IOException {
        CopyOptions parsed = CopyOptions.ofMove(options);
        Location from = source.location(false);
        Location to = target.location(false);
        if (parsed.atomic()) {
            moveAtomically(from, to);
        } else if (from.mount() != to.mount() || !renamed(from, to, parsed)) {
            copyAndDelete(source, to, parsed);
        }
    }

    private static void moveAtomically(Location from, Location to) throws IOException {
        if (from.mount() != to.mount()) {
            throw IoErrors.ofAtomicMove(FuseException.of(Errno.EXDEV), from.name(), to.name());
        }
        from.run(vfs -> vfs.rename(from.path(), to.path()),
                e -> IoErrors.ofAtomicMove(e, from.name(), to.name()));
    }

    /** Renames; false if only a copy is possible. */
    private static boolean renamed(Location from, Location to, CopyOptions options) throws IOException {
        if (options.replace()) {
            return rename(from, to, 0);
        }
        Stat source = from.stat();
        Optional<Stat> present = to.statIfPresent();
        if (present.isPresent()) {
            if (present.get().ino() == source.ino()) {
                return true;
            }
            throw IoErrors.of(FuseException.of(Errno.EEXIST), to.name());
        }
        return rename(from, to, NO_REPLACE);
    }

    private static boolean rename(Location from, Location to, int flags) throws IOException {
        Errno errno = from.get(vfs -> tryRename(vfs, from, to, flags), e -> error(e, from, to, flags));
        return switch (errno) {
            case OK -> true;
            case EXDEV -> false;
            default -> {
                // A directory replaces no file, nor a file a directory, until that is removed.
                Directories.deleteIfPresent(to);
                yield rename(from, to, 0);
            }
        };
    }

    /** OK, or the errno after which there is another way. */
    private static Errno tryRename(Vfs vfs, Location from, Location to, int flags) {
        try {
            vfs.rename(from.path(), to.path(), flags);
            return Errno.OK;
        } catch (FuseException e) {
            if (e.errno() == Errno.EXDEV) {
                return e.errno();
            }
            if (flags != 0) {
                if (e.errno() == Errno.EINVAL) {
                    // The server has no RENAME2: there was no file a moment ago.
                    return tryRename(vfs, from, to, 0);
                }
                throw e;
            }
            if (replacesAnotherType(vfs, from, to, e.errno())) {
                return e.errno();
            }
            throw e;
        }
    }

    private static boolean replacesAnotherType(Vfs vfs, Location from, Location to, Errno errno) {
        try {
            return (errno == Errno.EISDIR || errno == Errno.ENOTDIR)
                    && from.stat(vfs).isDirectory() != to.stat(vfs).isDirectory();
        } catch (FuseException _) {
            // Then one of the paths is not that of a file.
            return false;
        }
    }

    private static IOException error(FuseException e, Location from, Location to, int flags) {
        boolean notEmpty = e.errno() == Errno.ENOTEMPTY || (flags == 0 && e.errno() == Errno.EEXIST);
        if (notEmpty) {
            return IoErrors.because(e, new DirectoryNotEmptyException(to.name()));
        }
        try {
            // A file that is not there is the only one that the exception names.
            from.stat();
        } catch (IOException missing) {
            return missing;
        }
        return e.errno() == Errno.EEXIST ? IoErrors.of(e, to.name()) : IoErrors.of(e, from.name(), to.name());
    }

    private static void copyAndDelete(HexfusePath source, Location to, CopyOptions options) throws IOException {
        Location from = source.location(false);
        Stat stat = from.stat();
        var copier = new FileCopier(from, to, options);
        if (stat.isDirectory()) {
            requireEmpty(source);
        }
        if (copier.makeRoom(stat)) {
            copier.create(stat);
            boolean done = false;
            try {
                Directories.delete(from);
                done = true;
            } finally {
                if (!done) {
                    copier.removeTarget(stat);
                }
            }
        }
    }

    private static void requireEmpty(HexfusePath directory) throws IOException {
        try (DirectoryStream<Path> stream = Directories.open(directory, _ -> true)) {
            if (stream.iterator().hasNext()) {
                throw IoErrors.ofRemoval(FuseException.of(Errno.ENOTEMPTY), directory.toString());
            }
        }
    }
}
