package org.hexfuse.nio.watch;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.vfs.DirectoryListener;
import org.hexfuse.vfs.Vfs;

/**
 * The notifications that a FUSE server sends, and the changes that are made through the same mount.
 *
 * @param pathOf the path of a directory in the Vfs
 * @param nameOf the relative path of a name in a directory
 * @param errors the exception for an error of the Vfs
 */
public record VfsChangeSource(Vfs vfs, Function<Path, String> pathOf, BiFunction<Path, Name, Path> nameOf,
        BiFunction<Path, FuseException, IOException> errors) implements ChangeSource {
    @Override public Closeable watch(Path directory, Listener listener) throws IOException {
        try {
            return vfs.watch(pathOf.apply(directory), new DirectoryListener() {
                @Override public void changed(Name name) {
                    try {
                        listener.changed(nameOf.apply(directory, name));
                    } catch (InvalidPathException _) {
                        listener.changed();
                    }
                }

                @Override public void changed() {
                    listener.changed();
                }
            })::close;
        } catch (FuseException e) {
            throw errors.apply(directory, e);
        }
    }
}
