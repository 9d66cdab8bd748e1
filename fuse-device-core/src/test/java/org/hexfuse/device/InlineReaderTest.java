package org.hexfuse.device;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
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
        // The reply may come too late: the request was taken all the same.
        new TestServer(handle).reply(TestServer.copy(taken), 0);
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
            Received read = TestServer.copy(server.handle.take(request, TestServer.CAPACITY));
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

    @Test void anUnlimitedPostRunsOnTheThreadOfItsSender() {
        var ran = new AtomicReference<Thread>();
        server.handle.inlineReader(request -> {
            ran.set(Thread.currentThread());
            return answer(server.handle, request);
        });
        connection.post(connection.newRequest(Opcode.UNLINK, 1, Caller.KERNEL));
        assertThat(ran).hasValue(Thread.currentThread());
    }

    @Test void forgetsAreQueued() throws Exception {
        server.handle.inlineReader(request -> answer(server.handle, request));
        connection.forget(7, 1);
        assertThat(server.take().opcode()).isEqualTo(Opcode.FORGET);
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
            TestServer.copy(server.handle.take(request, TestServer.CAPACITY));
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
            unique.set(TestServer.copy(server.handle.take(request, TestServer.CAPACITY)));
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
        server.handle.inlineReader(request -> {
            OutgoingRequest taken = handles.get().take(request, TestServer.CAPACITY);
            Received received = TestServer.copy(taken);
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
            for (int i = 0; i < 3; i++) {
                callers.add(Thread.ofPlatform().start(() -> {
                    Errno outcome = Errno.OK;
                    while (outcome == Errno.OK) {
                        try (Request request = own.newRequest(Opcode.UNLINK, 1, Caller.KERNEL)) {
                            own.call(request);
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
        }
    }
}
