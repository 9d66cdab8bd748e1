package org.hexfuse.transport.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.AttributeCalls;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.FileStatus;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.NameCalls;
import org.hexfuse.libc.NativePath;
import org.hexfuse.libc.PeerCredentials;
import org.hexfuse.libc.PosixFiles;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.libc.SocketType;
import org.hexfuse.libc.Sockets;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.transport.HandoverListener;
import org.hexfuse.transport.HandoverStream;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.RateLimitedLog;
import org.slf4j.Logger;

/**
 * The socket of a mount that can be taken over. Its file has mode 0600. It is bound to a temporary name and renamed, so that the file
 * of a predecessor or of a dead process is replaced at once.
 */
final class LinuxHandoverListener implements HandoverListener {
    private static final Logger LOG = Loggers.of(LinuxHandoverListener.class);
    private static final RateLimitedLog LIMITED = new RateLimitedLog(LOG);
    private static final int SOCKET_MODE = 0140000;
    private static final int OWNER_ONLY = 0600;
    private static final int BACKLOG = 4;
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final KernelMount mount;
    private final Path path;
    private final Fd socket;
    private final FileStatus made;
    private volatile boolean closed;

    private LinuxHandoverListener(KernelMount mount, Path path, Fd socket, FileStatus made) {
        this.mount = mount;
        this.path = path;
        this.socket = socket;
        this.made = made;
    }

    static LinuxHandoverListener listen(KernelMount mount, Path path) throws IOException {
        Path absolute = path.toAbsolutePath();
        checkFree(absolute);
        Path temporary = absolute.resolveSibling("." + ProcessIds.pid() + "-" + NUMBER.incrementAndGet() + ".sock");
        Fd socket = Sockets.socket(SocketType.STREAM);
        try {
            // The file inherits the mode of the socket.
            AttributeCalls.fchmod(socket, OWNER_ONLY);
            withPath(temporary, name -> Sockets.bind(socket, name));
            try {
                Sockets.listen(socket, BACKLOG);
                FileStatus made = PosixFiles.lstat(NativePath.of(temporary));
                NameCalls.rename(NativePath.of(temporary), NativePath.of(absolute), 0);
                return new LinuxHandoverListener(mount, absolute, socket, made);
            } catch (LibcException e) {
                NameCalls.unlink(NativePath.of(temporary));
                throw e;
            }
        } catch (LibcException e) {
            socket.close();
            throw new IOException("cannot listen at " + path + ": " + e.errno().message(), e);
        }
    }

    /** A file is replaced if it is a socket without a listener. */
    private static void checkFree(Path path) throws IOException {
        try {
            if ((PosixFiles.lstat(NativePath.of(path)).mode() & 0170000) != SOCKET_MODE) {
                throw new IOException(path + " is in use: the file is not a socket");
            }
        } catch (LibcException e) {
            if (e.errno() == Errno.ENOENT) {
                return;
            }
            throw e;
        }
        try (Fd probe = Sockets.socket(SocketType.STREAM)) {
            probe.nonblocking(true);
            withPath(path, name -> Sockets.connect(probe, name));
        } catch (LibcException e) {
            if (e.errno() == Errno.ECONNREFUSED || e.errno() == Errno.ENOENT) {
                return;
            }
        }
        throw new IOException(path + " is in use by another process");
    }

    /** Connects to the socket of a mount. */
    static LinuxHandoverStream connect(Path path) throws IOException {
        Fd socket = Sockets.socket(SocketType.STREAM);
        try {
            socket.nonblocking(true);
            withPath(path.toAbsolutePath(), name -> Sockets.connect(socket, name));
            var stream = new LinuxHandoverStream(socket);
            int uid = stream.credentials().uid();
            if (ProcessIds.euid() != 0 && uid != ProcessIds.euid() && uid != 0) {
                throw new IOException("process " + stream.peer() + " at " + path + " belongs to another user");
            }
            return stream;
        } catch (LibcException e) {
            socket.close();
            throw switch (e.errno()) {
                case ENOENT, ECONNREFUSED, ENOTDIR -> new IOException("no process hands a mount over at " + path, e);
                case EACCES, EPERM -> new IOException(path + " belongs to another user", e);
                default -> new IOException("cannot connect to " + path + ": " + e.errno().message(), e);
            };
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private interface Call {
        void run(String name) throws LibcException;
    }

    /** A path that is too long for a socket is reached through a descriptor of its directory. */
    private static void withPath(Path path, Call call) throws LibcException {
        String name = path.toString();
        if (name.getBytes(UTF_8).length <= Sockets.MAX_PATH) {
            call.run(name);
            return;
        }
        try (Fd directory = Fd.open(NativePath.of(path.getParent()), OpenFlags.PATH | OpenFlags.DIRECTORY, 0)) {
            call.run("/proc/self/fd/" + directory.value() + "/" + path.getFileName());
        }
    }

    @Override public Optional<HandoverStream> accept() throws IOException {
        while (!closed) {
            try {
                Fd peer = Sockets.accept(socket);
                Optional<HandoverStream> stream = greet(peer);
                if (stream.isPresent()) {
                    return stream;
                }
            } catch (LibcException e) {
                if (closed || e.errno() == Errno.EINVAL || e.errno() == Errno.EBADF) {
                    break;
                }
                if (e.errno() != Errno.EINTR && e.errno() != Errno.ECONNABORTED) {
                    LockSupport.parkNanos(PAUSE);
                    throw e;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<HandoverStream> greet(Fd peer) {
        LinuxHandoverStream stream = null;
        try {
            stream = new LinuxHandoverStream(peer);
            PeerCredentials who = stream.credentials();
            if (who.uid() == ProcessIds.euid() || who.uid() == 0) {
                HandoverGreeting.send(stream, mount);
                return Optional.of(stream);
            }
            LIMITED.warn("user", "process " + who.pid() + " of user " + Integer.toUnsignedString(who.uid())
                    + " wants to take " + mount.point() + " over and may not");
            HandoverGreeting.refuse(stream);
        } catch (IOException e) {
            LOG.debug("a process that has connected to {}: {}", path, e.getMessage());
        }
        if (stream == null) {
            peer.close();
        } else {
            stream.close();
        }
        return Optional.empty();
    }

    @Override public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            Sockets.shutdown(socket);
            FileStatus found = PosixFiles.lstat(NativePath.of(path));
            if (found.ino() == made.ino() && found.dev() == made.dev()) {
                NameCalls.unlink(NativePath.of(path));
            }
        } catch (LibcException e) {
            LOG.debug("{}: {}", path, e.getMessage());
        }
        socket.close();
    }
}
