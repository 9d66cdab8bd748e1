package org.hexfuse.nio.server;

import java.io.IOException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ExecutionException;
import org.hexfuse.server.Session;

/**
 * Keeps interrupts away from the channels of a provider: a thread that is interrupted while it uses a channel of the JDK closes that
 * channel for everybody, and with the one of a zip the whole archive. Threads of a session are never interrupted by INTERRUPT, as
 * {@link NioFileSystem#interruptsThreads} says. On any other thread, such as a caller's over {@code mem:?inline}, a call runs on a
 * thread of its own, and the interrupt stays with the one that waits.
 */
final class Shield {
    private Shield() {}

    /** Calls a provider for a request of a session. */
    static <R> R of(Session session, Call<R> call) throws IOException, InterruptedException {
        return session.ownsThreads() && !session.isClosed() ? call.run() : always(call);
    }

    /** Calls a provider on a thread that nobody interrupts. */
    static <R> R always(Call<R> call) throws IOException {
        var task = new FutureTask<R>(call::run);
        Thread.ofVirtual().name("hexfuse-nio-shield").start(task);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw rethrown(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static IOException rethrown(Throwable failure) {
        return switch (failure) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case IOException e -> e;
            default -> new IOException(failure);
        };
    }
}
