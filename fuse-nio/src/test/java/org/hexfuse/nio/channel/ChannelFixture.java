package org.hexfuse.nio.channel;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;

/** A mounted filesystem and channels on its files, which close closes with it. */
final class ChannelFixture implements AutoCloseable {
    final UserKernel kernel;
    final Vfs vfs;
    /** How often a channel ran its action on close. */
    final AtomicInteger closed = new AtomicInteger();
    private final List<Channel> channels = new CopyOnWriteArrayList<>();
    private final Path directory;

    /** What a channel throws for an error of the file. */
    static final class FileError extends IOException {
        private static final long serialVersionUID = 1L;

        FileError(FuseException cause) {
            super(cause);
        }
    }

    /** Serves at {@code mem:}, with parameters or none, or at a socket for {@code unix:}. */
    ChannelFixture(String address, FuseFileSystem fileSystem) throws IOException {
        directory = Files.createTempDirectory("channel");
        kernel = UserKernel.connect(address.equals("unix:") ? "unix:" + directory.resolve("s") : address, fileSystem);
        vfs = kernel.vfs();
    }

    VfsFileChannel open(String path, OpenFlag... flags) {
        return open(vfs, path, flags);
    }

    /** A channel on a file as another program opens it. */
    VfsFileChannel open(Vfs view, String path, OpenFlag... flags) {
        Set<OpenFlag> set = flags.length == 0 ? EnumSet.noneOf(OpenFlag.class) : EnumSet.copyOf(List.of(flags));
        var channel = new VfsFileChannel(view.open(path, flags), set.contains(OpenFlag.READ),
                set.contains(OpenFlag.WRITE),
                set.contains(OpenFlag.APPEND), set.contains(OpenFlag.SYNC), FileError::new, closed::incrementAndGet);
        channels.add(channel);
        return channel;
    }

    /** For reading and writing; the file is created. */
    VfsFileChannel create(String path) {
        return open(path, OpenFlag.READ, OpenFlag.WRITE, OpenFlag.CREATE);
    }

    /** The same with a content; the position is 0. */
    VfsFileChannel create(String path, String content) {
        vfs.writeString(path, content);
        return open(path, OpenFlag.READ, OpenFlag.WRITE);
    }

    VfsAsynchronousFileChannel openAsynchronous(String path, ExecutorService executor) {
        var channel = new VfsAsynchronousFileChannel(vfs.open(path, OpenFlag.READ, OpenFlag.WRITE, OpenFlag.CREATE),
                true,
                true, false, executor, FileError::new, closed::incrementAndGet);
        channels.add(channel);
        return channel;
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Override public void close() throws IOException {
        try {
            for (Channel channel : channels) {
                channel.close();
            }
        } finally {
            kernel.close();
            Files.deleteIfExists(directory.resolve("s"));
            Files.delete(directory);
        }
    }
}
