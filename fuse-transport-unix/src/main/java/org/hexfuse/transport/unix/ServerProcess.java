package org.hexfuse.transport.unix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.ChildProcess;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.PollSet;
import org.hexfuse.libc.Spawn;
import org.hexfuse.libc.Syscalls;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * The process of a server, and the thread that reads its output, ends it, and reaps it.
 *
 * <p>The process leads a process group of its own. When it has exited, or is to be ended, the rest of the group is ended too: a program
 * that goes into the background makes itself a session and stays, until its connection is closed.
 */
final class ServerProcess {
    private static final int LAST_SIGNAL = 64;
    private static final Logger LOG = Loggers.of(ServerProcess.class);
    private static final int TICK_MILLIS = 100;
    private static final int BUFFER = 8192;
    /** From SIGTERM to SIGKILL. */
    private static final Duration TERMINATION = Duration.ofSeconds(2);
    private static final Duration JOIN = Duration.ofSeconds(3);
    private static final int STDERR = 2;
    private static final int PAUSES = 50;
    /** The number of the device in the server, which may be none of a standard stream: go-fuse takes 0 for a missing one. */
    private static final int DEVICE = 3;

    private final String program;
    private final ChildProcess child;
    private final Fd output;
    private final ServerOutput lines;
    private final Duration grace;
    private final Thread thread;
    private volatile boolean ending;
    private volatile boolean signalled;
    private volatile OptionalInt status = OptionalInt.empty();
    /** When its thread noticed {@link #ending}, by {@link System#nanoTime}; 0 before. */
    private long since;

    private ServerProcess(ExecAddress address, ChildProcess child, Fd output) {
        this.program = address.program();
        this.child = child;
        this.output = output;
        this.lines = new ServerOutput(program);
        this.grace = address.grace();
        this.thread = Thread.ofPlatform().daemon().name("hexfuse-server " + program).unstarted(this::run);
    }

    /**
     * Starts the command of an address.
     *
     * @param socket the server's end of the connection, which stays the caller's, and whose number is none of a standard stream
     * @throws IOException if it cannot be started; the message is one line
     */
    static ServerProcess start(ExecAddress address, Fd socket) throws IOException {
        try (Fd nothing = aboveStandard(Fd.open("/dev/null", OpenFlags.RDWR, 0))) {
            Fd.Pipe pipe = Fd.pipe();
            try (Fd writer = aboveStandard(pipe.writer())) {
                ChildProcess child = Spawn.command(address.command(DEVICE)).ownGroup().connect(nothing, 0)
                        .connect(writer, 1).connect(writer, STDERR).connect(socket, DEVICE).closeFrom(DEVICE + 1)
                        .start();
                var process = new ServerProcess(address, child, pipe.reader());
                process.thread.start();
                return process;
            } catch (LibcException e) {
                pipe.close();
                throw new IOException(address + ": " + reason(address, e), e);
            }
        }
    }

    private static String reason(ExecAddress address, LibcException e) {
        return switch (e.errno()) {
            case ENOENT -> "there is no program '" + ServerOutput.printable(address.words().getFirst()) + "'";
            case EACCES -> "'" + ServerOutput.printable(address.words().getFirst()) + "' may not be executed";
            default -> e.errno().message();
        };
    }

    /** The same open file by a number that is none of a standard stream: those of the child replace them one after another. */
    static Fd aboveStandard(Fd fd) throws LibcException {
        if (fd.value() > STDERR) {
            return fd;
        }
        try (fd) {
            return aboveStandard(fd.duplicate());
        }
    }

    /** The connection is about to be closed, so the process exits or is ended. */
    void closing() {
        ending = true;
    }

    /** Waits for the process to exit by itself, sends SIGTERM, then SIGKILL. The connection is closed already. */
    void end() {
        closing();
        ThreadJoin.join(thread, grace.plus(TERMINATION).plus(JOIN));
    }

    /** What is known of the process, in one line. */
    String report() {
        String tail = lines.tail();
        return program + " "
                + (signalled || status.isEmpty() ? "was still running" : "has exited with " + status(status.getAsInt()))
                + (tail.isEmpty() ? "; it wrote nothing" : "; it wrote: " + tail);
    }

    /** Programs also exit with statuses above those of signals, such as 255, which is their -1. */
    static String status(int code) {
        int signal = code - ChildProcess.SIGNALLED;
        return signal > 0 && signal <= LAST_SIGNAL ? "signal " + signal : "status " + code;
    }

    private void run() {
        try (Arena arena = Arena.ofConfined(); output) {
            MemorySegment buffer = arena.allocate(BUFFER);
            var poll = new PollSet(arena, 1);
            poll.set(0, output, PollSet.IN);
            boolean open = true;
            while (!child.hasExited()) {
                open = open ? read(poll, buffer, TICK_MILLIS) : pause();
                endInTime();
            }
            endGroup(poll, buffer, open);
        } catch (LibcException | RuntimeException e) {
            LOG.error("{}: its process is no longer watched", program, e);
        } finally {
            lines.end();
        }
    }

    /** Returns false at the end of the output, when no process has it open. */
    private boolean read(PollSet poll, MemorySegment buffer, int millis) {
        if (poll.poll(millis) <= 0) {
            return true;
        }
        long n = Syscalls.read(output, buffer, BUFFER);
        if (n > 0) {
            lines.add(buffer.asSlice(0, n).toArray(JAVA_BYTE), (int) n);
        }
        return n > 0 || n == -Errno.EINTR.code();
    }

    private static boolean pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(TICK_MILLIS / 10);
        } catch (InterruptedException _) {
            // Nobody interrupts this thread; the process is still to be reaped.
        }
        return false;
    }

    private void endInTime() {
        if (!ending) {
            return;
        }
        long now = System.nanoTime();
        if (since == 0) {
            since = now;
        }
        if (!signalled && now - since > grace.toNanos()) {
            signalled = true;
            signal(ChildProcess.SIGTERM);
        } else if (now - since > grace.plus(TERMINATION).toNanos()) {
            signal(ChildProcess.SIGKILL);
        }
    }

    /** A process of another user may not be signalled; it is waited for all the same. */
    private void signal(int number) {
        try {
            child.signalGroup(number);
        } catch (LibcException e) {
            LOG.debug("{}: {}", program, e.getMessage());
        }
    }

    /** Ends what the process has started and left, which has its output open, and reaps the process. */
    private void endGroup(PollSet poll, MemorySegment buffer, boolean open) throws LibcException {
        boolean left = open;
        signal(ChildProcess.SIGTERM);
        long deadline = System.nanoTime() + TERMINATION.toNanos();
        while (left && System.nanoTime() - deadline < 0) {
            left = read(poll, buffer, TICK_MILLIS);
        }
        if (left) {
            signal(ChildProcess.SIGKILL);
        }
        status = child.poll();
        // An unmount aborts the device, which closes the connection, shortly before it closes the link.
        for (int i = 0; i < PAUSES && !ending; i++) {
            pause();
        }
        if (ending) {
            LOG.debug("{} has exited with {}", program, status(status.orElseThrow()));
        } else {
            LOG.warn("{}", report());
        }
    }
}
