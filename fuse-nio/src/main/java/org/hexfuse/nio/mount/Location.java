package org.hexfuse.nio.mount;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.hexfuse.abi.FuseException;
import org.hexfuse.nio.error.IoErrors;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Vfs;

/**
 * A file that a call is made on.
 *
 * @param mount its mount
 * @param at the VFS in which {@code path} begins, asked before each call
 * @param path for the VFS
 * @param name for exceptions
 * @param follow whether the file of a symbolic link is meant, rather than the link
 */
public record Location(NioMount mount, Supplier<Vfs> at, String path, String name, boolean follow) {
    /** A file by its absolute path. */
    public static Location of(NioMount mount, String path, String name, boolean follow) {
        return new Location(mount, mount.root(), path, name, follow);
    }

    /** The VFS; {@link java.nio.file.ClosedFileSystemException} after the mount was closed. */
    public Vfs vfs() {
        return at.get();
    }

    private Vfs connected() throws IOException {
        try {
            return at.get();
        } catch (UncheckedIOException e) {
            // The default filesystem connects with its first call.
            throw e.getCause();
        }
    }

    /** Calls the VFS. */
    public <T> T get(NioMount.Call<T> call) throws IOException {
        return mount.get(connected(), call, e -> IoErrors.of(e, name));
    }

    /** The same with another translation of errors. */
    public <T> T get(NioMount.Call<T> call, Function<FuseException, IOException> errors) throws IOException {
        return mount.get(connected(), call, errors);
    }

    /** The same without a result. */
    public void run(NioMount.Action action) throws IOException {
        get(NioMount.result(action));
    }

    /** The same without a result, with another translation of errors. */
    public void run(NioMount.Action action, Function<FuseException, IOException> errors) throws IOException {
        get(NioMount.result(action), errors);
    }

    /** The attributes. */
    public Stat stat() throws IOException {
        return get(this::stat, e -> IoErrors.ofStat(e, name));
    }

    /** The attributes, of an open VFS. */
    public Stat stat(Vfs vfs) {
        return follow ? vfs.stat(path) : vfs.lstat(path);
    }

    /** The attributes; nothing if there is no such file, or it cannot be told: then a call on it fails with the error. */
    public Optional<Stat> statIfPresent() throws IOException {
        return get(vfs -> {
            try {
                return Optional.of(stat(vfs));
            } catch (FuseException _) {
                return Optional.empty();
            }
        });
    }

    /** The same file, the one of a symbolic link or the link itself. */
    public Location following(boolean links) {
        return links == follow ? this : new Location(mount, at, path, name, links);
    }
}
