package org.hexfuse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hexfuse.posix.LockType.READ;
import static org.hexfuse.posix.LockType.UNLOCKED;
import static org.hexfuse.posix.LockType.WRITE;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileLock;
import org.hexfuse.abi.FlushIn;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.LkIn;
import org.hexfuse.abi.LockFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReleaseFlag;
import org.hexfuse.abi.ReleaseIn;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.device.Request;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Locks of two kernels, both of which number their lock owners from 1 on. */
class LocksTest {
    private static final long FILE = 2;
    private static final LockRange NONE = LockRange.whole(UNLOCKED);

    private final Locking fileSystem = new Locking();
    private FuseServer server;
    private Kernel first;
    private Kernel second;

    private static final class Locking implements FuseFileSystem {
        final Locks locks = new Locks();
        final ConcurrentLinkedQueue<Session> ended = new ConcurrentLinkedQueue<>();

        @Override public Set<Capability> capabilities() {
            return Set.of(Capability.RECORD_LOCKS, Capability.FLOCK);
        }

        @Override public LockRange getlk(Lock op) {
            return locks.getlk(op);
        }

        @Override public void setlk(Lock op) throws InterruptedException {
            locks.setlk(op);
        }

        @Override public void flush(Flush op) {
            locks.flush(op);
        }

        @Override public void release(Release op) {
            locks.release(op);
        }

        @Override public void destroy(Session session) {
            locks.destroy(session);
            ended.add(session);
        }
    }

    private record Kernel(FuseConnection connection) {
        private Errno call(Opcode opcode, long handle, long owner, boolean flock, LockRange range) {
            try (Request request = connection.newRequest(opcode, FILE, new Caller(0, 0, 77))) {
                LkIn.FH.set(request.arguments(), handle);
                LkIn.OWNER.set(request.arguments(), owner);
                LkIn.LK_FLAGS.set(request.arguments(), flock ? (int) LockFlag.FLOCK.mask() : 0);
                long lock = LkIn.LK.offset();
                FileLock.START.set(request.arguments(), lock, range.start());
                FileLock.END.set(request.arguments(), lock, range.end());
                FileLock.TYPE.set(request.arguments(), lock, range.type().code());
                FileLock.PID.set(request.arguments(), lock, 70 + (int) owner);
                connection.call(request);
                return Errno.OK;
            } catch (FuseException e) {
                return e.errno();
            }
        }

        Errno lock(long owner, LockType type, long start, long length) {
            return call(Opcode.SETLK, 0, owner, false, LockRange.of(type, start, length));
        }

        Errno flock(long owner, LockType type) {
            return call(Opcode.SETLK, 0, owner, true, LockRange.whole(type));
        }

        LockRange test(long owner, LockType type, long start, long length) {
            try (Request request = connection.newRequest(Opcode.GETLK, FILE, Caller.KERNEL)) {
                LkIn.OWNER.set(request.arguments(), owner);
                long lock = LkIn.LK.offset();
                LockRange range = LockRange.of(type, start, length);
                FileLock.START.set(request.arguments(), lock, range.start());
                FileLock.END.set(request.arguments(), lock, range.end());
                FileLock.TYPE.set(request.arguments(), lock, type.code());
                connection.call(request);
                return new LockRange(LockType.byCode(FileLock.TYPE.get(request.reply())),
                        FileLock.START.get(request.reply()), FileLock.END.get(request.reply()),
                        FileLock.PID.get(request.reply()));
            }
        }

        void flush(long owner) {
            try (Request request = connection.newRequest(Opcode.FLUSH, FILE, Caller.KERNEL)) {
                FlushIn.LOCK_OWNER.set(request.arguments(), owner);
                connection.call(request);
            }
        }

        void release(long handle, long owner, boolean flockUnlock) {
            try (Request request = connection.newRequest(Opcode.RELEASE, FILE, Caller.KERNEL)) {
                ReleaseIn.FH.set(request.arguments(), handle);
                ReleaseIn.LOCK_OWNER.set(request.arguments(), owner);
                ReleaseIn.RELEASE_FLAGS.set(request.arguments(),
                        flockUnlock ? (int) ReleaseFlag.FLOCK_UNLOCK.mask() : 0);
                connection.call(request);
            }
        }
    }

    /** A call that waits, on a thread of its own. */
    private static final class Waiting {
        private final FutureTask<Errno> task;
        private final Thread thread;

