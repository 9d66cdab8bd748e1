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

/** The file that a listening socket is bound to. It is removed by the one that made it. */
final class SocketFile {
    /** The kind of sockets in {@link FileStatus#mode}. */
    private static final int SOCKET = 0140000;
    private static final int OWNER_ONLY = 0600;
    private static final int ATTEMPTS = 3;
    private static final int PROBES = 3;
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);
    /** Two threads of this process that find the same stale file must not remove each other's new one. */
    private static final Object BINDING = new Object();

    private final Path path;
    private final FileStatus made;

    private SocketFile(Path path, FileStatus made) {
        this.path = path;
        this.made = made;
    }

    /**
     * Binds a socket to a file that only this user can connect to. Nobody can before the socket listens.
     *
     * @throws IOException if something else is there: a server that lives, or a file that is no socket
     */
    static SocketFile bind(Fd socket, SocketPath at) throws IOException {
        Path path = Path.of(at.path());
        synchronized (BINDING) {
            // The file gets the mode of the socket: its path, where somebody may put a symbolic link, is never changed.
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

    /** Removes a socket file that nobody listens at any more, such as a server has left that was killed. */
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
        // A connection to a file that is no socket is refused as well.
        if (found.kind() != SOCKET) {
            throw new BindException(at.label() + " is in use: a file that is no socket");
        }
        for (int i = 0; i < PROBES; i++) {
            if (listens(at)) {
                throw new BindException(at.label() + " is in use");
            }
            // Another server may have bound its socket just now, and listen in a moment.
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
            // Anything else is said by one who is there: of the other kind, busy, not for this user.
            return e.errno() != Errno.ECONNREFUSED && e.errno() != Errno.ENOENT;
        }
    }

    /** Removes the file, unless somebody has put another one in its place. */
    void remove() throws IOException {
        try {
            FileStatus found = PosixFiles.lstat(NativePath.of(path));
            if (found.ino() == made.ino() && found.device() == made.device()) {
                Files.deleteIfExists(path);
            }
        } catch (LibcException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR) {
                throw e;
            }
        }
    }
}
