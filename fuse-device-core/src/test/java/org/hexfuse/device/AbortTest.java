package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.TestServer.Received;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.OutgoingRequest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Abort and close of a connection, and close of one handle: every thread wakes, at whatever stage its request is. */
class AbortTest extends ConnectionFixture {
    @Test void closeWaitsForOutstandingRequestsAndForgets() throws Exception {
        connection.submit(connection.newRequest(Opcode.RELEASE, 1, Caller.KERNEL), _ -> {});
        connection.forget(1, 1);
        var seen = new ConcurrentLinkedQueue<Opcode>();
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Received request = server.take();
                    seen.add(request.opcode());
                    if (request.opcode().expectsReply()) {
                        server.reply(request, 0);
                    }
                }
            } catch (FuseException | InterruptedException _) {
                // The connection is unmounted.
            }
        });
        connection.close();
        // No DESTROY: Linux sends it for filesystems on block devices only.
        await().untilAsserted(() -> assertThat(seen).containsExactlyInAnyOrder(Opcode.RELEASE, Opcode.FORGET));
    }

    @Test void closeReturnsAfterTheLastReply() throws Exception {
        FuseConnection patient = FuseConnection.create(NotificationSink.NONE, new ConnectionOptions(
                Duration.ofSeconds(10), Duration.ZERO, Duration.ofMinutes(5), KernelProfile.linux()), MAX_MESSAGE);
        var last = new TestServer(patient.newHandle());
        last.replyToInit();
        patient.submit(patient.newRequest(Opcode.RELEASE, 1, Caller.KERNEL), _ -> {});
        Received release = last.take();
        Thread closing = Thread.ofVirtual().start(patient::close);
        await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        last.reply(release, 0);
        assertThat(closing.join(Duration.ofSeconds(10))).isTrue();
    }

    @Test void closeReturnsOnAbortWhileARequestIsBeingCopied() throws Exception {
        FuseConnection patient = FuseConnection.create(NotificationSink.NONE, new ConnectionOptions(
                Duration.ofSeconds(10), Duration.ZERO, Duration.ofMinutes(5), KernelProfile.linux()), MAX_MESSAGE);
        OutgoingRequest copying = patient.newHandle().take(TestServer.CAPACITY);
        Thread closing = Thread.ofVirtual().start(patient::close);
        await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        patient.abort();
        assertThat(closing.join(Duration.ofSeconds(10))).isTrue();
        assertThat(patient.waiting()).isEqualTo(1);
        copying.sent();
        assertThat(patient.waiting()).isZero();
    }

    @Test void refusesRepliesFromItsBeginning() throws Exception {
        var outcome = new CompletableFuture<Errno>();
        Thread.ofVirtual().start(() -> outcome.complete(callNow(Opcode.UNLINK, 1)));
        Received request = server.take();
        var lock = connection.core().background.lock;
        Thread aborting;
        lock.lock();
        try {
            aborting = Thread.ofVirtual().start(connection::abort);
            // The abort has begun, and waits for this lock before it comes to the requests that the server has.
            await().until(() -> lock.hasQueuedThread(aborting));
            assertThat(server.reply(request, -Errno.EINTR.code()))
                    .isEqualTo(connection.core().profile().errors().writeAfterEnd());
        } finally {
            lock.unlock();
        }
        aborting.join();
        assertThat(outcome.get(10, TimeUnit.SECONDS)).isEqualTo(Errno.ECONNABORTED);
    }

    @Nested class AThrowingCallback {
        private void submit(AtomicInteger completed) {
            connection.submit(connection.newRequest(Opcode.RELEASE, 1, Caller.KERNEL), _ -> {
                completed.incrementAndGet();
                throw new IllegalStateException("a failing callback");
            });
        }

        @Test void doesNotBlockLaterRequests() throws Exception {
            var completed = new AtomicInteger();
            submit(completed);
            assertThat(server.reply(server.take(), 0)).isEqualTo(Errno.OK);
            submit(completed);
            assertThat(server.reply(server.take(), 0)).isEqualTo(Errno.OK);
            assertThat(completed).hasValue(2);
            assertThat(connection.waiting()).isZero();
        }

        @Test void doesNotKeepAnAbortFromCompletingOthers() throws Exception {
            var completed = new AtomicInteger();
            submit(completed);
            server.take();
            Future<Errno> call = call(Opcode.UNLINK, 1);
            server.take();
            submit(completed);
            connection.abort();
            assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
            assertThat(completed).hasValue(2);
        }
    }

    @Nested class AnAbort {
        @Test void endsPendingAndProcessingRequests() throws Exception {
            Future<Errno> sent = call(Opcode.UNLINK, 1);
            server.take();
            Future<Errno> queued = call(Opcode.UNLINK, 2);
            await().until(() -> (server.handle.readiness() & DeviceHandle.POLLIN) != 0);
            connection.abort();
            assertThat(outcome(sent)).isEqualTo(Errno.ECONNABORTED);
            assertThat(outcome(queued)).isEqualTo(Errno.ECONNABORTED);
            assertThat(callNow(Opcode.UNLINK, 3)).isEqualTo(Errno.ENOTCONN);
        }

        @Test void wakesReaders() throws Exception {
            var error = new CompletableFuture<Throwable>();
            Thread.ofVirtual().start(() -> {
                try {
                    server.take();
                } catch (FuseException | InterruptedException e) {
                    error.complete(e);
                }
            });
            Thread.sleep(20);
            connection.abort();
            assertThat(error.get(10, TimeUnit.SECONDS)).hasMessage(FuseException.of(Errno.ENODEV).getMessage());
            assertThat(server.handle.readiness()).isEqualTo(DeviceHandle.POLLERR);
        }

        @Test void endsTheCallerOfARequestThatIsBeingCopied() throws Exception {
            Future<Errno> call = call(Opcode.UNLINK, 1);
            OutgoingRequest copying = server.handle.take(TestServer.CAPACITY);
            connection.abort();
            assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
            assertThat(copying.head().byteSize()).isPositive();
            copying.sent();
        }

        @Test void failsTheWriteOfAReplyThatIsBeingCopied() throws Exception {
            Future<Errno> call = call(Opcode.READ, 1);
            Delivery copying = server.handle.reply(server.take().unique(), 0, 0);
            connection.abort();
            assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
            assertThat(copying.delivered()).isEqualTo(Errno.ENOENT);
        }

        @Test void isIdempotent() {
            connection.abort();
            connection.abort();
            assertThat(connection.isConnected()).isFalse();
        }

        @Test void followsTheCloseOfTheLastHandle() throws Exception {
            DeviceHandle clone = server.handle.duplicate();
            server.handle.close();
            assertThat(connection.isConnected()).isTrue();
            clone.close();
            assertThat(connection.isConnected()).isFalse();
        }

        @Test void ofOneClosedHandleEndsOnlyTheRequestsReadOverIt() throws Exception {
            var other = new TestServer(server.handle.duplicate());
            Future<Errno> closedHandles = call(Opcode.UNLINK, 1);
            server.take();
            Future<Errno> others = call(Opcode.UNLINK, 2);
            Received request = other.take();
            server.handle.close();
            assertThat(outcome(closedHandles)).isEqualTo(Errno.ECONNABORTED);
            other.reply(request, 0);
            assertThat(outcome(others)).isEqualTo(Errno.OK);
            assertThat(server.pollError()).isEqualTo(Errno.ENODEV);
        }
    }
}
