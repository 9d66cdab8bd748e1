package org.hexfuse.server;

import java.util.Optional;
import org.hexfuse.abi.PollFlag;
import org.hexfuse.abi.PollIn;

/** POLL: asks what can be done with the open file {@link #node} without waiting. */
public final class Poll extends Operation {
    Poll() {}

    /** What {@code open} returned. */
    public long handle() {
        return PollIn.FH.get(arguments());
    }

    /** What the caller would like to know, as bits of {@code poll(2)}; 0 from kernels that don't tell. */
    public int events() {
        return minor() < 21 ? 0 : PollIn.EVENTS.get(arguments());
    }

    /**
     * If somebody waits: what to call when the answer may have become another one. It may be kept, and called by any thread. A
     * later one of the same handle takes its place.
     */
    public Optional<PollWakeup> wakeup() {
        return PollFlag.SCHEDULE_NOTIFY.in(PollIn.FLAGS.get(arguments()))
                ? Optional.of(new PollWakeup(session().notifier(), PollIn.KH.get(arguments())))
                : Optional.empty();
    }
}
