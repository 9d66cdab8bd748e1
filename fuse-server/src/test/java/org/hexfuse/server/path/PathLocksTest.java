package org.hexfuse.server.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Attr;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Unlink;
import org.hexfuse.server.path.PathLocks.Held;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Path locks: which conflict, and that no waiter starves. */
@Timeout(60) class PathLocksTest {
    private static final Name A = Name.of("a");
    private static final Name B = Name.of("b");
    private static final Name NEW = Name.of("new");

    private final Unlink op = Unlink.of(1, A);
    private PathNode root;
    private PathNode a;
    private PathNode b;
    private PathLocks locks;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** Two directories that the kernel knows. */
    @BeforeEach void lookUp() throws Exception {
        PathFileSystem fileSystem = PathFileSystem.of(new PathOperations() {
            @Override public Attr getattr(String path, GetAttr op) {
                return Attr.directory(0755);
            }
        });
        fileSystem.lookup(Lookup.of(1, A));
        fileSystem.lookup(Lookup.of(1, B));
        root = (PathNode) fileSystem.known("/").orElseThrow();
        a = root.known(A);
        b = root.known(B);
        locks = root.paths().locks;
    }

    @AfterEach void end() {
        threads.shutdownNow();
    }

    private CompletableFuture<Held> removing(Name name) {
        return CompletableFuture.supplyAsync(() -> locks.exclusive(root, name, op), threads);
    }

    private CompletableFuture<Void> moving(Name name, PathNode target) {
        return CompletableFuture.runAsync(() -> locks.exclusive(root, name, target, NEW, op).close(), threads);
    }

    private static void isWaiting(PathNode node) {
        await().until(() -> node.waiters > 0);
    }

    @Test void sharedLocksExcludeAnExclusiveOneAndLaterOnesWaitBehindIt() throws Exception {
        Held one = locks.shared(a, op);
        Held two = locks.shared(a, op);
        CompletableFuture<Held> exclusive = removing(A);
        isWaiting(a);
        var later = CompletableFuture.supplyAsync(() -> locks.shared(a, op), threads);
        one.close();
        assertThat(exclusive).isNotDone();
        two.close();
        Held held = exclusive.get(10, TimeUnit.SECONDS);
        assertThat(later).isNotDone();
        held.close();
        later.get(10, TimeUnit.SECONDS).close();
        assertThat(a.holds).isZero();
    }

    @Test void locksAreReleasedOnce() {
        Held one = locks.shared(a, op);
        Held two = locks.shared(a, op);
        one.close();
        one.close();
        assertThat(a.holds).isEqualTo(1);
        two.close();
        Held exclusive = locks.exclusive(root, A, op);
        exclusive.close();
        Held next = locks.shared(a, op);
        exclusive.close();
        assertThat(a.holds).isEqualTo(1);
        next.close();
    }

    @Test void waitersSleep() throws Exception {
        Held held = locks.shared(a, op);
        var all = new ArrayList<Thread>();
        for (int i = 0; i < 2; i++) {
            all.add(Thread.ofPlatform().start(() -> locks.exclusive(root, A, op).close()));
        }
        await().until(() -> a.waiters == 2);
        await().until(() -> all.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING));
        for (int i = 0; i < 100; i++) {
            Thread.sleep(1);
            assertThat(all).extracting(Thread::getState).containsOnly(Thread.State.WAITING);
        }
        held.close();
        for (Thread thread : all) {
            assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test void operationsThatEachReserveADirectoryOfTheOtherBothEnd() throws Exception {
        Held first = locks.shared(a, op);
        Held second = locks.shared(b, op);
        CompletableFuture<Void> one = moving(A, b);
        isWaiting(a);
        CompletableFuture<Void> two = moving(B, a);
        isWaiting(b);
        first.close();
        second.close();
        CompletableFuture.allOf(one, two).get(10, TimeUnit.SECONDS);
        assertThat(List.of(a.holds, b.holds, a.waiters, b.waiters)).containsOnly(0);
    }

    @Test void manyThatWaitForOneNameTakeTurns() throws Exception {
        Held held = locks.shared(a, op);
        var all = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < 20; i++) {
            all.add(CompletableFuture.runAsync(() -> locks.exclusive(root, A, op).close(), threads));
        }
        await().until(() -> a.waiters == 20);
        held.close();
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);
        assertThat(List.of(a.holds, a.waiters)).containsOnly(0);
    }

    @Test void aStreamOfLaterOperationsDoesNotOvertakeAWaitingOne() throws Exception {
        Held held = locks.shared(a, op);
        CompletableFuture<Void> move = moving(A, b);
        isWaiting(a);
        CompletableFuture<Held> later = removing(B);
        isWaiting(b);
        assertThat(later).isNotDone();
        held.close();
        move.get(10, TimeUnit.SECONDS);
        later.get(10, TimeUnit.SECONDS).close();
    }

    @Test void anInterruptEndsTheWait() throws Exception {
        var interrupted = new AtomicBoolean();
        var action = new AtomicReference<Runnable>();
        Unlink interruptible = mock(Unlink.class);
        when(interruptible.interrupted()).then(_ -> interrupted.get());
        doAnswer(call -> {
            action.set(call.getArgument(0));
            return null;
        }).when(interruptible).onInterrupt(any());
        Held held = locks.shared(a, op);
        var exclusive = CompletableFuture.supplyAsync(() -> locks.exclusive(root, A, interruptible), threads);
        isWaiting(a);
        var shared = CompletableFuture.supplyAsync(() -> locks.shared(a, op), threads);
        await().until(() -> action.get() != null);
        interrupted.set(true);
        action.get().run();
        assertThatThrownBy(() -> exclusive.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class).cause()
                .isInstanceOfSatisfying(FuseException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINTR));
        // What had to wait behind it goes on.
        shared.get(10, TimeUnit.SECONDS).close();
        held.close();
        assertThat(List.of(a.holds, a.waiters)).containsOnly(0);
    }
}
