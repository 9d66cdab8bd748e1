package org.hexfuse.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hexfuse.posix.LockType.READ;
import static org.hexfuse.posix.LockType.UNLOCKED;
import static org.hexfuse.posix.LockType.WRITE;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Many waiters for the locks on one file. */
@Timeout(60) class LockWaitersTest {
    private static final String F = "f";

    private final List<Thread> threads = new ArrayList<>();
    /** What waiters were refused with, and what they threw beside that. */
    private final Queue<Errno> refusals = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> defects = new ConcurrentLinkedQueue<>();

    @AfterEach void endThreads() throws InterruptedException {
        for (Thread thread : threads) {
            thread.interrupt();
        }
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
        }
        assertThat(defects).isEmpty();
        assertThat(refusals).allMatch(errno -> errno == Errno.EDEADLK);
    }

    /** An owner that counts how often it is compared. */
    private record Counted(int number, AtomicLong comparisons) {
        @Override public boolean equals(Object other) {
            comparisons.incrementAndGet();
            return other instanceof Counted counted && number == counted.number;
        }

        @Override public int hashCode() {
            return number;
        }
    }

    private Thread waiter(Runnable task) {
        Thread thread = Thread.ofVirtual().uncaughtExceptionHandler((_, e) -> defects.add(e)).start(task);
        threads.add(thread);
        return thread;
    }

    private static void lock(LockTable<String, Counted> table, Counted owner, LockRange range) {
        try {
            table.setlkw(F, owner, range);
            table.set(F, owner, LockRange.whole(UNLOCKED));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** The comparisons of owners while {@code count} waiters get the one lock after each other. */
    private long comparisons(int count, LockTable<String, Counted> table, LockType type) throws InterruptedException {
        var comparisons = new AtomicLong();
        var holder = new Counted(-1, comparisons);
        table.set(F, holder, LockRange.whole(WRITE));
        var started = new ArrayList<Thread>();
        for (int i = 0; i < count; i++) {
            var owner = new Counted(i, comparisons);
            started.add(waiter(() -> lock(table, owner, LockRange.whole(type))));
        }
        await().until(() -> table.waiting() == count);
        table.set(F, holder, LockRange.whole(UNLOCKED));
        for (Thread thread : started) {
            assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
        }
        assertThat(table.lockedFiles()).isZero();
        return comparisons.get();
    }

    @ParameterizedTest
    @EnumSource(names = {"READ", "WRITE"}) void costTheSameEachHoweverMany(LockType type) throws Exception {
        long few = comparisons(200, LockTable.ofRecords(), type);
        long many = comparisons(2000, LockTable.ofRecords(), type);
        assertThat(many).isLessThan(20 * few);
    }

    @Test void ofWholeFileLocksCostTheSameEachHoweverMany() throws Exception {
        long few = comparisons(200, LockTable.ofWholeFiles(), WRITE);
        long many = comparisons(2000, LockTable.ofWholeFiles(), WRITE);
        assertThat(many).isLessThan(20 * few);
    }

    @Test void forTwoLocksAreEachServedInOrder() throws Exception {
        LockTable<String, Integer> table = LockTable.ofRecords();
        table.set(F, -1, LockRange.whole(WRITE));
        var even = new ConcurrentLinkedQueue<Integer>();
        var odd = new ConcurrentLinkedQueue<Integer>();
        for (int i = 0; i < 60; i++) {
            int owner = i;
            LockRange range = new LockRange(WRITE, i % 2, i % 2, 0);
            waiter(() -> {
                try {
                    table.setlkw(F, owner, range);
                    (owner % 2 == 0 ? even : odd).add(owner);
                    table.set(F, owner, range.withType(UNLOCKED));
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            });
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1))
                    .until(() -> table.waiting() == owner + 1);
        }
        table.release(F, -1);
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
        }
        assertThat(List.copyOf(even)).hasSize(30).isSorted();
        assertThat(List.copyOf(odd)).hasSize(30).isSorted();
    }

    @Test void ofOneOwnerAreServedTogether() throws Exception {
        LockTable<String, Integer> table = LockTable.ofRecords();
        table.set(F, -1, LockRange.whole(WRITE));
        var granted = new ConcurrentLinkedQueue<Integer>();
        for (int i = 0; i < 30; i++) {
            int owner = i % 3;
            int arrived = i;
            waiter(() -> {
                try {
                    table.setlkw(F, owner, LockRange.whole(WRITE));
                    granted.add(owner);
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                } catch (FuseException e) {
                    refusals.add(e.errno());
                }
            });
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1))
                    .until(() -> table.waiting() == arrived + 1);
        }
        table.release(F, -1);
        for (int owner = 0; owner < 3; owner++) {
            int expected = owner;
            await().until(() -> granted.size() == 10);
            assertThat(granted).containsOnly(expected);
            granted.clear();
            table.release(F, owner);
        }
        assertThat(table.lockedFiles()).isZero();
    }

    /** A waiter of the random steps. */
    private static final class Request {
        final int owner;
        final LockRange range;
        Thread thread;
        volatile boolean ended;

        Request(int owner, LockRange range) {
            this.owner = owner;
            this.range = range;
        }

        boolean isBlocked() { return !ended && thread.getState() == Thread.State.WAITING; }
    }

    /** Locks, unlocks, downgrades and interrupts at random: no waiter is left that conflicts with no lock. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) void neverWaitForALockThatIsFree(long seed) {
        LockTable<String, Integer> table = LockTable.ofRecords();
        var random = new Random(seed);
        var requests = new ArrayList<Request>();
        for (int step = 0; step < 300; step++) {
            int owner = random.nextInt(8);
            int from = random.nextInt(4);
            LockType type = random.nextBoolean() ? WRITE : READ;
            var range = new LockRange(type, from, from + random.nextInt(4 - from), owner);
            switch (random.nextInt(5)) {
                case 0, 1 -> request(table, new Request(owner, range), requests);
                case 2 -> table.set(F, owner, range.withType(UNLOCKED));
                case 3 -> table.release(F, owner);
                default -> {
                    if (!requests.isEmpty()) {
                        requests.get(random.nextInt(requests.size())).thread.interrupt();
                    }
                }
            }
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> {
                requests.removeIf(request -> request.ended);
                return table.waiting() == requests.size() && requests.stream().allMatch(Request::isBlocked);
            });
            for (Request request : requests) {
                assertThat(table.getlk(F, request.owner, request.range))
                        .as("step %d: what %d waits for, with %s", step, request.owner, request.range).isPresent();
            }
        }
    }

    private void request(LockTable<String, Integer> table, Request request, List<Request> requests) {
        requests.add(request);
        request.thread = waiter(() -> {
            try {
                table.setlkw(F, request.owner, request.range);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (FuseException e) {
                refusals.add(e.errno());
            } finally {
                request.ended = true;
            }
        });
    }
}
