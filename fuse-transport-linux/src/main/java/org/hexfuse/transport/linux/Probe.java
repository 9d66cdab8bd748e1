package org.hexfuse.transport.linux;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.NativePath;
import org.hexfuse.libc.PollSet;
import org.hexfuse.libc.PosixFiles;

/** Checks whether the kernel end and the server end of a mount are alive. */
final class Probe {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private Probe() {}

    /** Whether the connection of a device is mounted and not aborted. */
    static boolean isConnected(Fd device) {
        try (Arena arena = Arena.ofConfined()) {
            var set = new PollSet(arena, 1);
            set.set(0, device, PollSet.IN);
            set.poll(0);
            return (set.events(0) & PollSet.ERR) == 0;
        }
    }

    /** Whether the server of a mount is dead. One that does not answer within the timeout counts as alive. */
    static boolean isDead(String point) {
        var errno = new CompletableFuture<Errno>();
        Thread.ofPlatform().daemon().name("hexfuse-probe " + point).start(() -> {
            try {
                PosixFiles.statfs(NativePath.of(point));
                errno.complete(Errno.OK);
            } catch (LibcException e) {
                errno.complete(e.errno());
            }
        });
        try {
            Errno found = errno.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            return found == Errno.ENOTCONN || found == Errno.ECONNABORTED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }
}
