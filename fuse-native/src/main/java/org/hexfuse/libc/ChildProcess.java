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
 * A process that {@link Spawn} started. It stays a zombie until it is waited for, so its id never means another process
 * here.
 */
public final class ChildProcess {
    /** Ends a process, whatever it thinks of it. */
    public static final int SIGKILL = 9;
    /** Asks a process to end. */
    public static final int SIGTERM = 15;

    private static final MethodHandle WAITPID = Libc.find("waitpid", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle KILL = Libc.find("kill", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final int WNOHANG = 1;
    private static final long LONGEST_PAUSE_MILLIS = 20;
    /** What a shell adds to the number of a signal. */
    private static final int SIGNALLED = 128;

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
     * Waits for the end.
     *
     * @return the exit status, or 128 and the number of the signal that ended it
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
     * Waits for the end, for so long.
     *
     * @return the exit status, or 128 and the number of the signal that ended it; empty if it has not ended
     */
    public OptionalInt waitFor(Duration patience) throws LibcException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        long pause = 1;
        OptionalInt end = poll();
        while (end.isEmpty() && System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            end = poll();
        }
        return end;
    }

    /** Whether it has ended, and how. Does not wait. */
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

    /** Sends a signal, if the process has not ended. */
    public synchronized void signal(int signal) throws LibcException {
        if (poll().isEmpty()) {
            Libc.call("kill " + name, s -> (int) KILL.invokeExact(s, pid, signal));
        }
    }
}