        Waiting(Kernel kernel, long owner, boolean flock, LockRange range) {
            task = new FutureTask<>(() -> kernel.call(Opcode.SETLKW, 0, owner, flock, range));
            thread = Thread.ofVirtual().start(task);
        }

        Errno outcome() throws InterruptedException, TimeoutException, ExecutionException {
            return task.get(8, TimeUnit.SECONDS);
        }
    }

    @BeforeEach void serveTwoKernels() throws IOException {
        server = FuseServer.serve(fileSystem).at(Address.parse("mem:")).start();
        first = new Kernel(mount());
        second = new Kernel(mount());
    }

    private FuseConnection mount() throws IOException {
        return FuseConnection.mount(Transports.connect(server.address()), NotificationSink.NONE,
                ConnectionOptions.DEFAULT.withRequestTimeout(Duration.ofSeconds(20)));
    }

    @AfterEach void end() {
        first.connection.close();
        second.connection.close();
        server.close();
        assertThat(fileSystem.ended).doesNotHaveDuplicates().hasSize(2);
        assertThat(fileSystem.locks.lockedFiles()).isZero();
    }

    /** Waits until a request waits for a lock of the file. */
    private Waiting waiting(Kernel kernel, long owner, LockRange range) {
        var waiting = new Waiting(kernel, owner, false, range);
        await().until(() -> fileSystem.locks.waiting() == 1);
        return waiting;
    }

    @Test void lockOwnersOfTwoKernelsDifferThoughTheirNumbersAreEqual() {
        assertThat(first.lock(1, WRITE, 0, 10)).isEqualTo(Errno.OK);
        assertThat(first.lock(1, WRITE, 5, 10)).isEqualTo(Errno.OK);
        assertThat(second.lock(1, WRITE, 0, 10)).isEqualTo(Errno.EAGAIN);
        second.flush(1);
        assertThat(second.test(1, READ, 12, 1)).isEqualTo(new LockRange(WRITE, 0, 14, 71));
        first.flush(1);
        assertThat(second.test(1, READ, 12, 1)).isEqualTo(new LockRange(UNLOCKED, 12, 12, 0));
    }

    /** Linux reuses the number of an open file once it is closed, and does not wait for RELEASE. */
    @Test void aLateReleaseKeepsTheFlockOfTheNextOpenFile() throws Exception {
        var locks = new Locks();
        var range = new LockRange(WRITE, 0, LockRange.TO_THE_END, 1);
        locks.setlk(Lock.of(1, 10, 5, range).withFlock(true));
        locks.setlk(Lock.of(1, 10, 5, range.withType(LockType.UNLOCKED)).withFlock(true));
        locks.setlk(Lock.of(1, 11, 5, range).withFlock(true));
        locks.release(Release.of(1, 10).withLockOwner(5, true));
        assertThatThrownBy(() -> locks.setlk(Lock.of(1, 12, 6, range).withFlock(true)))
                .hasMessageContaining(Errno.EAGAIN.name());
        locks.release(Release.of(1, 11).withLockOwner(5, true));
        locks.setlk(Lock.of(1, 12, 6, range).withFlock(true));
    }

    @Test void recordLocksAndFlockDoNotConflict() {
        assertThat(first.lock(1, WRITE, 0, 0)).isEqualTo(Errno.OK);
        assertThat(second.flock(1, WRITE)).isEqualTo(Errno.OK);
        assertThat(first.flock(2, READ)).isEqualTo(Errno.EAGAIN);
        second.release(0, 1, false);
        assertThat(first.flock(2, READ)).isEqualTo(Errno.EAGAIN);
        second.release(0, 1, true);
        assertThat(first.flock(2, READ)).isEqualTo(Errno.OK);
    }

    @Test void invalidRangesAreRefused() {
        for (long[] range : new long[][]{{-1, 5}, {6, 5}, {0, -1}}) {
            try (Request request = first.connection.newRequest(Opcode.SETLK, FILE,
                    Caller.KERNEL)) {
                FileLock.START.set(request.arguments(), LkIn.LK.offset(), range[0]);
                FileLock.END.set(request.arguments(), LkIn.LK.offset(), range[1]);
                assertThat(org.assertj.core.api.Assertions.catchThrowableOfType(FuseException.class,
                        () -> first.connection.call(request)).errno()).isEqualTo(Errno.EINVAL);
            }
        }
    }

