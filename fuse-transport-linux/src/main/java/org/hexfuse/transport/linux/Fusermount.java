package org.hexfuse.transport.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.ChildProcess;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.PollSet;
import org.hexfuse.libc.SocketMessage;
import org.hexfuse.libc.SocketType;
import org.hexfuse.libc.Sockets;
import org.hexfuse.libc.Spawn;
import org.hexfuse.libc.Syscalls;

/**
 * The set-user-id program {@code fusermount3}, which mounts for users without CAP_SYS_ADMIN.
 *
 * <p>It opens {@code /dev/fuse}, mounts, and sends the descriptor over the socket whose number is in its environment. With
 * {@code auto_unmount} it keeps running until the socket is closed, however this process ends, and then unmounts.
 *
 * <p>Source: libfuse {@code util/fusermount.c}, {@code fusermount3(1)}.
 */
final class Fusermount {
    private static final String PROGRAM = "fusermount3";
    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final int MAX_OUTPUT = 4096;

    private Fusermount() {}

    /**
     * The child that unmounts when this process ends.
     *
     * @param socket the child exits when this is closed, in each process that has it
     * @param child empty if it is the child of a process that this one has succeeded
     */
    record Guard(Fd socket, Optional<ChildProcess> child) implements AutoCloseable {
        @Override public void close() {
            socket.close();
            if (child.isPresent()) {
                try {
                    finish(child.get());
                } catch (IOException e) {
                    // When this process ends it becomes a child of init.
                }
            }
        }
    }

    /** A mounted device, and the child that unmounts it, if any. */
    record Mounted(Fd device, Optional<Guard> guard) {}

    static Mounted mount(MountPoint point, MountOptions options) throws IOException {
        var pair = Sockets.pair(SocketType.STREAM);
        boolean guarded = false;
        try (var errors = Fd.pipe()) {
            ChildProcess child = start(Spawn.command(PROGRAM, "-o", options.forFusermount(), "--", point.path())
                    .environment("_FUSE_COMMFD", Integer.toString(pair.second().value())).inherit(pair.second())
                    .connect(errors.writer(), 2));
            pair.second().close();
            errors.writer().close();
            Optional<Fd> device = receive(pair.first());
            if (device.isEmpty()) {
                finish(child);
                throw new IOException(said(errors.reader(), "could not mount on " + point.path()));
            }
            if (options.autoUnmount()) {
                // No duplicate of this descriptor: a killed process has its newest files closed first, and the child unmounts
                // only a mount that is dead when the socket closes.
                guarded = true;
                return new Mounted(device.get(), Optional.of(new Guard(pair.first(), Optional.of(child))));
            }
            finish(child);
            return new Mounted(device.get(), Optional.empty());
        } finally {
            pair.second().close();
            if (!guarded) {
                pair.first().close();
            }
        }
    }

    /** Unmounts; with {@code lazily} detaches a mount that is in use from the tree. */
    static void unmount(String point, boolean lazily) throws IOException {
        List<String> command = lazily ? List.of(PROGRAM, "-u", "-z", "--", point) : List.of(PROGRAM, "-u", "--", point);
        try (var errors = Fd.pipe()) {
            ChildProcess child = start(Spawn.command(command).connect(errors.writer(), 2));
            errors.writer().close();
            if (finish(child) != 0) {
                throw new IOException(said(errors.reader(), "could not unmount " + point));
            }
        }
    }

    private static ChildProcess start(Spawn spawn) throws IOException {
        try {
            return spawn.start();
        } catch (LibcException e) {
            throw e.errno() == Errno.ENOENT ? new IOException("fusermount3 is not installed: apt-get install fuse3", e)
                    : e;
        }
    }

    /** The descriptor that the child sends; empty if it exits without. */
    private static Optional<Fd> receive(Fd socket) throws IOException {
        try (Arena arena = Arena.ofConfined(); var message = new SocketMessage(arena, 1, 1)) {
            message.pieces().add(arena.allocate(1), 0, 1);
            var readable = new PollSet(arena, 1);
            readable.set(0, socket, PollSet.IN);
            if (readable.poll((int) TIMEOUT.toMillis()) == 0 || message.receive(socket, 0) <= 0) {
                return Optional.empty();
            }
            return message.takeDescriptors().stream().findFirst();
        }
    }

    /** The exit status of the child, which is killed if it does not exit. */
    private static int finish(ChildProcess child) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    var status = child.waitFor(TIMEOUT);
                    if (status.isPresent()) {
                        return status.getAsInt();
                    }
                    child.signal(ChildProcess.SIGKILL);
                    throw new InterruptedIOException(PROGRAM + " did not exit within " + TIMEOUT.toSeconds() + " s");
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What the child wrote to standard error, in one line; {@code otherwise} if nothing. */
    private static String said(Fd errors, String otherwise) throws LibcException {
        errors.nonblocking(true);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(MAX_OUTPUT);
            long length = Syscalls.read(errors, memory, MAX_OUTPUT);
            if (length <= 0) {
                return PROGRAM + " " + otherwise;
            }
            String text = new String(memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), UTF_8);
            return String.join("; ", text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList());
        }
    }
}
