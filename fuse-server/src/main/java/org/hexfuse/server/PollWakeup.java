package org.hexfuse.server;

import java.util.Objects;
import org.hexfuse.abi.Errno;

/** Wakes who waits in a kernel for an open file to become ready. Two that wake the same are equal. Any thread may use it. */
public final class PollWakeup {
    private final Notifier notifier;
    private final long kernelHandle;

    PollWakeup(Notifier notifier, long kernelHandle) {
        this.notifier = notifier;
        this.kernelHandle = kernelHandle;
    }

    /** Has the kernel ask again. Returns what {@link Notifier} returns; OK also if nobody waits any more. */
    public Errno wake() {
        return notifier.wakePoll(kernelHandle);
    }

    @Override public boolean equals(Object other) {
        return other instanceof PollWakeup wakeup && notifier == wakeup.notifier
                && kernelHandle == wakeup.kernelHandle;
    }

    @Override public int hashCode() {
        return Objects.hash(System.identityHashCode(notifier), kernelHandle);
    }
}
