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
import org.hexfuse.server.Link;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.MkNod;
import org.hexfuse.server.Rename;
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
    private PathFileSystem fileSystem;
    private PathLocks locks;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** Two directories that the kernel knows. */
    @BeforeEach void lookUp() throws Exception {
        fileSystem = PathFileSystem.of(new PathOperations() {
            @Override public Attr getattr(String path, GetAttr op) {
                return path.matches("/[fg]") ? Attr.file(0644, 0) : Attr.directory(0755);
            }

            @Override public void rename(String from, String to, Rename op) {}

            @Override public void unlink(String path, Unlink op) {}

            @Override public void link(String existing, String path, Link op) {}

            @Override public void mknod(String path, MkNod op) {}
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

    /** The locks at a node, also those that are in slots: an operation that has an exclusive lock counts them. */
    private int holds(PathNode node) {
        locks.exclusive(root, NEW, op).close();
        return node.holds;
    }

    private PathNode lookUp(PathNode directory, String name) throws Exception {
        return (PathNode) fileSystem.node(fileSystem.lookup(Lookup.of(directory.id(), Name.of(name))).node());
    }

    private String path(PathNode node) {
        try (Held held = locks.shared(node, op)) {
            return held.path();
        }
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
        assertThat(holds(a)).isZero();
    }

    @Test void locksAreReleasedOnce() {
        Held one = locks.shared(a, op);
        Held two = locks.shared(a, op);
        one.close();
        one.close();
        assertThat(holds(a)).isEqualTo(1);
        two.close();
        Held exclusive = locks.exclusive(root, A, op);
        exclusive.close();
        Held next = locks.shared(a, op);
        exclusive.close();
        assertThat(holds(a)).isEqualTo(1);
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
        assertThat(List.of(holds(a), holds(b), a.waiters, b.waiters)).containsOnly(0);
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
        assertThat(List.of(holds(a), a.waiters)).containsOnly(0);
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
        assertThat(List.of(holds(a), a.waiters)).containsOnly(0);
    }

    @Test void anExclusiveLockWaitsForMoreOperationsThanThereAreSlots() throws Exception {
        PathNode below = lookUp(a, "below");
        var all = new ArrayList<Held>();
        for (int i = 0; i < 200; i++) {
            all.add(locks.shared(below, op));
        }
        CompletableFuture<Held> exclusive = removing(A);
        isWaiting(a);
        assertThat(List.of(a.holds, below.holds)).containsOnly(200);
        for (Held held : all.subList(1, 200)) {
            held.close();
        }
        assertThat(exclusive).isNotDone();
        all.getFirst().close();
        exclusive.get(10, TimeUnit.SECONDS).close();
        assertThat(List.of(holds(a), holds(below))).containsOnly(0);
    }

    @Test void anExclusiveLockWaitsForNoOperationElsewhere() throws Exception {
        try (Held held = locks.shared(b, op)) {
            removing(A).get(10, TimeUnit.SECONDS).close();
            assertThat(held.path()).isEqualTo("/b");
            assertThat(b.holds).isEqualTo(1);
        }
        assertThat(holds(b)).isZero();
    }

    @Test void locksThatWereCountedMeanwhileAreReleasedOnce() {
        Held one = locks.shared(a, op);
        Held two = locks.shared(a, op);
        assertThat(holds(a)).isEqualTo(2);
        one.close();
        one.close();
        assertThat(a.holds).isEqualTo(1);
        two.close();
        assertThat(a.holds).isZero();
    }

    @Test void aPathThatWasUsedBeforeFollowsARenameOfADirectoryAboveIt() throws Exception {
        PathNode c = lookUp(a, "c");
        PathNode d = lookUp(c, "d");
        assertThat(path(d)).isEqualTo("/a/c/d");
        fileSystem.rename(Rename.of(1, A, b.id(), NEW));
        assertThat(List.of(path(d), path(c), path(a))).containsExactly("/b/new/c/d", "/b/new/c", "/b/new");
        fileSystem.rename(Rename.of(a.id(), Name.of("c"), 1, Name.of("e")));
        assertThat(path(d)).isEqualTo("/e/d");
    }

    @Test void directoriesThatAreExchangedHaveEachOthersPaths() throws Exception {
        PathNode inA = lookUp(a, "x");
        PathNode inB = lookUp(b, "x");
        assertThat(List.of(path(inA), path(inB))).containsExactly("/a/x", "/b/x");
        fileSystem.rename(Rename.of(1, A, 1, B).withFlags(Rename.EXCHANGE));
        assertThat(List.of(path(inA), path(inB))).containsExactly("/b/x", "/a/x");
    }

    @Test void aFileWithTwoNamesIsFoundByEach() throws Exception {
        fileSystem.mknod(MkNod.of(1, Name.of("f"), 0100644, 0));
        PathNode file = root.known(Name.of("f"));
        assertThat(path(file)).isEqualTo("/f");
        fileSystem.link(Link.of(1, Name.of("g"), file.id()));
        for (String name : List.of("f", "g")) {
            try (Held held = locks.shared(root, Name.of(name), op)) {
                assertThat(held.path()).isEqualTo("/" + name);
                assertThat(holds(file)).isEqualTo(1);
            }
        }
        assertThat(root.known(Name.of("g"))).isSameAs(file);
        fileSystem.unlink(Unlink.of(1, Name.of("f")));
        assertThat(path(file)).isEqualTo("/g");
    }

    @Test void aNameThatIsNotKnownHasTheLocksOfItsDirectory() throws Exception {
        Held held = locks.shared(a, NEW, op);
        assertThat(held.path()).isEqualTo("/a/new");
        CompletableFuture<Held> exclusive = removing(A);
        isWaiting(a);
        held.close();
        exclusive.get(10, TimeUnit.SECONDS).close();
    }

    @Test void morePathsThanAreKeptAreRight() throws Exception {
        var nodes = new ArrayList<PathNode>();
        for (int i = 0; i < 2000; i++) {
            nodes.add(lookUp(i % 2 == 0 ? a : b, "f" + i));
        }
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 2000; i++) {
                assertThat(path(nodes.get(i))).isEqualTo((i % 2 == 0 ? "/a/f" : "/b/f") + i);
            }
        }
    }

    @Test void deepAndLongPathsAreRight() throws Exception {
        PathNode at = a;
        var path = new StringBuilder("/a");
        for (int i = 0; i < 100; i++) {
            String name = "directory" + i;
            at = lookUp(at, name);
            path.append('/').append(name);
            assertThat(path(at)).isEqualTo(path.toString());
            assertThat(path(at)).isEqualTo(path.toString());
        }
        CompletableFuture<Held> exclusive;
        try (Held held = locks.shared(at, op)) {
            assertThat(held.path()).isEqualTo(path.toString());
            exclusive = removing(A);
            isWaiting(a);
        }
        exclusive.get(10, TimeUnit.SECONDS).close();
    }
}
