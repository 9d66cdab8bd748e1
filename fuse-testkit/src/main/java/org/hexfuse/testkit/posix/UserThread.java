package org.hexfuse.testkit.posix;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.libc.ThreadIdentity;
import org.hexfuse.vfs.Credentials;

/** A thread with the credentials of another user, which makes the calls of that user in order. */
final class UserThread implements AutoCloseable {
    private final ExecutorService thread;

    /** A system call. */
    @FunctionalInterface interface Call<T> {
        T make() throws LibcException;
    }

    /**
     * Starts the thread.
     *
     * @throws FuseException EPERM if this process may not become that user
     */
    UserThread(Credentials user) {
        thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("uid " + Integer.toUnsignedString(user.uid())).factory());
        try {
            call(() -> become(user));
        } catch (FuseException e) {
            close();
            throw e;
        }
    }

    private static Credentials become(Credentials user) throws LibcException {
        ThreadIdentity.ownUmask(user.umask());
        if (ProcessIds.euid() == 0) {
            ThreadIdentity.become(user.uid(), user.gid(), user.groups());
        } else if (user.uid() != ProcessIds.uid() || user.gid() != ProcessIds.gid()) {
            throw LibcException.of("setuid " + Integer.toUnsignedString(user.uid()), Errno.EPERM);
        }
        return user;
    }

    /** Runs a call on the thread and waits for its result. */
    <T> T call(Call<T> call) {
        try {
            return thread.submit(call::make).get();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw FuseException.of(Errno.EINTR);
        } catch (ExecutionException e) {
            throw switch (e.getCause()) {
                case LibcException failed -> FuseException.of(failed.errno(), failed.getMessage());
                case RuntimeException broken -> broken;
                case Error broken -> throw broken;
                case Throwable other -> new IllegalStateException(other);
            };
        }
    }

    /** Ends the thread after the calls that are queued. */
    @Override public void close() {
        thread.shutdown();
    }
}
