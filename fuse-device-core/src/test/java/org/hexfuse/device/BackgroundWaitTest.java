package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.eventually;
import static org.hexfuse.device.TestKernel.outcome;
import static org.hexfuse.device.TestKernel.reply;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Senders of background requests at max_background, which is 2 here. */
class BackgroundWaitTest {
    private TestKernel device = TestKernel.of(KernelProfile.linux());
    private final List<Thread> senders = new ArrayList<>();
    private final ConcurrentLinkedQueue<Errno> done = new ConcurrentLinkedQueue<>();
    /** The nodes whose {@code submit} returned, in order. */
    private final ConcurrentLinkedQueue<Integer> sent = new ConcurrentLinkedQueue<>();

    @AfterEach void end() {
        device.close();
        eventually(() -> senders.stream().noneMatch(Thread::isAlive));
        device.assertIdle();
    }

    private void use(ConnectionOptions options) {
        device.close();
        device = TestKernel.of(options);
    }

    private Request request(int node) {
        return device.connection.newRequest(Opcode.FSYNC, node, Caller.KERNEL);
    }

    private void send(int node) {
        Thread sender = Thread.ofVirtual().start(() -> {
            device.connection.submit(request(node), done::add);
            sent.add(node);
        });
        senders.add(sender);
    }

    /** Sends two requests that are admitted, and {@code blocked} whose senders are blocked. */
    private void fill(int blocked) {
        for (int i = 0; i < 2; i++) {
            device.connection.submit(request(i), done::add);
        }
        for (int i = 0; i < blocked; i++) {
            send(10 + i);
            awaitBlocked(i + 1);
        }
    }

    private int blocked() {
        device.connection.core().background.lock.lock();
        try {
            return device.connection.core().backgroundWait.blocked();
        } finally {
            device.connection.core().background.lock.unlock();
        }
    }

    private void awaitBlocked(int count) {
        eventually(() -> blocked() == count);
    }

    @Test void blocksUntilARequestEnds() {
        fill(1);
        assertThat(sent).isEmpty();
        assertThat(device.pending()).isEqualTo(2);
        device.write(reply(device.read()));
        eventually(() -> sent.size() == 1);
        assertThat(device.pending()).isEqualTo(2);
    }

    @Test void unblocksOneSenderForEachEndFirstComeFirstServed() {
        fill(3);
        for (int ended = 1; ended <= 3; ended++) {
            device.write(reply(device.read()));
            int expected = ended;
            eventually(() -> sent.size() == expected);
            assertThat(blocked()).isEqualTo(3 - ended);
        }
        assertThat(sent).containsExactly(10, 11, 12);
    }

    @Test void reservesAFreeSlotForTheFirstBlockedSender() {
        fill(1);
        device.connection.core().background.lock.lock();
        try {
            // A slot is free and reserved for the blocked sender: a new sender finds none.
            device.connection.core().background.maxBackground(3);
            device.connection.core().backgroundWait.releaseSenders();
            assertThat(device.connection.core().background.hasRoom(device.connection.core().backgroundWait.reserved()))
                    .isFalse();
        } finally {
            device.connection.core().background.lock.unlock();
        }
        eventually(() -> sent.contains(10));
    }

    @Test void unblocksAsManySendersAsAHigherMaxBackgroundAllows() {
        fill(4);
        device.connection.maxBackground(4);
        eventually(() -> sent.size() == 2);
        awaitBlocked(2);
        device.connection.maxBackground(100);
        eventually(() -> sent.size() == 4);
    }

    @Test void blocksLongerUnderALowerMaxBackground() {
        fill(1);
        device.connection.maxBackground(1);
        device.write(reply(device.read()));
        assertThat(blocked()).isEqualTo(1);
        device.write(reply(device.read()));
        eventually(() -> sent.size() == 1);
    }

    @Test void endsWithEintrOnAnInterruptAndReservesNothing() throws Exception {
        fill(1);
        senders.getFirst().interrupt();
        eventually(() -> done.contains(Errno.EINTR));
        assertThat(blocked()).isZero();
        device.write(reply(device.read()));
        device.write(reply(device.read()));
        send(20);
        eventually(() -> sent.contains(20));
    }

    @Test void givesTheSlotOfAnInterruptedSenderToTheNextOne() {
        fill(2);
        ConnectionCore core = device.connection.core();
        core.background.lock.lock();
        try {
            Thread first = senders.getFirst();
            first.interrupt();
            eventually(() -> core.background.lock.hasQueuedThread(first));
            core.background.maxBackground(3);
            core.backgroundWait.releaseSenders();
            assertThat(core.backgroundWait.blocked()).isEqualTo(1);
        } finally {
            core.background.lock.unlock();
        }
        eventually(() -> sent.contains(11));
        assertThat(done).containsExactly(Errno.EINTR);
    }

