package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * A process that {@link Spawn} started. It stays a zombie until it is waited for, so its id is not reused before.
 */
public final class ChildProcess {
    /** Kills a process; cannot be caught. */
    public static final int SIGKILL = 9;
    /** Requests a process to exit. */
    public static final int SIGTERM = 15;

    private static final MethodHandle WAITPID = Libc.find("waitpid", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle KILL = Libc.find("kill", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle WAITID = Libc.find("waitid", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final int WNOHANG = 1;
    private static final int P_PID = 1;
    /** WEXITED, WNOHANG, WNOWAIT. */
    private static final int LOOK = 4 | WNOHANG | 0x0100_0000;
    private static final int SIGINFO_SIZE = 128;
    private static final long LONGEST_PAUSE_MILLIS = 20;
    /** The exit status of a signalled process is this plus the signal, as in a shell. */
    public static final int SIGNALLED = 128;

    private final String name;
    private final int pid;
    private OptionalInt status = OptionalInt.empty();

    ChildProcess(String name, int pid) {
        this.name = name;
        this.pid = pid;
    }

    /** The process id. */
    public int pid() {
        return pid;
    }

    /**
     * Waits for the process to exit.
     *
     * @return the exit status, or 128 plus the signal that killed it
     */
    public int waitFor() throws LibcException, InterruptedException {
        long pause = 1;
        OptionalInt end = poll();
        while (end.isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            end = poll();
        }
        return end.getAsInt();
    }

    /**
     * Waits for the process to exit, no longer than {@code timeout}.
     *
     * @return the exit status, or 128 plus the signal that killed it; empty if it is still running
     */
    public OptionalInt waitFor(Duration timeout) throws LibcException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        long pause = 1;
        OptionalInt end = poll();
        while (end.isEmpty() && System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            end = poll();
        }
        return end;
    }

    /** The exit status, if the process has exited. Does not block. */
    public synchronized OptionalInt poll() throws LibcException {
        if (status.isEmpty()) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = arena.allocate(JAVA_INT);
                long found = Libc.call("waitpid " + name, s -> (int) WAITPID.invokeExact(s, pid, memory, WNOHANG));
                if (found == pid) {
                    int word = memory.get(JAVA_INT, 0);
                    int signal = word & 0x7f;
                    status = OptionalInt.of(signal == 0 ? word >> 8 & 0xff : SIGNALLED + signal);
                }
            }
        }
        return status;
    }

    /** Whether the process has exited. It stays a zombie, so that its group can still be signalled; {@link #poll} reaps it. */
    public synchronized boolean hasExited() throws LibcException {
        if (status.isPresent()) {
            return true;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(SIGINFO_SIZE, 8);
            Libc.call("waitid " + name, s -> (int) WAITID.invokeExact(s, P_PID, pid, info, LOOK));
            // The number of the signal, SIGCHLD, which stays 0 while the process runs.
            return info.get(JAVA_INT, 0) != 0;
        }
    }

    /**
     * Sends a signal to the process group that this process leads ({@link Spawn#ownGroup}), until it is reaped: then another
     * process may have its id.
     */
    public synchronized void signalGroup(int signal) throws LibcException {
        if (status.isEmpty()) {
            Libc.call("kill the group of " + name, s -> (int) KILL.invokeExact(s, -pid, signal));
        }
    }

    /** Sends a signal, if the process is still running. */
    public synchronized void signal(int signal) throws LibcException {
        if (poll().isEmpty()) {
            Libc.call("kill " + name, s -> (int) KILL.invokeExact(s, pid, signal));
        }
    }
}
