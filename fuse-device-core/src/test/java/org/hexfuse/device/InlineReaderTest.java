package org.hexfuse.device;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.ForgetIn;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.NotifyCode;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.device.TestServer.Received;
import org.hexfuse.transport.CallerRequest;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.OutgoingRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that run on the threads of their callers, past the input queue. */
@Timeout(60) class InlineReaderTest extends ConnectionFixture {
    /** Takes the request of this thread from a handle and replies. */
    private boolean answer(DeviceHandle handle, CallerRequest request) {
        OutgoingRequest taken = handle.take(request, TestServer.CAPACITY);
        if (taken == null) {
            return false;
        }
        Received received = TestServer.copyInline(taken);
        // The reply may come too late: the request was taken all the same.
        if (received.opcode().expectsReply()) {
            new TestServer(handle).reply(received, 0);
        }
        return true;
    }

    @Test void aCallRunsOnTheThreadOfItsCaller() {
        var ran = new AtomicReference<Thread>();
        server.handle.inlineReader(request -> {
            ran.set(Thread.currentThread());
            return answer(server.handle, request);
        });
        assertThat(callNow(Opcode.UNLINK, 1)).isEqualTo(Errno.OK);
        assertThat(ran).hasValue(Thread.currentThread());
        assertThat(connection.waiting()).isZero();
    }

    /** What the lent memory and the request's own have after a READ whose reply is {@code [5, 6, 7]}. */
    private List<Byte> readInto(MemorySegment lent) {
        try (Request request = connection.newRequest(Opcode.READ, 1, Caller.KERNEL).replyRoom(100)) {
            connection.call(request.lendForReply(lent, 2));
            assertThat(request.replySize()).isEqualTo(3);
            return List.of(lent.get(JAVA_BYTE, 2), request.isRepliedToLent() ? 0 : request.reply().get(JAVA_BYTE, 0));
        }
    }

    @Test void aReplyOnTheThreadOfItsCallerGoesToLentMemory() {
        server.handle.inlineReader(request -> {
            Received read = TestServer.copyInline(server.handle.take(request, TestServer.CAPACITY));
            server.reply(read, MemorySegment.ofArray(new byte[]{5, 6, 7}));
            return true;
        });
        assertThat(readInto(MemorySegment.ofArray(new byte[102]))).containsExactly((byte) 5, (byte) 0);
        assertThat(connection.waiting()).isZero();
    }

    @Test void aReplyOnAnotherThreadDoesNotGoToLentMemory() throws Exception {
        var call = new CompletableFuture<List<Byte>>();
        Thread.ofVirtual().start(() -> call.complete(readInto(MemorySegment.ofArray(new byte[102]))));
        server.reply(server.take(), MemorySegment.ofArray(new byte[]{5, 6, 7}));
        assertThat(call.get(10, TimeUnit.SECONDS)).containsExactly((byte) 0, (byte) 5);
    }

    /** Writes {@code source}, lent, and returns the outcome. */
    private Future<Errno> write(byte[] source) {
        var outcome = new CompletableFuture<Errno>();
        Thread.ofVirtual().start(() -> {
            try (Request request = connection.newRequest(Opcode.WRITE, 1, Caller.KERNEL)) {
                connection.call(request.lendData(MemorySegment.ofArray(source), 0, source.length));
                outcome.complete(Errno.OK);
            } catch (FuseException e) {
                outcome.complete(e.errno());
            }
        });
        return outcome;
    }

    private static byte dataOf(Received write) {
        return write.bytes().get(JAVA_BYTE, write.bytes().byteSize() - 1);
    }

    private Errno resend() {
        return server.reply(0, NotifyCode.RESEND.code(), MemorySegment.NULL, 0);
    }

    @Test void lentDataIsReadOnTheThreadOfItsCaller() throws Exception {
        var seen = new ArrayList<Boolean>();
        var source = new byte[]{5};
        server.handle.inlineReader(request -> {
            OutgoingRequest taken = server.handle.take(request, TestServer.CAPACITY);
            source[0] = 6;
            seen.add(dataOf(TestServer.copyInline(taken)) == 6);
            seen.add(taken.data().segment(0).isReadOnly());
            server.reply(TestServer.copyInline(taken), TestServer.zeros(WriteOut.SIZE));
            return true;
        });
        assertThat(outcome(write(source))).isEqualTo(Errno.OK);
        assertThat(seen).containsExactly(true, true);
    }

