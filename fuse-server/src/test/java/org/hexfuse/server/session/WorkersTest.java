package org.hexfuse.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.LkIn;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.device.Request;
import org.hexfuse.server.*;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60) class WorkersTest {
    private static final Caller ANNA = new Caller(1000, 100, 42);

    private FuseServer server;
    private FuseConnection kernel;

    private void serve(FuseServer.Builder builder) throws IOException {
        serve(builder, "mem:");
    }

    private void serve(FuseServer.Builder builder, String address) throws IOException {
        server = builder.at(Address.parse(address)).start();
        kernel = FuseConnection.mount(Transports.connect(server.address()), NotificationSink.NONE,
                ConnectionOptions.DEFAULT.withRequestTimeout(Duration.ZERO));
    }

    @AfterEach void end() {
        if (kernel != null) {
            kernel.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private Errno call(Opcode opcode, long node, java.util.function.UnaryOperator<Request> fill) {
        try (Request request = fill.apply(kernel.newRequest(opcode, node, ANNA))) {
            kernel.call(request);
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }

    private Errno lookup(String name) {
        return call(Opcode.LOOKUP, 1, request -> request.name(Name.of(name)));
    }

    private Errno lock(Opcode opcode, long node) {
        return call(opcode, node, request -> {
            LkIn.OWNER.set(request.arguments(), 5);
            return request;
        });
    }

    private static List<Thread> start(int count, Runnable task) {
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < count; i++) {
            threads.add(Thread.ofVirtual().start(task));
        }
        return threads;
    }

    private static void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
        }
    }

    /** Lookups of {@code wait} and waiting locks wait for the latch, the rest doesn't. */
    private static class Gate implements FuseFileSystem {
        final Blocking blocking;
        final CountDownLatch open = new CountDownLatch(1);
        final AtomicInteger waiting = new AtomicInteger();

        Gate(Blocking blocking) {
            this.blocking = blocking;
        }

        @Override public Blocking blocking() {
            return blocking;
        }

        @Override public Entry lookup(Lookup op) throws InterruptedException {
            if (op.name().is("wait")) {
                hold();
            }
            return Entry.of(2, Attr.file(0444, 0));
        }

        private void hold() throws InterruptedException {
            waiting.incrementAndGet();
            open.await();
        }

        @Override public Set<Capability> capabilities() {
            return Set.of(Capability.RECORD_LOCKS, Capability.FLOCK);
        }

        @Override public void setlk(Lock op) throws InterruptedException {
            if (op.waits()) {
                hold();
            } else {
                open.countDown();
            }
        }

        @Override public void read(Read op, DataReply out) {
            out.writeZeros(Math.min(out.room(), 4096));
        }
    }

    @ParameterizedTest
    @EnumSource(Blocking.class) void waitingLocksNeverKeepTheUnlockFromRunning(Blocking blocking)
            throws Exception {
        var gate = new Gate(blocking);
        serve(FuseServer.serve(gate));
        var outcomes = new ConcurrentLinkedQueue<Errno>();
        List<Thread> waiters = start(200, () -> outcomes.add(lock(Opcode.SETLKW, 2)));
        await().until(() -> gate.waiting.get() == 200);
        assertThat(lock(Opcode.SETLK, 2)).isEqualTo(Errno.OK);
        join(waiters);
        assertThat(outcomes).hasSize(200).containsOnly(Errno.OK);
    }

    @Test void moreWaitingLocksThanTheBudgetHoldsAreAnsweredENOLCK() throws Exception {
        var gate = new Gate(Blocking.NEVER);
        serve(FuseServer.serve(gate).maxInflight(8 << 20));
        var outcomes = new ConcurrentLinkedQueue<Errno>();
        List<Thread> waiters = start(3000, () -> outcomes.add(lock(Opcode.SETLKW, 2)));
        await().atMost(Duration.ofSeconds(30)).until(() -> gate.waiting.get() + outcomes.size() == 3000);
        assertThat(outcomes).isNotEmpty().containsOnly(Errno.ENOLCK);
        assertThat(gate.waiting.get()).isPositive();
        assertThat(lock(Opcode.SETLK, 2)).isEqualTo(Errno.OK);
        join(waiters);
        assertThat(outcomes).hasSize(3000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "mem:?inline"}) void noNumberThatAPeerSendsSizesMemory(String address)
            throws Exception {
        var gate = new Gate(Blocking.IN_JAVA);
        serve(FuseServer.serve(gate).threads(1), address);
        for (int i = 0; i < 5; i++) {
            call(Opcode.READ, 2, request -> {
                ReadIn.SIZE_FIELD.set(request.arguments(), -1);
                return request;
            });
        }
        assertThat(lookup("a")).isEqualTo(Errno.OK);
    }

    @ParameterizedTest
    @EnumSource(Blocking.class) void noThrowableEndsAWorker(Blocking blocking) throws Exception {
        var errors = List.<Error>of(new OutOfMemoryError("Cannot reserve"), new StackOverflowError(),
                new AssertionError(), new NoClassDefFoundError("x"));
        serve(FuseServer.serve(new FuseFileSystem() {
            private final AtomicInteger next = new AtomicInteger();

            @Override public Blocking blocking() {
                return blocking;
            }

            @Override public Entry lookup(Lookup op) {
                throw errors.get(next.getAndIncrement() % errors.size());
            }
        }).threads(1));
        for (int i = 0; i < 20; i++) {
            assertThat(lookup("a")).isEqualTo(i % errors.size() == 0 ? Errno.ENOMEM : Errno.EIO);
        }
    }

    @Test void withAllWorkersBusyForgetAndInterruptAreRead() throws Exception {
        var waiting = new AtomicInteger();
        var forgotten = new CountDownLatch(1);
        serve(FuseServer.serve(new FuseFileSystem() {
            @Override public Blocking blocking() {
                return Blocking.IN_JAVA;
            }

            @Override public Entry lookup(Lookup op) throws InterruptedException {
                if (op.name().is("wait")) {
                    waiting.incrementAndGet();
                    while (!op.interrupted()) {
                        Thread.sleep(1);
                    }
                    throw FuseException.of(Errno.EINTR);
                }
                return Entry.of(9, Attr.file(0444, 0));
            }

            @Override public void forget(Forget op) {
                forgotten.countDown();
            }
        }).threads(1).maxInflight(8 << 20));
        assertThat(lookup("a")).isEqualTo(Errno.OK);
        var outcomes = new ConcurrentLinkedQueue<Errno>();
        List<Thread> waiters = start(30, () -> outcomes.add(lookup("wait")));
        await().until(() -> waiting.get() >= 1);
        kernel.forget(9, 1);
        assertThat(forgotten.await(10, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        waiters.forEach(Thread::interrupt);
        join(waiters);
        assertThat(outcomes).hasSize(30).containsOnly(Errno.EINTR);
    }

    @Test void requestsBeyondTheBudgetRunWhenAWorkerIsFree() throws Exception {
        var gate = new Gate(Blocking.IN_JAVA);
        serve(FuseServer.serve(gate).threads(2).maxInflight(8 << 20));
        var outcomes = new ConcurrentLinkedQueue<Errno>();
        List<Thread> waiters = start(500, () -> outcomes.add(lookup("wait")));
        await().until(() -> gate.waiting.get() >= 1);
        gate.open.countDown();
        join(waiters);
        assertThat(outcomes).hasSize(500).containsOnly(Errno.OK);
    }

    @ParameterizedTest
    @EnumSource(value = Blocking.class, names = "NEVER", mode = EnumSource.Mode.EXCLUDE) void aBudgetWithoutRoomForTwoWorkersRunsRequestsAllTheSame(
            Blocking blocking) throws Exception {
        var gate = new Gate(blocking);
        serve(FuseServer.serve(gate).threads(1).maxInflight(1 << 20));
        gate.open.countDown();
        var outcomes = new ConcurrentLinkedQueue<Errno>();
        join(start(50, () -> outcomes.add(lookup("wait"))));
        assertThat(outcomes).hasSize(50).containsOnly(Errno.OK);
    }

    @Test void aSessionWithAHandlerThatNeverReturnsEndsInBoundedTime() throws Exception {
        var never = new Gate(Blocking.NEVER);
        serve(FuseServer.serve(never).threads(1).drainTimeout(Duration.ofMillis(500)));
        Thread caller = Thread.ofVirtual().start(() -> lookup("wait"));
        await().until(() -> never.waiting.get() == 1);
        long start = System.nanoTime();
        server.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
        assertThat(caller.join(Duration.ofSeconds(10))).isTrue();
        never.open.countDown();
    }

    @Test void aReplyThatIsNeverGivenHoldsItsMemoryUntilTheSessionEnds() throws Exception {
        long before = RequestMemory.jvm().reserved();
        var kept = new ConcurrentLinkedQueue<LateReply<Entry>>();
        serve(FuseServer.serve(new FuseFileSystem() {
            @Override public Entry lookup(Lookup op) {
                return op.later(kept::add);
            }
        }).threads(1).drainTimeout(Duration.ofMillis(100)));
        // The worker's own slot is reserved after INIT was answered.
        await().until(() -> RequestMemory.jvm().reserved() > before);
        long without = RequestMemory.jvm().reserved();
        start(100, () -> lookup("a"));
        await().until(() -> kept.size() == 100);
        assertThat(RequestMemory.jvm().reserved()).isGreaterThan(without + 100 * 4096);
        for (int i = 0; i < 50; i++) {
            kept.remove().reply(Entry.of(2, Attr.file(0444, 0)));
        }
        assertThat(RequestMemory.jvm().reserved()).isBetween(without + 50 * 4096, without + 100 * 4096);
        server.close();
        assertThat(RequestMemory.jvm().reserved()).isEqualTo(before);
        kept.forEach(reply -> assertThat(reply.reply(Entry.of(2, Attr.file(0444, 0)))).isEqualTo(Errno.ENOTCONN));
        assertThat(RequestMemory.jvm().reserved()).isEqualTo(before);
    }

    /** The threads of the server that run. */
    private static long workers(String kind) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("hexfuse mem:") && thread.getName().contains(kind))
                .count();
    }

    @ParameterizedTest
    @EnumSource(value = Blocking.class, names = "NEVER", mode = EnumSource.Mode.EXCLUDE) void readersThatAreHeldAfterQuickRequestsAreReplacedAtOnce(
            Blocking blocking) throws Exception {
        var gate = new Gate(blocking);
        serve(FuseServer.serve(gate).threads(2));
        for (int i = 0; i < 5000; i++) {
            assertThat(lookup("quick")).isEqualTo(Errno.OK);
        }
        List<Thread> waiters = start(40, () -> lookup("wait"));
        await().atMost(Duration.ofSeconds(5)).until(() -> gate.waiting.get() == 40);
        for (int i = 0; i < 1000; i++) {
            assertThat(lookup("quick")).isEqualTo(Errno.OK);
        }
        gate.open.countDown();
        join(waiters);
    }

    @Test void aThousandHandlersWaitInJava() throws Exception {
        var gate = new Gate(Blocking.IN_JAVA);
        serve(FuseServer.serve(gate).threads(2));
        var outcomes = new ConcurrentLinkedQueue<Errno>();
        List<Thread> waiters = start(1000, () -> outcomes.add(lookup("wait")));
        await().until(() -> gate.waiting.get() == 1000);
        assertThat(lookup("quick")).isEqualTo(Errno.OK);
        gate.open.countDown();
        join(waiters);
        assertThat(outcomes).hasSize(1000).containsOnly(Errno.OK);
    }

    @Test void handlersBeyondTheMostThreadsWaitInNativeCode() throws Exception {
        var gate = new Gate(Blocking.IN_NATIVE_CODE);
        serve(FuseServer.serve(gate).threads(2).maxThreads(5));
        var outcomes = new ConcurrentLinkedQueue<Errno>();
        List<Thread> waiters = start(100, () -> outcomes.add(lookup("wait")));
        // The fifth reads, so that it receives INTERRUPT.
        await().until(() -> gate.waiting.get() == 4);
        await().during(Duration.ofMillis(200)).until(() -> gate.waiting.get() == 4 && outcomes.isEmpty());
        assertThat(workers("-")).isEqualTo(6);
        gate.open.countDown();
        join(waiters);
        assertThat(outcomes).hasSize(100).containsOnly(Errno.OK);
    }

    @Test void threadsThatAreNotNeededAnyMoreEnd() throws Exception {
        var gate = new Gate(Blocking.IN_NATIVE_CODE);
        long before = RequestMemory.jvm().reserved();
        serve(FuseServer.serve(gate).threads(2).maxIdleThreads(3, Duration.ofMillis(200)));
        assertThat(lookup("quick")).isEqualTo(Errno.OK);
        List<Thread> waiters = start(40, () -> lookup("wait"));
        await().until(() -> gate.waiting.get() == 40);
        assertThat(workers("-")).isGreaterThan(40);
        gate.open.countDown();
        join(waiters);
        // Two that read, three that are parked, and the monitor.
        await().until(() -> workers("-") <= 6);
        assertThat(workers("-")).isGreaterThanOrEqualTo(4);
        assertThat(server.sessions()).hasSize(1);
        assertThat(RequestMemory.jvm().reserved() - before).isLessThan(6 * 2L * (2 << 20));
        for (int i = 0; i < 100; i++) {
            assertThat(lookup("quick")).isEqualTo(Errno.OK);
        }
        server.close();
        assertThat(RequestMemory.jvm().reserved()).isEqualTo(before);
    }

    /** Each of the two is the reader that queues, and then the one that is to find what is queued. */
    @Test void aQueuedRequestDoesNotWaitBesideAnIdleReader() throws Exception {
        serve(FuseServer.serve(new FuseFileSystem() {
            @Override public Blocking blocking() {
                return Blocking.IN_NATIVE_CODE;
            }

            @Override public Entry lookup(Lookup op) throws InterruptedException {
                Thread.sleep(2);
                return Entry.of(2, Attr.file(0444, 0));
            }
        }).threads(1).maxThreads(2));
        var outcomes = new ConcurrentLinkedQueue<Errno>();
        join(start(8, () -> {
            for (int i = 0; i < 100; i++) {
                outcomes.add(lookup("slow"));
            }
        }));
        assertThat(outcomes).hasSize(800).containsOnly(Errno.OK);
    }

    @Test void anErrorOfReleaseLosesNoOtherHandle() throws Exception {
        var released = new ConcurrentLinkedQueue<Long>();
        var destroyed = new CountDownLatch(1);
        serve(FuseServer.serve(new FuseFileSystem() {
            private final AtomicInteger handles = new AtomicInteger();

            @Override public Opened open(Open op) {
                return Opened.of(handles.incrementAndGet());
            }

            @Override public void release(Release op) {
                released.add(op.handle());
                throw new StackOverflowError("a release");
            }

            @Override public void destroy(Session session) {
                destroyed.countDown();
            }
        }));
        for (int i = 0; i < 3; i++) {
            assertThat(call(Opcode.OPEN, 2, request -> request)).isEqualTo(Errno.OK);
        }
        kernel.close();
        assertThat(destroyed.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(released).containsExactlyInAnyOrder(1L, 2L, 3L);
    }

    @Test void idleTimesAreNeitherZeroNorWithoutEnd() {
        assertThat(ThreadCounts.DEFAULT.withIdle(1, Duration.ZERO).idleTime()).isPositive();
        assertThat(ThreadCounts.DEFAULT.withIdle(1, Duration.ofSeconds(Long.MAX_VALUE)).idleTime().toNanos())
                .isPositive();
        assertThatThrownBy(() -> ThreadCounts.DEFAULT.withIdle(1, Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(ThreadCounts.DEFAULT.withReaders(9).withMost(3).most()).isEqualTo(10);
    }

    /** The memory is held by replies that nobody gives, and other requests need none of it. */
    @Test void aRequestThatFindsNoMemoryEndsAlthoughOthersGoOn() throws Exception {
        var kept = new ConcurrentLinkedQueue<LateReply<Entry>>();
        var gate = new Gate(Blocking.IN_JAVA) {
            @Override public Entry lookup(Lookup op) throws InterruptedException {
                return op.name().is("later") ? op.later(kept::add) : super.lookup(op);
            }

            @Override public Attr getattr(GetAttr op) {
                return Attr.directory(0755);
            }
        };
        serve(FuseServer.serve(gate).threads(1).maxThreads(2).maxInflight(6 << 20)
                .drainTimeout(Duration.ofMillis(100)));
        var refused = new ConcurrentLinkedQueue<Errno>();
        for (int i = 1; refused.isEmpty(); i++) {
            int before = i;
            start(1, () -> refused.add(lookup("later")));
            await().pollInterval(Duration.ofMillis(1)).until(() -> kept.size() == before || !refused.isEmpty());
        }
        assertThat(refused).containsExactly(Errno.ENOMEM);
        List<Thread> holder = start(1, () -> lookup("wait"));
        await().until(() -> gate.waiting.get() == 1);
        var outcome = new ConcurrentLinkedQueue<Errno>();
        List<Thread> last = start(1, () -> outcome.add(lookup("quick")));
        assertThat(last.getFirst().join(Duration.ofMillis(200))).as("it waits for memory").isFalse();
        gate.open.countDown();
        join(holder);
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (outcome.isEmpty() && System.nanoTime() - deadline < 0) {
            assertThat(call(Opcode.GETATTR, 1, request -> request)).isEqualTo(Errno.OK);
        }
        assertThat(outcome).containsExactly(Errno.ENOMEM);
    }
}
