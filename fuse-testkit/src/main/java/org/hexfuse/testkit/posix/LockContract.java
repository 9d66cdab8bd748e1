package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.posix.LockType.READ;
import static org.hexfuse.posix.LockType.UNLOCKED;
import static org.hexfuse.posix.LockType.WRITE;

import java.time.Duration;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.vfs.OpenFlag;
import org.junit.jupiter.api.Test;

/**
 * {@code fcntl(2)}, record locks of open files, and {@code flock(2)}. Record locks of processes are left out: programs of which
 * several are one process could not be told apart.
 */
public interface LockContract extends PosixFixture {
    /** Makes a file that all users may open. */
    private void shared() {
        needs(PosixFeature.LOCKS);
        file("f", "");
        fs().chmod(at("f"), 0666);
    }

    private PosixFile opened() {
        return opened(fs());
    }

    private PosixFile opened(PosixClient user) {
        return user.open(at("f"), OpenFlag.READ, OpenFlag.WRITE);
    }

    private static LockRange range(LockType type, long start, long length) {
        return LockRange.of(type, start, length);
    }

    /** Acquires a lock that is released when a file is closed, which may take a moment. */
    private void soon(Runnable lock) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            try {
                lock.run();
                return;
            } catch (FuseException e) {
                if (e.errno() != Errno.EAGAIN || System.nanoTime() > deadline) {
                    throw e;
                }
                tick();
            }
        }
    }

    @Test default void aWriteLockIsExclusive() {
        shared();
        try (PosixFile one = opened(); PosixFile other = opened()) {
            one.lock(range(WRITE, 10, 10));
            fails(Errno.EAGAIN, () -> other.lock(range(WRITE, 19, 5)));
            fails(Errno.EAGAIN, () -> other.lock(range(READ, 0, 11)));
            other.lock(range(WRITE, 0, 10));
            other.lock(range(WRITE, 20, 0));
            one.lock(range(UNLOCKED, 10, 10));
            other.lock(range(WRITE, 10, 10));
            fails(Errno.EAGAIN, () -> one.lock(range(READ, 5, 1)));
        }
    }

    @Test default void aReadLockIsShared() {
        shared();
        try (PosixFile one = opened(); PosixFile other = opened(); PosixFile third = opened(alice())) {
            one.lock(range(READ, 0, 10));
            other.lock(range(READ, 5, 10));
            fails(Errno.EAGAIN, () -> third.lock(range(WRITE, 0, 1)));
            third.lock(range(READ, 0, 0));
            fails(Errno.EAGAIN, () -> one.lock(range(WRITE, 0, 1)));
            third.lock(range(UNLOCKED, 0, 5));
            one.lock(range(WRITE, 0, 5));
            fails(Errno.EAGAIN, () -> one.lock(range(WRITE, 0, 6)));
        }
    }

    @Test default void getlkReturnsTheConflictingLock() {
        shared();
        try (PosixFile one = opened(); PosixFile other = opened()) {
            one.lock(range(WRITE, 10, 10));
            one.lock(range(READ, 30, 10));
            assertThat(other.getlk(range(READ, 0, 0))).get().returns(WRITE, LockRange::type)
                    .returns(10L, LockRange::start).returns(19L, LockRange::end);
            assertThat(other.getlk(range(WRITE, 20, 0))).get().returns(READ, LockRange::type)
                    .returns(30L, LockRange::start).returns(39L, LockRange::end);
            assertThat(other.getlk(range(READ, 20, 0))).isEmpty();
            assertThat(one.getlk(range(WRITE, 0, 0))).isEmpty();
        }
    }

    @Test default void aNewLockReplacesTheOwnersLocksOnItsRange() {
        shared();
        try (PosixFile one = opened(); PosixFile other = opened()) {
            one.lock(range(WRITE, 0, 0));
            one.lock(range(READ, 10, 10));
            other.lock(range(READ, 10, 10));
            fails(Errno.EAGAIN, () -> other.lock(range(READ, 20, 1)));
            fails(Errno.EAGAIN, () -> other.lock(range(READ, 9, 1)));
            other.lock(range(UNLOCKED, 0, 0));
            one.lock(range(UNLOCKED, 100, 100));
            assertThat(other.getlk(range(READ, 50, 0))).get().returns(20L, LockRange::start)
                    .returns(99L, LockRange::end);
            assertThat(other.getlk(range(READ, 100, 0))).get().returns(200L, LockRange::start)
                    .returns(LockRange.TO_THE_END, LockRange::end);
            one.lock(range(WRITE, 10, 300));
            assertThat(other.getlk(range(READ, 50, 0))).get().returns(0L, LockRange::start)
                    .returns(LockRange.TO_THE_END, LockRange::end);
        }
    }

    @Test default void aWaiterGetsTheLockWhenItIsReleased() throws Exception {
        shared();
        try (PosixFile one = opened(); PosixFile other = opened(alice())) {
            one.lock(range(WRITE, 0, 10));
            Thread waiting = Thread.ofPlatform().daemon().start(() -> other.lockWaiting(range(WRITE, 5, 10)));
            one.lock(range(UNLOCKED, 0, 5));
            assertThat(waiting.join(Duration.ofMillis(50))).isFalse();
            one.lock(range(UNLOCKED, 0, 0));
            assertThat(waiting.join(Duration.ofSeconds(20))).isTrue();
            fails(Errno.EAGAIN, () -> one.lock(range(READ, 14, 1)));
            one.lock(range(READ, 15, 1));
        }
    }

    @Test default void closingTheFileReleasesItsRecordLocks() {
        shared();
        try (PosixFile other = opened()) {
            PosixFile one = opened();
            one.lock(range(WRITE, 0, 0));
            fails(Errno.EAGAIN, () -> other.lock(range(WRITE, 0, 1)));
            opened().close();
            fails(Errno.EAGAIN, () -> other.lock(range(WRITE, 0, 1)));
            one.close();
            soon(() -> other.lock(range(WRITE, 0, 1)));
        }
    }

    @Test default void recordLocksNeedTheFileToBeOpenForThem() {
        shared();
        try (PosixFile reading = fs().open(at("f")); PosixFile writing = fs().open(at("f"), OpenFlag.WRITE)) {
            fails(Errno.EBADF, () -> reading.lock(range(WRITE, 0, 1)));
            fails(Errno.EBADF, () -> writing.lock(range(READ, 0, 1)));
            reading.lock(range(READ, 0, 1));
            writing.lock(range(WRITE, 1, 1));
            writing.lock(range(UNLOCKED, 0, 1));
        }
    }

    @Test default void flocksAreSharedOrExclusive() {
        shared();
        try (PosixFile one = opened(); PosixFile other = fs().open(at("f")); PosixFile third = opened(alice())) {
            one.tryFlock(READ);
            other.tryFlock(READ);
            fails(Errno.EAGAIN, () -> third.tryFlock(WRITE));
            one.tryFlock(UNLOCKED);
            other.tryFlock(WRITE);
            fails(Errno.EAGAIN, () -> third.tryFlock(READ));
            other.flock(READ);
            third.flock(READ);
        }
    }

    @Test default void changingAFlockReleasesItFirst() {
        shared();
        try (PosixFile one = opened(); PosixFile other = opened(); PosixFile third = opened()) {
            one.tryFlock(READ);
            other.tryFlock(READ);
            fails(Errno.EAGAIN, () -> one.tryFlock(WRITE));
            other.tryFlock(WRITE);
            fails(Errno.EAGAIN, () -> third.tryFlock(READ));
        }
    }

    @Test default void flocksAndRecordLocksAreIndependent() {
        shared();
        try (PosixFile one = opened(); PosixFile other = opened()) {
            one.tryFlock(WRITE);
            other.lock(range(WRITE, 0, 0));
            fails(Errno.EAGAIN, () -> one.lock(range(READ, 0, 1)));
            fails(Errno.EAGAIN, () -> other.tryFlock(READ));
        }
    }

    @Test default void closingTheFileReleasesItsFlock() throws Exception {
        shared();
        PosixFile one = opened();
        try (PosixFile other = opened(alice())) {
            one.flock(WRITE);
            Thread waiting = Thread.ofPlatform().daemon().start(() -> other.flock(WRITE));
            assertThat(waiting.join(Duration.ofMillis(50))).isFalse();
            one.close();
            assertThat(waiting.join(Duration.ofSeconds(20))).isTrue();
        } finally {
            one.close();
        }
    }

    @Test default void anUnlinkedFileKeepsItsLocks() {
        shared();
        try (PosixFile one = opened(); PosixFile other = opened()) {
            one.lock(range(WRITE, 0, 1));
            fs().rename(at("f"), at("g"));
            fails(Errno.EAGAIN, () -> other.lock(range(READ, 0, 1)));
            fs().unlink(at("g"));
            fails(Errno.EAGAIN, () -> other.lock(range(READ, 0, 1)));
            file("f", "");
            try (PosixFile another = opened()) {
                another.lock(range(WRITE, 0, 1));
            }
        }
    }
}