    @Test void lentDataIsCopiedForTheQueue() throws Exception {
        var source = new byte[]{5};
        Future<Errno> call = write(source);
        await().until(() -> connection.core().input.queue.size() == 1);
        source[0] = 6;
        Received write = server.take();
        assertThat(dataOf(write)).isEqualTo((byte) 5);
        server.reply(write, TestServer.zeros(WriteOut.SIZE));
        assertThat(outcome(call)).isEqualTo(Errno.OK);
    }

    @Test void lentDataIsNotResentWhileItsCallerRunsAndCopiedAfterwards() throws Exception {
        var source = new byte[]{5};
        var resent = new AtomicReference<Errno>();
        var taken = new CountDownLatch(1);
        server.handle.inlineReader(request -> {
            server.handle.take(request, TestServer.CAPACITY);
            resent.set(resend());
            taken.countDown();
            return true;
        });
        Future<Errno> call = write(source);
        assertThat(taken.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(resent).hasValue(Errno.OK);
        assertThat(connection.core().input.queue.size()).isZero();
        await().until(() -> {
            resend();
            return connection.core().input.queue.size() == 1;
        });
        source[0] = 6;
        Received again = server.take();
        assertThat(dataOf(again)).isEqualTo((byte) 5);
        server.reply(again, TestServer.zeros(WriteOut.SIZE));
        assertThat(outcome(call)).isEqualTo(Errno.OK);
        assertThat(connection.waiting()).isZero();
    }

    @Test void memoryThatOtherThreadsMayNotReadIsCopiedAtOnce() {
        try (Arena confined = Arena.ofConfined();
                Request request = connection.newRequest(Opcode.WRITE, 1, Caller.KERNEL)) {
            assertThat(request.lendData(confined.allocate(10), 0, 10).lendsData()).isFalse();
            assertThat(request.data().size()).isEqualTo(10);
        }
    }

    @Test void aPostWithoutReplyIsQueued() throws Exception {
        server.handle.inlineReader(request -> answer(server.handle, request));
        connection.post(connection.newRequest(Opcode.FORGET, 9, Caller.KERNEL));
        assertThat(server.take().node()).isEqualTo(9);
        assertThat(connection.waiting()).isZero();
    }

    @Test void anUnlimitedPostRunsOnTheThreadOfItsSender() {
        var ran = new AtomicReference<Thread>();
        server.handle.inlineReader(request -> {
            ran.set(Thread.currentThread());
            return answer(server.handle, request);
        });
        connection.post(connection.newRequest(Opcode.UNLINK, 1, Caller.KERNEL));
        assertThat(ran).hasValue(Thread.currentThread());
    }

    @Test void aForgetRunsOnTheThreadOfItsSender() {
        var forgets = new ArrayList<Received>();
        server.handle.inlineReader(request -> {
            OutgoingRequest taken = server.handle.take(request, TestServer.CAPACITY);
            forgets.add(TestServer.copyInline(taken));
            return true;
        });
        connection.forget(7, 3);
        assertThat(forgets).hasSize(1);
        assertThat(forgets.getFirst().opcode()).isEqualTo(Opcode.FORGET);
        assertThat(InHeader.NODEID.get(forgets.getFirst().bytes())).isEqualTo(7);
        assertThat(ForgetIn.NLOOKUP.get(forgets.getFirst().bytes(), InHeader.SIZE)).isEqualTo(3);
        assertThat(connection.waiting()).isZero();
    }

    @Test void aForgetThatNoReaderTakesIsQueued() throws Exception {
        server.handle.inlineReader(_ -> false);
        connection.forget(7, 1);
        assertThat(server.take().opcode()).isEqualTo(Opcode.FORGET);
    }

    @Test void aForgetIsDroppedByAnAbortedConnection() {
        var taken = new AtomicInteger();
        server.handle.inlineReader(request -> {
            connection.abort();
            boolean took = server.handle.take(request, TestServer.CAPACITY) != null;
            taken.addAndGet(took ? 1 : 0);
            return took;
        });
        connection.forget(7, 1);
        assertThat(taken).hasValue(0);
    }

    @Test void aBackgroundRequestRunsOnTheThreadOfItsSender() {
        var threads = new ArrayList<Thread>();
        server.handle.inlineReader(request -> {
            threads.add(Thread.currentThread());
            return answer(server.handle, request);
        });
        var outcomes = new ArrayList<Errno>();
        connection.submit(connection.newRequest(Opcode.RELEASE, 1, Caller.KERNEL).force(), outcomes::add);
        connection.submit(connection.newRequest(Opcode.UNLINK, 1, Caller.KERNEL), outcomes::add);
        assertThat(threads).containsExactly(Thread.currentThread(), Thread.currentThread());
        assertThat(outcomes).containsExactly(Errno.OK, Errno.OK);
        assertNoBackground();
    }

    private void assertNoBackground() {
        assertThat(connection.waiting()).isZero();
        assertThat(connection.core().background.active()).isZero();
        assertThat(connection.core().background.hasRoom(0)).isTrue();
        assertThat(connection.core().backgroundWait.reserved()).isZero();
    }

    @Test void backgroundRequestsBeyondTheMaximumAreBlockedUntilOneEnds() throws Exception {
        connection.maxBackground(1);
        var deferred = new AtomicReference<Received>();
        server.handle.inlineReader(request -> {
            if (deferred.get() == null) {
                deferred.set(TestServer.copyInline(server.handle.take(request, TestServer.CAPACITY)));
                return true;
            }
            return answer(server.handle, request);
        });
        var outcomes = new ArrayList<Errno>();
        connection.submit(connection.newRequest(Opcode.RELEASE, 1, Caller.KERNEL).force(), outcomes::add);
        connection.submit(connection.newRequest(Opcode.RELEASE, 2, Caller.KERNEL).force(), outcomes::add);
        assertThat(connection.waiting()).isEqualTo(2);
        server.reply(deferred.get(), 0);
        // What was blocked goes through the queue.
        server.reply(server.take(), 0);
        assertThat(outcomes).containsExactly(Errno.OK, Errno.OK);
        assertNoBackground();
    }

    @Test void aBackgroundRequestThatNoReaderTakesIsQueuedAndCountedOnce() throws Exception {
        server.handle.inlineReader(_ -> false);
        var outcomes = new ArrayList<Errno>();
        connection.submit(connection.newRequest(Opcode.RELEASE, 1, Caller.KERNEL), outcomes::add);
        server.reply(server.take(), 0);
        assertThat(outcomes).containsExactly(Errno.OK);
        assertNoBackground();
    }

    @Test void anAbortBeforeABackgroundRequestIsTakenEndsIt() {
        server.handle.inlineReader(request -> {
            connection.abort();
            return answer(server.handle, request);
        });
        var outcomes = new ArrayList<Errno>();
        connection.submit(connection.newRequest(Opcode.RELEASE, 1, Caller.KERNEL).force(), outcomes::add);
        assertThat(outcomes).containsExactly(Errno.ENOTCONN);
        assertThat(connection.waiting()).isZero();
        assertThat(connection.core().background.active()).isZero();
    }

    @Test void aRequestThatTheDriverDoesNotTakeIsQueued() throws Exception {
        server.handle.inlineReader(_ -> false);
        Future<Errno> call = call(Opcode.UNLINK, 1);
        server.reply(server.take(), 0);
        assertThat(outcome(call)).isEqualTo(Errno.OK);
    }

    @Test void aRequestLongerThanTheCapacityIsQueuedAndEndsAsAnyOther() throws Exception {
        server.handle.inlineReader(request -> {
            assertThat(server.handle.take(request, 8)).isNull();
            return false;
        });
        Future<Errno> call = call(Opcode.UNLINK, 1);
        assertThat(server.take().opcode()).isEqualTo(Opcode.UNLINK);
        connection.abort();
        assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
    }

    @Test void aClosedHandleTakesNothing() throws Exception {
        DeviceHandle clone = connection.newHandle();
        clone.close();
        server.handle.inlineReader(request -> answer(clone, request));
        Future<Errno> call = call(Opcode.UNLINK, 1);
        server.reply(server.take(), 0);
        assertThat(outcome(call)).isEqualTo(Errno.OK);
    }

    @Test void abortEndsACallerWhoseReplyIsDeferred() throws Exception {
        server.handle.inlineReader(request -> {
            TestServer.copyInline(server.handle.take(request, TestServer.CAPACITY));
            return true;
        });
        Future<Errno> call = call(Opcode.UNLINK, 1);
        await().until(() -> connection.waiting() == 1);
        connection.abort();
        assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
        assertThat(connection.waiting()).isZero();
    }

    @Test void anAbortedConnectionTakesNothing() {
        server.handle.inlineReader(request -> {
            connection.abort();
            return answer(server.handle, request);
        });
        assertThat(callNow(Opcode.UNLINK, 1)).isEqualTo(Errno.ENOTCONN);
        assertThat(connection.waiting()).isZero();
    }

    @Test void theInterruptOfADeferredCallReachesItsHandle() throws Exception {
        var unique = new AtomicReference<Received>();
        var taken = new CountDownLatch(1);
        server.handle.inlineReader(request -> {
            unique.set(TestServer.copyInline(server.handle.take(request, TestServer.CAPACITY)));
            taken.countDown();
            return true;
        });
        Thread caller = Thread.ofVirtual().start(() -> callNow(Opcode.UNLINK, 1));
        assertThat(taken.await(10, TimeUnit.SECONDS)).isTrue();
        caller.interrupt();
        Received interrupt = server.take();
        assertThat(interrupt.opcode()).isEqualTo(Opcode.INTERRUPT);
        assertThat(interrupt.unique()).isEqualTo(unique.get().unique() | 1);
        server.reply(unique.get(), -Errno.EINTR.code());
        assertThat(caller.join(Duration.ofSeconds(10))).isTrue();
    }

    @Test void idsAreUniqueOverHandlesAndTheQueue() throws Exception {
        Set<Long> seen = Collections.newSetFromMap(new ConcurrentHashMap<>());
        Set<Long> twice = Collections.newSetFromMap(new ConcurrentHashMap<>());
        var handles = ThreadLocal.withInitial(connection::newHandle);
        Thread forgetting = Thread.currentThread();
        server.handle.inlineReader(request -> {
            if (Thread.currentThread().equals(forgetting)) {
                return false;
            }
            OutgoingRequest taken = handles.get().take(request, TestServer.CAPACITY);
            Received received = TestServer.copyInline(taken);
            if (!seen.add(received.unique())) {
                twice.add(received.unique());
            }
            new TestServer(handles.get()).reply(received, 0);
            return true;
        });
        var callers = new HashSet<Thread>();
        for (int i = 0; i < 4; i++) {
            callers.add(Thread.ofPlatform().start(() -> {
                for (int k = 0; k < 1000; k++) {
                    callNow(Opcode.UNLINK, 1);
                }
            }));
        }
        for (int k = 0; k < 100; k++) {
            connection.forget(7, 1);
            Received forget = server.take();
            if (!seen.add(forget.unique())) {
                twice.add(forget.unique());
            }
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(twice).isEmpty();
        assertThat(seen).hasSize(4100).allMatch(unique -> unique > 0 && unique % 2 == 0);
    }

    @Test void abortWhileCallersRunLeavesNothingOutstanding() throws Exception {
        for (int round = 0; round < 50; round++) {
            FuseConnection own = FuseConnection.create(NotificationSink.NONE, ConnectionOptions.DEFAULT, MAX_MESSAGE);
            var ownServer = new TestServer(own.newHandle());
            ownServer.replyToInit();
            ownServer.handle.inlineReader(request -> answer(ownServer.handle, request));
            var callers = new HashSet<Thread>();
            var submitted = new LongAdder();
            var ended = new LongAdder();
            for (int i = 0; i < 3; i++) {
                callers.add(Thread.ofPlatform().start(() -> {
                    Errno outcome = Errno.OK;
                    while (outcome == Errno.OK) {
                        try (Request request = own.newRequest(Opcode.UNLINK, 1, Caller.KERNEL)) {
                            own.call(request);
                            own.submit(own.newRequest(Opcode.RELEASE, 1, Caller.KERNEL).force(),
                                    _ -> ended.increment());
                            submitted.increment();
                            own.forget(1, 1);
                        } catch (FuseException e) {
                            outcome = e.errno();
                        }
                    }
                }));
            }
            own.abort();
            for (Thread caller : callers) {
                assertThat(caller.join(Duration.ofSeconds(10))).isTrue();
            }
            assertThat(own.waiting()).isZero();
            assertThat(own.core().background.active()).isZero();
            assertThat(ended.sum()).isEqualTo(submitted.sum());
        }
    }
}