    @Test void aWaiterIsWokenByAnotherKernelsUnlock() throws Exception {
        first.lock(1, WRITE, 0, 10);
        Waiting waiting = waiting(second, 1, LockRange.of(READ, 0, 5));
        first.lock(1, UNLOCKED, 0, 5);
        assertThat(waiting.outcome()).isEqualTo(Errno.OK);
        assertThat(first.lock(2, WRITE, 4, 1)).isEqualTo(Errno.EAGAIN);
    }

    @Test void aWaiterIsWokenByTheEndOfAnotherSession() throws Exception {
        first.lock(1, WRITE, 0, 10);
        Waiting waiting = waiting(second, 1, LockRange.of(READ, 0, 5));
        first.connection.abort();
        assertThat(waiting.outcome()).isEqualTo(Errno.OK);
    }

    @Test void aWaiterIsWokenByTheEndOfItsOwnSession() throws Exception {
        first.lock(1, WRITE, 0, 10);
        Waiting waiting = waiting(second, 1, LockRange.of(READ, 0, 5));
        second.connection.abort();
        assertThat(waiting.outcome()).isEqualTo(Errno.ECONNABORTED);
        await().until(() -> fileSystem.ended.size() == 1);
        assertThat(first.test(3, READ, 0, 0)).isEqualTo(new LockRange(WRITE, 0, 9, 71));
        first.flush(1);
        assertThat(first.test(3, WRITE, 0, 0).type()).isEqualTo(UNLOCKED);
    }

    @Test void aWaiterCanBeInterrupted() throws Exception {
        first.lock(1, WRITE, 0, 10);
        Waiting waiting = waiting(second, 1, LockRange.of(READ, 0, 5));
        waiting.thread.interrupt();
        assertThat(waiting.outcome()).isEqualTo(Errno.EINTR);
        first.flush(1);
        assertThat(first.test(3, WRITE, 0, 0).type()).isEqualTo(UNLOCKED);
    }

    @Test void manyWaitersHoldNoWorkerAndEachGetsTheLock() throws Exception {
        first.lock(1, WRITE, 0, 10);
        var waiting = new Waiting[40];
        for (int i = 0; i < waiting.length; i++) {
            waiting[i] = new Waiting(i % 2 == 0 ? first : second, 100 + i, false, LockRange.of(READ, 0, 5));
        }
        await().until(() -> fileSystem.locks.waiting() == waiting.length);
        first.flush(1);
        for (Waiting each : waiting) {
            assertThat(each.outcome()).isEqualTo(Errno.OK);
        }
    }

    @Test void deadlocksAreDetectedAcrossKernels() throws Exception {
        first.lock(1, WRITE, 0, 1);
        second.lock(1, WRITE, 1, 1);
        Waiting waiting = waiting(first, 1, LockRange.of(WRITE, 1, 1));
        assertThat(second.call(Opcode.SETLKW, 0, 1, false, LockRange.of(WRITE, 0, 1))).isEqualTo(Errno.EDEADLK);
        second.flush(1);
        assertThat(waiting.outcome()).isEqualTo(Errno.OK);
    }

    /** A lock of an open file description has the file as its owner, and no FLUSH names that. */
    @Test void ofdLocksAreReleasedWithTheirHandle() {
        assertThat(first.call(Opcode.SETLK, 8, 1234, false, LockRange.of(WRITE, 0, 5))).isEqualTo(Errno.OK);
        assertThat(first.call(Opcode.SETLK, 9, 1, false, LockRange.of(WRITE, 7, 5))).isEqualTo(Errno.OK);
        first.flush(2);
        first.release(7, 0, false);
        assertThat(second.lock(1, READ, 0, 1)).isEqualTo(Errno.EAGAIN);
        first.release(8, 0, false);
        assertThat(second.lock(1, READ, 0, 1)).isEqualTo(Errno.OK);
        assertThat(second.lock(1, READ, 7, 1)).isEqualTo(Errno.EAGAIN);
    }

    /** The owner may have locked it again meanwhile, by another of its files. */
    @Test void locksThatFlushHasReleasedAreNotReleasedAgain() {
        first.call(Opcode.SETLK, 8, 1, false, LockRange.of(WRITE, 0, 5));
        first.flush(1);
        first.call(Opcode.SETLK, 9, 1, false, LockRange.of(WRITE, 0, 5));
        first.release(8, 0, false);
        assertThat(second.lock(1, READ, 0, 1)).isEqualTo(Errno.EAGAIN);
    }

    @Test void nothingIsLockedAtFirst() {
        assertThat(first.test(1, WRITE, 0, 0)).isEqualTo(NONE);
    }
}
