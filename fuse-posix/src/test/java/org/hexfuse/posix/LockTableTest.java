package org.hexfuse.posix;

import static org.hexfuse.posix.FuseAssertions.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hexfuse.posix.LockType.READ;
import static org.hexfuse.posix.LockType.UNLOCKED;
import static org.hexfuse.posix.LockType.WRITE;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class LockTableTest {
    private static final String F = "f";
    private static final String G = "g";

    private final LockTable<String, String> records = LockTable.ofRecords();
    private final LockTable<String, String> flocks = LockTable.ofWholeFiles();
    private final List<Thread> threads = new ArrayList<>();

    @AfterEach void endThreads() throws InterruptedException {
        for (Thread thread : threads) {
            thread.interrupt();
            assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
        }
    }

    private static LockRange lock(LockType type, long start, long length) {
        return LockRange.of(type, start, length);
    }

    private static LockRange whole(LockType type) {
        return LockRange.whole(type);
    }

    /** A thread that requests a conflicting lock. */
    private final class Asking {
        final Thread thread;
        private final FutureTask<Errno> task;

        Asking(LockTable<String, String> table, String file, String owner, LockRange range) {
            task = new FutureTask<>(() -> {
                try {
                    table.setlkw(file, owner, range);
                    return Errno.OK;
                } catch (FuseException e) {
                    return e.errno();
                } catch (InterruptedException _) {
                    return Errno.EINTR;
                }
            });
            thread = Thread.ofVirtual().start(task);
            threads.add(thread);
            await().pollInterval(Duration.ofMillis(1)).pollDelay(Duration.ZERO)
                    .until(() -> task.isDone() || thread.getState() == Thread.State.WAITING);
        }

        boolean waits() {
            return !task.isDone();
        }

        Errno outcome() throws InterruptedException, TimeoutException, ExecutionException {
            return task.get(20, TimeUnit.SECONDS);
        }
    }

    private Asking asking(String file, String owner, LockRange range) {
        return new Asking(records, file, owner, range);
    }

    @Nested class Ranges {
        @Test void areThoseOfFcntl() {
            assertThat(lock(READ, 5, 0)).isEqualTo(new LockRange(READ, 5, Long.MAX_VALUE, 0));
            assertThat(lock(READ, 5, 1)).isEqualTo(new LockRange(READ, 5, 5, 0));
            assertThat(lock(READ, 5, -5)).isEqualTo(new LockRange(READ, 0, 4, 0));
            assertThat(lock(READ, 1, Long.MAX_VALUE)).isEqualTo(new LockRange(READ, 1, Long.MAX_VALUE, 0));
            assertFails(Errno.EOVERFLOW, () -> lock(READ, 2, Long.MAX_VALUE));
            assertFails(Errno.EINVAL, () -> lock(READ, 5, -6));
            assertFails(Errno.EINVAL, () -> lock(READ, -1, 1));
            assertFails(Errno.EINVAL, () -> lock(READ, -1, 0));
            assertFails(Errno.EINVAL, () -> LockType.byCode(3));
        }

        @Test void ofOneOwnerAreSplitAndMerged() {
            records.set(F, "a", lock(WRITE, 0, 100));
            records.set(F, "a", lock(READ, 40, 20));
            assertThat(records.getlk(F, "b", lock(READ, 0, 0))).contains(lock(WRITE, 0, 40));
            assertThat(records.getlk(F, "b", lock(READ, 40, 20))).isEmpty();
            assertThat(records.getlk(F, "b", lock(WRITE, 45, 1))).contains(lock(READ, 40, 20));
            records.set(F, "a", lock(WRITE, 40, 20));
            assertThat(records.getlk(F, "b", lock(READ, 99, 1))).contains(lock(WRITE, 0, 100));
        }

        @Test void thatAreReleasedTakeNoMemory() {
            records.set(F, "a", lock(READ, 7, 1));
            records.set(F, "b", lock(UNLOCKED, 0, 0));
            assertThat(records.lockedFiles()).isEqualTo(1);
            records.set(F, "a", lock(UNLOCKED, 0, 0));
            assertThat(records.lockedFiles()).isZero();
            assertFails(Errno.EAGAIN, () -> {
                records.set(G, "a", lock(READ, 7, 1));
                records.set(G, "b", lock(WRITE, 7, 1));
            });
            records.release(G, "a");
            records.release(G, "b");
            assertThat(records.lockedFiles()).isZero();
        }

        @Test void areLimited() {
            LockTable<String, String> small = LockTable.ofRecords(2);
            small.set(F, "a", lock(READ, 0, 1));
            small.set(F, "a", lock(READ, 2, 1));
            assertFails(Errno.ENOLCK, () -> small.set(F, "a", lock(READ, 4, 1)));
            small.set(F, "a", lock(UNLOCKED, 0, 0));
            small.set(F, "a", lock(READ, 4, 1));
        }
    }

    @Nested class Waiting {
        @Test void endsWhenTheLockIsReleased() throws Exception {
            records.set(F, "a", lock(WRITE, 0, 10));
            Asking b = asking(F, "b", lock(READ, 5, 10));
            records.set(F, "a", lock(UNLOCKED, 0, 5));
            assertThat(b.waits()).isTrue();
            records.set(F, "a", lock(UNLOCKED, 5, 5));
            assertThat(b.outcome()).isEqualTo(Errno.OK);
            assertFails(Errno.EAGAIN, () -> records.set(F, "a", lock(WRITE, 14, 1)));
        }

        @Test void endsWhenTheLockIsDowngraded() throws Exception {
            records.set(F, "a", lock(WRITE, 0, 10));
            Asking b = asking(F, "b", lock(READ, 0, 10));
            records.set(F, "a", lock(READ, 0, 10));
            assertThat(b.outcome()).isEqualTo(Errno.OK);
        }

        @Test void endsWhenTheFileIsClosed() throws Exception {
            records.set(F, "a", lock(WRITE, 0, 10));
            records.set(G, "a", lock(WRITE, 0, 10));
            Asking b = asking(F, "b", lock(READ, 0, 10));
            Asking c = asking(G, "c", lock(READ, 0, 10));
            records.release(F, "a");
            assertThat(b.outcome()).isEqualTo(Errno.OK);
            assertThat(c.waits()).isTrue();
        }

        @Test void endsWhenInterruptedAndTakesNothing() throws Exception {
            records.set(F, "a", lock(WRITE, 0, 10));
            Asking b = asking(F, "b", lock(READ, 0, 10));
            b.thread.interrupt();
            assertThat(b.outcome()).isEqualTo(Errno.EINTR);
            records.release(F, "a");
            assertThat(records.lockedFiles()).isZero();
        }

        @Test void endsWithTheOwnersAndWakesOthers() throws Exception {
            records.set(F, "1 a", lock(WRITE, 0, 10));
            records.set(G, "2 a", lock(WRITE, 0, 10));
            Asking ours = asking(G, "1 b", lock(WRITE, 0, 10));
            Asking other = asking(F, "2 b", lock(WRITE, 0, 10));
            records.releaseAll(owner -> owner.startsWith("1"));
            assertThat(ours.outcome()).isEqualTo(Errno.EINTR);
            assertThat(other.outcome()).isEqualTo(Errno.OK);
            records.releaseAll(_ -> true);
            assertThat(records.lockedFiles()).isZero();
        }

        @Test void isInOrderOfArrival() throws Exception {
            records.set(F, "a", lock(WRITE, 0, 10));
            Asking b = asking(F, "b", lock(WRITE, 0, 10));
            Asking c = asking(F, "c", lock(WRITE, 0, 10));
            Asking d = asking(F, "d", lock(WRITE, 10, 10));
            assertThat(d.outcome()).isEqualTo(Errno.OK);
            records.release(F, "a");
            assertThat(b.outcome()).isEqualTo(Errno.OK);
            assertThat(c.waits()).isTrue();
            records.release(F, "b");
            assertThat(c.outcome()).isEqualTo(Errno.OK);
        }

        @Test void aLockWithoutAConflictIsGrantedPastAWaiter() throws Exception {
            records.set(F, "a", lock(READ, 0, 10));
            Asking writer = asking(F, "b", lock(WRITE, 0, 10));
            assertThat(asking(F, "c", lock(READ, 0, 10)).outcome()).isEqualTo(Errno.OK);
            records.set(F, "d", lock(READ, 0, 10));
            assertThat(writer.waits()).isTrue();
        }

        /** Overlapping readers, so that there is always one. */
        @Test void isBoundedWhileOtherLocksAreGranted() throws Exception {
            records.set(F, "r0", lock(READ, 0, 10));
            Asking writer = asking(F, "w", lock(WRITE, 0, 10));
            int passed = 0;
            Asking last = asking(F, "r1", lock(READ, 0, 10));
            while (!last.waits() && passed < 2 * FileLocks.MAX_BYPASSES) {
                passed++;
                records.release(F, "r" + (passed - 1));
                last = asking(F, "r" + (passed + 1), lock(READ, 0, 10));
            }
            assertThat(passed).isBetween(FileLocks.MAX_BYPASSES - 1, FileLocks.MAX_BYPASSES);
            records.release(F, "r" + passed);
            assertThat(writer.outcome()).isEqualTo(Errno.OK);
            assertThat(last.waits()).isTrue();
            records.release(F, "w");
            assertThat(last.outcome()).isEqualTo(Errno.OK);
        }

        /** The writer starves for the first lock of the reader, which the reader releases only after it has its second. */
        @Test void noWaiterQueuesBehindAStarvingOneThatWaitsForIt() throws Exception {
            records.set(F, "r", lock(READ, 0, 10));
            Asking writer = asking(F, "w", lock(WRITE, 0, 20));
            for (int i = 0; i < FileLocks.MAX_BYPASSES; i++) {
                records.set(F, "passing", lock(READ, 0, 10));
                records.release(F, "passing");
            }
            assertThat(asking(F, "r", lock(READ, 5, 10)).outcome()).isEqualTo(Errno.OK);
            Asking other = asking(F, "o", lock(READ, 0, 10));
            assertThat(other.waits()).isTrue();
            records.set(G, "o", lock(WRITE, 0, 1));
            // Now the writer waits for the reader, the reader for the other, and the other would for the writer.
            Asking reader = asking(G, "r", lock(READ, 0, 1));
            assertThat(other.outcome()).isEqualTo(Errno.OK);
            assertThat(reader.waits()).isTrue();
            assertThat(writer.waits()).isTrue();
        }
    }

    @Nested class Deadlocks {
        @Test void ofTwoOwnersAreDetected() throws Exception {
            records.set(F, "a", lock(WRITE, 0, 1));
            records.set(F, "b", lock(WRITE, 1, 1));
            Asking a = asking(F, "a", lock(WRITE, 1, 1));
            assertThat(asking(F, "b", lock(WRITE, 0, 1)).outcome()).isEqualTo(Errno.EDEADLK);
            assertThat(a.waits()).isTrue();
            records.release(F, "b");
            assertThat(a.outcome()).isEqualTo(Errno.OK);
        }

        @Test void overSeveralFilesAreDetected() throws Exception {
            for (int i = 0; i < 5; i++) {
                records.set("file" + i, "owner" + i, whole(WRITE));
            }
            for (int i = 0; i < 4; i++) {
                assertThat(asking("file" + (i + 1), "owner" + i, whole(READ)).waits()).isTrue();
            }
            assertThat(asking("file0", "owner4", whole(READ)).outcome()).isEqualTo(Errno.EDEADLK);
        }

        @Test void ofTwoUpgradesAreDetected() throws Exception {
            records.set(F, "a", whole(READ));
            records.set(F, "b", whole(READ));
            Asking a = asking(F, "a", whole(WRITE));
            assertThat(asking(F, "b", whole(WRITE)).outcome()).isEqualTo(Errno.EDEADLK);
            assertFails(Errno.EAGAIN, () -> records.set(F, "c", whole(WRITE)));
            records.release(F, "b");
            assertThat(a.outcome()).isEqualTo(Errno.OK);
        }

        /** Needs an owner with several threads. */
        @Test void thatAGrantClosesAreDetected() throws Exception {
            // a has F and waits for b's G; b waits for c's H; another thread of a, which waits too, gets H first.
            records.set(F, "a", lock(WRITE, 0, 1));
            records.set(G, "b", lock(WRITE, 0, 1));
            records.set("h", "c", lock(WRITE, 0, 1));
            Asking second = asking("h", "a", lock(WRITE, 0, 1));
            Asking b = asking("h", "b", lock(WRITE, 0, 1));
            Asking first = asking(G, "a", lock(WRITE, 0, 1));
            records.release("h", "c");
            assertThat(second.outcome()).isEqualTo(Errno.OK);
            assertThat(b.outcome()).isEqualTo(Errno.EDEADLK);
            assertThat(first.waits()).isTrue();
            records.release(G, "b");
            assertThat(first.outcome()).isEqualTo(Errno.OK);
        }

        @Test void areNotSeenInTheOwnersOwnLock() throws Exception {
            records.set(F, "a", whole(WRITE));
            assertThat(asking(F, "a", whole(READ)).outcome()).isEqualTo(Errno.OK);
            assertThat(asking(F, "a", whole(WRITE)).outcome()).isEqualTo(Errno.OK);
        }

        @Test void areNotDetectedAmongWholeFileLocks() throws Exception {
            flocks.set(F, "a", whole(WRITE));
            flocks.set(G, "b", whole(WRITE));
            Asking a = new Asking(flocks, G, "a", whole(WRITE));
            Asking b = new Asking(flocks, F, "b", whole(WRITE));
            assertThat(a.waits()).isTrue();
            assertThat(b.waits()).isTrue();
        }
    }

    @Nested class WholeFiles {
        @Test void areSharedOrExclusive() {
            flocks.set(F, "a", whole(READ));
            flocks.set(F, "b", whole(READ));
            assertFails(Errno.EAGAIN, () -> flocks.set(F, "c", whole(WRITE)));
            flocks.set(F, "a", whole(UNLOCKED));
            flocks.set(F, "b", whole(WRITE));
            assertFails(Errno.EAGAIN, () -> flocks.set(F, "c", whole(READ)));
        }

        @Test void releaseTheirLockToChangeIt() throws Exception {
            flocks.set(F, "a", whole(READ));
            flocks.set(F, "b", whole(READ));
            assertFails(Errno.EAGAIN, () -> flocks.set(F, "a", whole(WRITE)));
            flocks.set(F, "b", whole(WRITE));
            Asking a = new Asking(flocks, F, "a", whole(READ));
            flocks.set(F, "b", whole(READ));
            assertThat(a.outcome()).isEqualTo(Errno.OK);
        }

        /** Two readers upgrade: the first waits, the second has released its lock. */
        @Test void areUpgradedByTwoOneAfterTheOther() throws Exception {
            flocks.set(F, "a", whole(READ));
            flocks.set(F, "b", whole(READ));
            Asking a = new Asking(flocks, F, "a", whole(WRITE));
            assertThat(a.waits()).isTrue();
            Asking b = new Asking(flocks, F, "b", whole(WRITE));
            assertThat(a.outcome()).isEqualTo(Errno.OK);
            flocks.release(F, "a");
            assertThat(b.outcome()).isEqualTo(Errno.OK);
        }
    }

    /** Many threads that lock at random, in one order: never two at once, and all finish. */
    @Test void manyThreadsExcludeEachOther() throws Exception {
        var inside = new AtomicInteger[4];
        for (int i = 0; i < inside.length; i++) {
            inside[i] = new AtomicInteger();
        }
        var tasks = new ArrayList<FutureTask<Integer>>();
        for (int t = 0; t < 16; t++) {
            String owner = "o" + t;
            var random = new Random(t);
            var task = new FutureTask<>(() -> {
                for (int i = 0; i < 300; i++) {
                    int first = random.nextInt(inside.length);
                    LockType type = random.nextInt(3) == 0 ? WRITE : READ;
                    records.setlkw(F, owner, lock(type, first, 1));
                    int now = inside[first].addAndGet(type == WRITE ? 1000 : 1);
                    assertThat(type == WRITE ? now == 1000 : now < 1000).as("%d inside", now).isTrue();
                    LockSupport.parkNanos(1000);
                    inside[first].addAndGet(type == WRITE ? -1000 : -1);
                    records.set(F, owner, lock(UNLOCKED, first, 1));
                }
                return 0;
            });
            tasks.add(task);
            threads.add(Thread.ofVirtual().start(task));
        }
        for (FutureTask<Integer> task : tasks) {
            task.get(40, TimeUnit.SECONDS);
        }
        assertThat(records.lockedFiles()).isZero();
        assertThat(records.waiting()).isZero();
        assertThat(records.getlk(F, "x", whole(WRITE))).isEqualTo(Optional.empty());
    }
}
