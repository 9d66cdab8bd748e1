package org.hexfuse.nio.server;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.Deferrable;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.Operation;
import org.hexfuse.server.path.PathFileSystem;

/**
 * The files below a path of any {@link java.nio.file.FileSystem}, which can be mounted:
 *
 * {@snippet :
 * try (FileSystem files = Jimfs.newFileSystem(Configuration.unix());
 *         Mount mount = Fuse.mount(NioFileSystem.of(files.getPath("/work")), point)) {
 *     mount.await();
 * }
 * }
 *
 * <p>The package tells what becomes of what a provider lacks. It may be served to several kernels at once.
 */
public sealed class NioFileSystem extends FilterFileSystem permits ZipFileSystem {
    private final Closeable files;

    NioFileSystem(NioOperations operations, Closeable files) {
        super(PathFileSystem.of(operations));
        this.files = files;
    }

    /** The files below {@code root}, which is a directory. Closing it closes nothing of the provider's. */
    public static NioFileSystem of(Path root) {
        return of(root, () -> {});
    }

    /** The same; closing it closes {@code files}. */
    static NioFileSystem of(Path root, Closeable files) {
        String scheme = root.getFileSystem().provider().getScheme();
        var missing = new Missing(scheme);
        var owners = new Owners();
        Path absolute = root.toAbsolutePath();
        return new NioFileSystem(new NioOperations(() -> absolute, blocking(scheme),
                FileView.of(absolute, owners, missing), new ChannelContents(absolute, missing), owners, missing),
                files);
    }

    /** The JDK's providers wait in system calls, others mostly on locks and sockets of Java. */
    private static Blocking blocking(String scheme) {
        return switch (scheme) {
            case "file", "jar", "jrt" -> Blocking.IN_NATIVE_CODE;
            default -> Blocking.IN_JAVA;
        };
    }

    /** An interrupt would close channels that others use. */
    @Override public final boolean interruptsThreads() {
        return false;
    }

    /** Calls the provider where no interrupt reaches it. */
    @Override protected <O extends Operation<O> & Deferrable<O, R>, R> R around(O op, Call<O, R> call)
            throws IOException, InterruptedException {
        return Shield.of(op.session(), () -> call.run(op));
    }

    @Override public void close() throws IOException {
        files.close();
    }
}