    @Test void keepsTheInterruptStatus() {
        fill(0);
        var kept = new CompletableFuture<Boolean>();
        senders.add(Thread.ofVirtual().start(() -> {
            Thread.currentThread().interrupt();
            device.connection.submit(request(1), done::add);
            kept.complete(Thread.currentThread().isInterrupted());
        }));
        assertThat(kept.join()).isTrue();
        assertThat(done).containsExactly(Errno.EINTR);
    }

    @Test void ignoresAnInterruptWhileASlotIsFree() {
        Thread.currentThread().interrupt();
        device.connection.submit(request(1), done::add);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(device.pending()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(TestKernel.Kernel.class) void endsOnAbortWithTheKernelsErrno(TestKernel.Kernel kernel) {
        use(ConnectionOptions.DEFAULT.withProfile(kernel == TestKernel.Kernel.LINUX ? kernel.profile()
                : kernel.profile().withMaxActive(2)));
        fill(5);
        device.connection.abort();
        eventually(() -> done.size() == 7);
        Errno told = kernel == TestKernel.Kernel.LINUX ? Errno.ENOTCONN : Errno.ECONNABORTED;
        assertThat(done.stream().filter(told::equals).count()).isGreaterThanOrEqualTo(5);
        assertThat(device.connection.waiting()).isZero();
    }

    @Test void endsWhenTheLastFileIsClosed() {
        fill(2);
        device.file.close();
        eventually(() -> done.size() == 4);
    }

    @Test void endsOnARequestTimeout() {
        use(ConnectionOptions.DEFAULT.withRequestTimeout(Duration.ofMinutes(1)));
        fill(2);
        device.connection.core().abort.checkTimeouts(0);
        eventually(() -> done.size() == 4);
        assertThat(device.connection.isConnected()).isFalse();
    }

    @Test void endsWhenAClosedCloneEndsItsRequests() {
        DeviceFile clone = device.connection.openFile();
        fill(2);
        TestKernel.read(clone);
        TestKernel.read(clone);
        clone.close();
        eventually(() -> sent.size() == 2);
        assertThat(device.pending()).isEqualTo(2);
    }

    @Test void endsWhenAnOversizedRequestEnds() {
        Request large = request(1).data(TestServer.zeros(20_000), 0, 20_000);
        device.connection.submit(large, done::add);
        device.connection.submit(request(2), done::add);
        send(3);
        awaitBlocked(1);
        device.file.read(TestServer.zeros(10_000));
        eventually(() -> sent.contains(3));
        assertThat(done).contains(Errno.EIO);
    }

    @Test void doesNotBlockForcedRequests() {
        fill(1);
        device.connection.submit(request(30).force(), done::add);
        assertThat(device.connection.waiting()).isEqualTo(3);
        device.write(reply(device.read()));
        // The forced request counts too: two of three are still in flight.
        assertThat(blocked()).isEqualTo(1);
        device.write(reply(device.read()));
        eventually(() -> sent.size() == 1);
    }

    @Test void doesNotBlockForegroundCalls() throws Exception {
        fill(1);
        var call = device.call(Opcode.UNLINK, 1);
        device.awaitPending(3);
        device.connection.abort();
        assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3}) void blocksOnGvisorAtTheMaximumOfAllRequests(int most) throws Exception {
        use(ConnectionOptions.DEFAULT.withProfile(KernelProfile.gvisor().withMaxActive(most)));
        var calls = new ArrayList<Future<Errno>>();
        for (int i = 0; i < most; i++) {
            calls.add(device.call(Opcode.UNLINK, i));
        }
        device.awaitPending(most);
        send(50);
        awaitBlocked(1);
        device.write(reply(device.read()));
        eventually(() -> sent.contains(50));
        assertThat(device.pending()).isEqualTo(most);
        device.connection.abort();
        assertThat(outcome(calls.getLast())).isIn(Errno.OK, Errno.ECONNABORTED);
    }

    @Test void doesNotBlockInit() {
        try (TestKernel fresh = TestKernel.fresh(KernelProfile.linux())) {
            assertThat(fresh.read().opcode()).isEqualTo(Opcode.INIT);
        }
    }

    @Test void aForcedCallIsNotDequeuedWhenItsCallerIsInterrupted() throws Exception {
        var call = device.call(Opcode.FLUSH, 1, Request::force);
        device.awaitPending(1);
        device.interrupt();
        TestServer.Received flush = device.read();
        assertThat(flush.opcode()).isEqualTo(Opcode.FLUSH);
        assertThat(device.read().opcode()).isEqualTo(Opcode.INTERRUPT);
        device.write(reply(flush));
        assertThat(outcome(call)).isEqualTo(Errno.OK);
    }
}
