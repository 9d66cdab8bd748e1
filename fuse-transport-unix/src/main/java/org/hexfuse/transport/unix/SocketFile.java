package org.hexfuse.transport.unix;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.AttributeCalls;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.FileStatus;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.NativePath;
import org.hexfuse.libc.PosixFiles;
import org.hexfuse.libc.SocketType;
import org.hexfuse.libc.Sockets;

/** The file of a listening socket, removed by the process that bound it. */
final class SocketFile {
    /** The type of sockets in {@link FileStatus#mode}. */
    private static final int SOCKET = 0140000;
    private static final int OWNER_ONLY = 0600;
    private static final int ATTEMPTS = 3;
    private static final int PROBES = 3;
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);
    /** Two threads of this process must not replace the same stale file at once. */
    private static final Object BINDING = new Object();

    private final Path path;
    private final FileStatus made;

    private SocketFile(Path path, FileStatus made) {
        this.path = path;
        this.made = made;
    }

    /**
     * Binds a socket to a file of mode 0600. Nobody can connect before the socket listens.
     *
     * @throws IOException if the path is in use: by a live server, or by a file that is not a socket
     */
    static SocketFile bind(Fd socket, SocketPath at) throws IOException {
        Path path = Path.of(at.path());
        synchronized (BINDING) {
            // The file inherits the mode of the socket. A chmod of the path could follow a symbolic link.
            AttributeCalls.fchmod(socket, OWNER_ONLY);
            for (int i = 1; !bound(socket, at); i++) {
                if (i == ATTEMPTS) {
                    throw new BindException(at.label() + " is in use");
                }
                removeStale(at, path);
            }
            return new SocketFile(path, PosixFiles.lstat(NativePath.of(path)));
        }
    }

    private static boolean bound(Fd socket, SocketPath at) throws IOException {
        try {
            Sockets.bind(socket, at.path());
            return true;
        } catch (LibcException e) {
            if (e.errno() == Errno.EADDRINUSE) {
                return false;
            }
            throw new IOException("can't listen at " + at.label() + ": " + e.errno().message(), e);
        }
    }

    /** Removes a socket file without a listener, such as a killed server leaves. */
    private static void removeStale(SocketPath at, Path path) throws IOException {
        FileStatus found;
        try {
            found = PosixFiles.lstat(NativePath.of(path));
        } catch (LibcException e) {
            if (e.errno() == Errno.ENOENT) {
                return;
            }
            throw e;
        }
        // connect(2) to a file that is not a socket fails with ECONNREFUSED, too.
        if (found.kind() != SOCKET) {
            throw new BindException(at.label() + " is in use: the file is not a socket");
        }
        for (int i = 0; i < PROBES; i++) {
            if (listens(at)) {
                throw new BindException(at.label() + " is in use");
            }
            // Another server may be between bind and listen.
            LockSupport.parkNanos(PAUSE);
        }
        new SocketFile(path, found).remove();
    }

    private static boolean listens(SocketPath at) throws LibcException {
        try (Fd probe = Sockets.socket(SocketType.STREAM)) {
            probe.nonblocking(true);
            Sockets.connect(probe, at.path());
            return true;
        } catch (LibcException e) {
            // Any other error comes from a live listener: of another type, busy, or of another user.
            return e.errno() != Errno.ECONNREFUSED && e.errno() != Errno.ENOENT;
        }
    }

    /** Removes the file, unless another one has replaced it. */
    void remove() throws IOException {
        try {
            FileStatus found = PosixFiles.lstat(NativePath.of(path));
            if (found.ino() == made.ino() && found.dev() == made.dev()) {
                Files.deleteIfExists(path);
            }
        } catch (LibcException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR) {
                throw e;
            }
        }
    }
}
