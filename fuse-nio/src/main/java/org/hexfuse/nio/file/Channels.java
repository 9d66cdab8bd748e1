package org.hexfuse.nio.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.OpenOption;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.nio.channel.VfsFileChannel;
import org.hexfuse.nio.error.IoErrors;
import org.hexfuse.nio.mount.Location;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;

/** Opens files as channels. */
public final class Channels {
    private Channels() {}

    /**
     * Opens a file.
     *
     * @param mode the permissions of a new file, less the umask
     */
    public static FileChannel open(Location file, Set<? extends OpenOption> options, int mode) throws IOException {
        FileOptions parsed = FileOptions.of(options);
        OpenFile open = file.get(vfs -> open(vfs, file.path(), parsed, mode), e -> error(e, file.name(), parsed));
        var opened = new AtomicReference<Closeable>();
        var channel = new VfsFileChannel(open, parsed.has(OpenFlag.READ), parsed.has(OpenFlag.WRITE),
                parsed.has(OpenFlag.APPEND), parsed.has(OpenFlag.SYNC) || parsed.has(OpenFlag.DSYNC),
                e -> IoErrors.of(e, file.name()), () -> file.mount().closed(opened.get()));
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
