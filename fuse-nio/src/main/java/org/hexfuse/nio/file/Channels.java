package org.hexfuse.nio.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.nio.channel.VfsAsynchronousFileChannel;
import org.hexfuse.nio.channel.VfsFileChannel;
import org.hexfuse.nio.error.IoErrors;
import org.hexfuse.nio.mount.Location;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;

/** Opens files as channels. */
public final class Channels {
    private Channels() {}

    /** What makes a channel of an open file; {@code closed} is to run once that is closed. */
    @FunctionalInterface private interface Opened<C> {
        C channel(OpenFile file, FileOptions options, Function<FuseException, IOException> errors, Runnable closed);
    }

    /**
     * Opens a file.
     *
     * @param mode the permissions of a new file, less the umask
     */
    public static FileChannel open(Location file, Set<? extends OpenOption> options, int mode) throws IOException {
        return open(file, FileOptions.of(options), mode,
                (open, parsed, errors, closed) -> new VfsFileChannel(open, parsed.has(OpenFlag.READ),
                        parsed.has(OpenFlag.WRITE), parsed.has(OpenFlag.APPEND), parsed.isSync(), errors, closed));
    }

    /**
     * The same for asynchronous calls.
     *
     * @param executor runs the completion handlers; null for the virtual threads of the calls
     * @throws UnsupportedOperationException for APPEND
     */
    public static AsynchronousFileChannel openAsynchronously(Location file, Set<? extends OpenOption> options,
            ExecutorService executor, int mode) throws IOException {
        if (options.contains(StandardOpenOption.APPEND)) {
            throw new UnsupportedOperationException("APPEND is not supported by asynchronous channels");
        }
        return open(file, FileOptions.of(options), mode,
                (open, parsed, errors, closed) -> new VfsAsynchronousFileChannel(open, parsed.has(OpenFlag.READ),
                        parsed.has(OpenFlag.WRITE), parsed.isSync(), executor, errors, closed));
    }

    private static <C extends Closeable> C open(Location file, FileOptions options, int mode, Opened<C> maker)
            throws IOException {
        OpenFile open = file.get(vfs -> open(vfs, file.path(), options, mode), e -> error(e, file.name(), options));
        var opened = new AtomicReference<Closeable>();
        C channel = maker.channel(open, options, e -> IoErrors.of(e, file.name()),
                () -> file.mount().closed(opened.get()));
        opened.set(channel);
        return file.mount().opened(channel);
    }

    private static OpenFile open(Vfs vfs, String path, FileOptions options, int mode) {
        OpenFile file = vfs.open(path, mode, options.flags().toArray(OpenFlag[]::new));
        if (options.deleteOnClose()) {
            try {
                // At once, as by the default provider: the path may lead to another file when this one is closed.
                vfs.unlink(path);
            } catch (FuseException _) {
                // Best effort, as the option says.
            }
        }
        return file;
    }

    private static IOException error(FuseException e, String file, FileOptions options) {
        boolean exists = e.errno() == Errno.EISDIR && options.has(OpenFlag.EXCLUSIVE);
        return exists
                ? IoErrors.because(e, new FileAlreadyExistsException(file, null, IoErrors.reason(e)))
                : IoErrors.of(e, file);
    }
}
