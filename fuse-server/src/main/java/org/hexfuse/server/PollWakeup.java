package org.hexfuse.server;

import org.hexfuse.abi.Errno;

/**
 * Wakes the callers of {@code poll(2)} that wait in a kernel for an open file. Two that wake the same waiters are equal. Any
 * thread may use it.
 */
@FunctionalInterface public interface PollWakeup {
    /** Has the kernel send POLL again. Returns what {@link Notifier} returns; OK also if there is no waiter any more. */
    Errno wake();
}
