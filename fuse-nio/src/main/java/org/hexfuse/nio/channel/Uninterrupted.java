package org.hexfuse.nio.channel;

import java.util.function.Supplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/** Calls that an interrupt does not end. */
final class Uninterrupted {
    private Uninterrupted() {}

    /**
     * Runs a call on the caller's thread, whose interrupts are kept for afterwards. After EINTR of an interrupted thread the call runs
     * again: it must have the same effect then.
     */
    static <T> T call(Supplier<T> call) {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return call.get();
                } catch (FuseException e) {
                    if (e.errno() != Errno.EINTR || !Thread.interrupted()) {
                        throw e;
                    }
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
