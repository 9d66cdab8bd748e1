package org.hexfuse.testkit.fault;

import java.time.Duration;
import org.hexfuse.abi.Opcode;

/**
 * A fault that a {@link FaultyTransport} has injected into a message, which is named so that a replay finds it again whatever the
 * order in which threads send: the {@code ordinal}-th request of an operation, or the reply to that request.
 *
 * @param kind what happened to the message
 * @param reply whether it was the reply; else the request
 * @param opcode the operation
 * @param ordinal the number of the request among those of the operation on a link, from 0 on
 * @param amount the nanoseconds of a delay, the bytes after the header that are left of a truncated message; else 0
 */
public record TransportFault(Kind kind, boolean reply, Opcode opcode, long ordinal, long amount) {
    /** What may happen to a message. */
    public enum Kind {
        /** It arrives later. */
        DELAY,
        /** It never arrives. */
        DROP,
        /** It arrives twice. */
        DUPLICATE,
        /** It arrives after the next one, if that comes within some milliseconds. */
        REORDER,
        /** Its last bytes are missing, which its header says too. */
        TRUNCATE,
        /** It never arrives, and the connection is closed. */
        DIE
    }

    @Override public String toString() {
        String what = switch (kind) {
            case DELAY -> " by " + Duration.ofNanos(amount).toMillis() + " ms";
            case TRUNCATE -> " to " + amount + " bytes";
            default -> "";
        };
        return kind + " " + (reply ? "reply to " : "request ") + opcode + " #" + ordinal + what;
    }
}
