package org.hexfuse.server.filter;

import java.time.Duration;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;

/**
 * A fault that a {@link FaultyFileSystem} has injected into an operation.
 *
 * @param kind what happened to the operation
 * @param opcode the operation
 * @param ordinal the number of the operation among those with its opcode, from 0 on
 * @param amount the errno of a failure, the nanoseconds of a delay, the bytes that a short read requests; else 0
 */
public record InjectedFault(Kind kind, Opcode opcode, long ordinal, long amount) {
    /** What may happen to an operation, as the {@link Fault} of that name. */
    public enum Kind {
        /** It fails: {@link Fault.Failure}. */
        FAILURE,
        /** It throws an exception without an errno: {@link Fault.Panic}. */
        PANIC,
        /** It begins later: {@link Fault.Delay}. */
        DELAY,
        /** It reads less: {@link Fault.ShortRead}. */
        SHORT_READ
    }

    @Override public String toString() {
        String what = switch (kind) {
            case FAILURE -> " with " + Errno.orEio((int) amount);
            case PANIC -> "";
            case DELAY -> " by " + Duration.ofNanos(amount).toMillis() + " ms";
            case SHORT_READ -> " to " + amount + " bytes";
        };
        return kind + " " + opcode + " #" + ordinal + what;
    }
}
