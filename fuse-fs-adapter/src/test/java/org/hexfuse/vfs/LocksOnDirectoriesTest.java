package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hexfuse.posix.LockType.READ;
import static org.hexfuse.posix.LockType.UNLOCKED;
import static org.hexfuse.posix.LockType.WRITE;
import static org.hexfuse.vfs.FuseAssertions.assertFails;

import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReleaseIn;
import org.hexfuse.posix.LockRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code flock(2)} and {@code fcntl(2)} on directories: local, as on Linux, though the server supports locks of both kinds. */
class LocksOnDirectoriesTest {
    private final StandInServer server = new StandInServer();
    private final Vfs process = Vfs.mount(server, VfsOptions.DEFAULT);
    private final Vfs other = process.as(Credentials.of(1000, 1000));

    @BeforeEach void aDirectory() {
        server.flags |= InitFlag.POSIX_LOCKS.mask() | InitFlag.FLOCK_LOCKS.mask();
        server.directory(server.root, "d");
        server.answers.put(Opcode.RELEASEDIR, request -> {
            assertThat(ReleaseIn.RELEASE_FLAGS.get(request.arguments())).isZero();
            return 0;
        });
    }

    @AfterEach void nothingReachesTheServer() {
        assertThat(server.calls).doesNotContain(Opcode.GETLK, Opcode.SETLK, Opcode.SETLKW, Opcode.FLUSH);
    }

    private static LockRange range(org.hexfuse.posix.LockType type) {
        return LockRange.of(type, 0, 10);
    }

    @Test void aFlockBelongsToTheOpenDirectory() {
        OpenDirectory one = process.opendir("/d");
        try (OpenDirectory again = process.opendir("/d"); OpenFile file = other.open("/d")) {
            one.flock(WRITE);
            assertFails(Errno.EAGAIN, () -> again.tryFlock(READ));
            assertFails(Errno.EAGAIN, () -> file.tryFlock(READ));
            one.flock(READ);
            again.tryFlock(READ);
            one.close();
            again.tryFlock(WRITE);
            again.tryFlock(UNLOCKED);
            file.tryFlock(WRITE);
        }
        assertFails(Errno.EBADF, () -> one.flock(READ));
    }

    @Test void recordLocksOfAProcessAreReadLocks() {
        try (OpenDirectory one = process.opendir("/d"); OpenDirectory others = other.opendir("/d")) {
            one.locks().set(range(READ));
            others.locks().set(range(READ));
            assertFails(Errno.EBADF, () -> one.locks().set(range(WRITE)));
            assertThat(others.locks().getlk(range(WRITE))).contains(range(READ).withPid(process.credentials().pid()));
            process.opendir("/d").close();
            assertThat(others.locks().getlk(range(WRITE))).isEmpty();
        }
    }

    @Test void ofdLocksAreReleasedWithTheOpenDirectory() {
        OpenDirectory one = process.opendir("/d");
        try (OpenDirectory again = process.opendir("/d")) {
            one.ofdLocks().set(range(READ));
            process.opendir("/d").close();
            assertThat(again.ofdLocks().getlk(range(WRITE))).isPresent();
            one.close();
            assertThat(again.ofdLocks().getlk(range(WRITE))).isEmpty();
        }
    }

    @Test void aFlockBlocksUntilACloseAndIsInterrupted() throws Exception {
        OpenDirectory holder = process.opendir("/d");
        holder.flock(WRITE);
        try (OpenDirectory waiter = process.opendir("/d")) {
            var interrupted = new FutureTask<>(() -> flock(waiter));
            Thread thread = Thread.ofVirtual().start(interrupted);
            await().until(() -> thread.getState() == Thread.State.WAITING);
            thread.interrupt();
            assertThat(interrupted.get(10, TimeUnit.SECONDS)).isEqualTo(Errno.EINTR);

            var waiting = new FutureTask<>(() -> flock(waiter));
            Thread second = Thread.ofVirtual().start(waiting);
            await().until(() -> second.getState() == Thread.State.WAITING);
            holder.close();
            assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo(Errno.OK);
        }
    }

    private static Errno flock(OpenDirectory directory) {
        try {
            directory.flock(WRITE);
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }
}
