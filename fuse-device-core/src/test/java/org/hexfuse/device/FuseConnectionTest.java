package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.BatchForgetIn;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.TestServer.Received;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.DeviceHandle;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests and replies, INIT and notifications, between one kernel and one server. */
class FuseConnectionTest extends ConnectionFixture {
    @Test void aReplyEndsItsCaller() throws Exception {
        Future<Errno> call = call(Opcode.UNLINK, 7);
        Received request = server.take();
        assertThat(request.opcode()).isEqualTo(Opcode.UNLINK);
        assertThat(request.node()).isEqualTo(7);
        assertThat(server.reply(request, 0)).isEqualTo(Errno.OK);
        assertThat(outcome(call)).isEqualTo(Errno.OK);
    }

    @Test void theBytesOfAReplyReachItsCaller() throws Exception {
        Thread.ofVirtual().start(() -> {
            try {
                Received request = server.take();
                server.reply(request, MemorySegment.ofArray(new byte[]{1, 2, 3}));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        try (Request request = connection.newRequest(Opcode.READ, 2, Caller.KERNEL).replyRoom(100)) {
            connection.call(request);
            assertThat(request.replySize()).isEqualTo(3);
            assertThat(request.reply().asSlice(0, 3).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
                    .containsExactly(1, 2, 3);
        }
    }

    @Test void uniqueIdsAreEvenAndGrow() throws Exception {
        var ids = new ArrayList<Long>();
        for (int i = 0; i < 3; i++) {
            Future<Errno> call = call(Opcode.UNLINK, 1);
            Received request = server.take();
            ids.add(request.unique());
            server.reply(request, 0);
            outcome(call);
        }
        // INIT was 2.
        assertThat(ids).containsExactly(4L, 6L, 8L);
    }

    @Test void anErrorReachesItsCaller() throws Exception {
        Future<Errno> call = call(Opcode.UNLINK, 1);
        server.reply(server.take(), -Errno.ENOENT.code());
        assertThat(outcome(call)).isEqualTo(Errno.ENOENT);
    }

    @Nested class InvalidReplies {
        @ParameterizedTest
        @ValueSource(ints = {1, 2, 512, -512, -1000, Integer.MIN_VALUE,
            Integer.MAX_VALUE}) void anErrnoOutOfRangeIsRejectedAndTheRequestStaysInProcessing(int error)
                    throws Exception {
            Future<Errno> call = call(Opcode.UNLINK, 1);
            Received request = server.take();
            assertThat(server.reply(request, error)).isEqualTo(Errno.EINVAL);
            assertThat(call.isDone()).isFalse();
            assertThat(server.reply(request, 0)).isEqualTo(Errno.OK);
            assertThat(outcome(call)).isEqualTo(Errno.OK);
        }

        @ParameterizedTest
        @CsvSource({"GETATTR,0", "GETATTR,103", "GETATTR,105", "UNLINK,1", "WRITE,7",
            "LOOKUP,127"}) void aWrongSizeIsRejectedAndEndsTheRequest(Opcode opcode, int size) throws Exception {
            Future<Errno> call = call(opcode, 1);
            Received request = server.take();
            assertThat(server.reply(request, TestServer.zeros(size))).isEqualTo(Errno.EINVAL);
            assertThat(outcome(call)).isEqualTo(Errno.EIO);
            assertThat(server.reply(request, 0)).isEqualTo(Errno.ENOENT);
        }

        @Test void fourGigabytesAreRejectedBeforeMemoryIsAllocated() throws Exception {
            Future<Errno> call = call(Opcode.READ, 1);
            Received request = server.take();
            assertThat(server.handle.reply(request.unique(), 0, 0xFFFFFFFFL).verdict()).isEqualTo(Errno.EINVAL);
            assertThat(outcome(call)).isEqualTo(Errno.EIO);
        }

        @Test void anErrorWithAPayloadIsRejectedAndEndsTheRequest() throws Exception {
            Future<Errno> call = call(Opcode.READ, 1);
            Received request = server.take();
            assertThat(server.reply(request.unique(), -5, TestServer.zeros(4), 4)).isEqualTo(Errno.EINVAL);
            assertThat(outcome(call)).isEqualTo(Errno.EIO);
        }

        @Test void anUnknownUniqueIsRejected() {
            assertThat(server.reply(4242, 0, MemorySegment.NULL, 0)).isEqualTo(Errno.ENOENT);
            assertThat(server.reply(4243, 0, MemorySegment.NULL, 0)).isEqualTo(Errno.ENOENT);
        }

        @Test void aRequestHasOneReply() throws Exception {
            Future<Errno> call = call(Opcode.UNLINK, 1);
            Received request = server.take();
            assertThat(server.reply(request, 0)).isEqualTo(Errno.OK);
            assertThat(server.reply(request, 0)).isEqualTo(Errno.ENOENT);
            assertThat(outcome(call)).isEqualTo(Errno.OK);
        }

        @Test void onlyTheHandleThatReadARequestMayReply() throws Exception {
            var other = new TestServer(server.handle.duplicate());
            Future<Errno> call = call(Opcode.UNLINK, 1);
            Received request = server.take();
            assertThat(other.reply(request, 0)).isEqualTo(Errno.ENOENT);
            assertThat(server.reply(request, 0)).isEqualTo(Errno.OK);
            assertThat(outcome(call)).isEqualTo(Errno.OK);
        }

        @Test void aReplyThatCannotBeCopiedEndsTheRequest() throws Exception {
            Future<Errno> call = call(Opcode.READ, 1);
            Delivery delivery = server.handle.reply(server.take().unique(), 0, 0);
            delivery.failed();
            assertThat(outcome(call)).isEqualTo(Errno.EIO);
        }
    }

    @Nested class OversizedRequests {
        @Test void endWithEio() throws Exception {
            assertThat(sendOversized(Opcode.WRITE)).isEqualTo(Errno.EIO);
        }

        @Test void endWithE2bigForSetxattr() throws Exception {
            assertThat(sendOversized(Opcode.SETXATTR)).isEqualTo(Errno.E2BIG);
        }

        private Errno sendOversized(Opcode opcode) throws Exception {
            var outcome = new CompletableFuture<Errno>();
            Thread.ofVirtual().start(() -> {
                try (Request request = connection.newRequest(opcode, 1, Caller.KERNEL)
                        .data(TestServer.zeros(20_000), 0, 20_000)) {
                    connection.call(request);
                    outcome.complete(Errno.OK);
                } catch (FuseException e) {
                    outcome.complete(e.errno());
                }
            });
            await().until(() -> (server.handle.readiness() & DeviceHandle.POLLIN) != 0);
            assertThat(server.handle.poll(10_000)).isNull();
            return outcome(outcome);
        }
    }

    @Test void aBufferThatIsTooSmallIsRejected() {
        assertThatThrownBy(() -> server.handle.poll(8191)).hasMessage(FuseException.of(Errno.EINVAL).getMessage());
        assertThatThrownBy(() -> server.handle.take(4096)).hasMessage(FuseException.of(Errno.EINVAL).getMessage());
    }

    @Nested class Forgets {
        @Test void areBatched() throws Exception {
            connection.forget(5, 1);
            connection.forget(6, 2);
            Received batch = server.take();
            assertThat(batch.opcode()).isEqualTo(Opcode.BATCH_FORGET);
            assertThat(BatchForgetIn.COUNT.get(batch.bytes(), InHeader.SIZE)).isEqualTo(2);
            connection.forget(7, 3);
            Received single = server.take();
            assertThat(single.opcode()).isEqualTo(Opcode.FORGET);
            assertThat(single.node()).isEqualTo(7);
        }

        @Test void alternateWithRequests() throws Exception {
            var calls = new ArrayList<Future<Errno>>();
            for (int i = 0; i < 30; i++) {
                calls.add(call(Opcode.UNLINK, 1));
            }
            await().until(() -> connection.core().input.queue.pending().size() == 30);
            var order = new StringBuilder();
            for (int i = 0; i < 30;) {
                connection.forget(9, 1);
                Received request = server.take();
                boolean forget = request.opcode() == Opcode.FORGET || request.opcode() == Opcode.BATCH_FORGET;
                order.append(forget ? 'F' : 'R');
                if (!forget) {
                    server.reply(request, 0);
                    i++;
                }
            }
            assertThat(order.toString()).startsWith("R".repeat(8) + "F".repeat(16) + "R".repeat(8) + "F".repeat(16));
            for (Future<Errno> call : calls) {
                assertThat(outcome(call)).isEqualTo(Errno.OK);
            }
        }
    }

    @Test void backgroundRequestsInFlightAreLimitedToMaxBackground() throws Exception {
        var done = new ConcurrentLinkedQueue<Errno>();
        for (int i = 0; i < 5; i++) {
            connection.submit(connection.newRequest(Opcode.RELEASE, i, Caller.KERNEL).force(), done::add);
        }
        Received first = server.take();
        Received second = server.take();
        assertThat(server.pollError()).isEqualTo(Errno.EAGAIN);
        server.reply(first, 0);
        Received third = server.take();
        server.reply(second, -Errno.EIO.code());
        server.reply(third, 0);
        server.reply(server.take(), 0);
        server.reply(server.take(), 0);
        assertThat(done).containsExactly(Errno.OK, Errno.EIO, Errno.OK, Errno.OK, Errno.OK);
    }

    @Test void aRequestTimeoutAbortsTheConnection() throws Exception {
        FuseConnection impatient = FuseConnection.create(NotificationSink.NONE,
                ConnectionOptions.DEFAULT.withRequestTimeout(Duration.ofMillis(50)), MAX_MESSAGE);
        var silent = new TestServer(impatient.newHandle());
        silent.replyToInit();
        try (Request request = impatient.newRequest(Opcode.GETATTR, 1, Caller.KERNEL)) {
            assertThatThrownBy(() -> impatient.call(request))
                    .hasMessage(FuseException.of(Errno.ETIMEDOUT).getMessage());
        }
        assertThat(impatient.isConnected()).isFalse();
    }

    @Test void aLostRequestIsResentWhenTheServerAsks() throws Exception {
        Future<Errno> call = call(Opcode.UNLINK, 1);
        Received lost = server.take();
        assertThat(server.reply(0, 7, MemorySegment.NULL, 0)).isEqualTo(Errno.OK);
        Received again = server.take();
        assertThat(again.unique()).isEqualTo(lost.unique() | 1L << 63);
        assertThat(server.reply(lost, 0)).isEqualTo(Errno.ENOENT);
        assertThat(server.reply(again, 0)).isEqualTo(Errno.OK);
        assertThat(outcome(call)).isEqualTo(Errno.OK);
    }

    @Test void eachRequestOfManyClientsAndServersHasOneReply() throws Exception {
        int clients = 8;
        int servers = 4;
        int each = 2000;
        var handles = new ArrayList<TestServer>(List.of(server));
        for (int i = 1; i < servers; i++) {
            handles.add(new TestServer(server.handle.duplicate()));
        }
        for (TestServer one : handles) {
            Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        Received request = one.take();
                        one.reply(request, request.node() % 2 == 0 ? 0 : -Errno.ENOENT.code());
                    }
                } catch (FuseException | InterruptedException _) {
                    // The connection was aborted.
                }
            });
        }
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Future<?>>();
            for (int c = 0; c < clients; c++) {
                calls.add(pool.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        assertThat(callNow(Opcode.UNLINK, i)).isEqualTo(i % 2 == 0 ? Errno.OK : Errno.ENOENT);
                    }
                }));
            }
            for (Future<?> call : calls) {
                call.get(30, TimeUnit.SECONDS);
            }
        }
        assertThat(connection.waiting()).isZero();
        assertThat(server.pollError()).isEqualTo(Errno.EAGAIN);
    }

    @Nested class Init {
        private final FuseConnection fresh = FuseConnection.create(NotificationSink.NONE,
                ConnectionOptions.DEFAULT.withInitTimeout(Duration.ofMillis(200)), MAX_MESSAGE);
        private final TestServer peer = new TestServer(fresh.newHandle());

        private ConnectionInfo negotiate(MemorySegment out) throws InterruptedException {
            Received init = peer.take();
            assertThat(init.bytes().byteSize()).isEqualTo(104);
            assertThat(peer.reply(init, out)).isEqualTo(Errno.OK);
            return fresh.negotiated();
        }

        @Test void negotiatesTheFlagsOfBothEnds() throws Exception {
            ConnectionInfo negotiated = negotiate(TestServer.initOut(45,
                    InitFlag.BIG_WRITES.mask() | InitFlag.PASSTHROUGH.mask() | InitFlag.SPLICE_READ.mask(), 65536, 0));
            assertThat(negotiated.has(InitFlag.BIG_WRITES)).isTrue();
            assertThat(negotiated.has(InitFlag.SPLICE_READ)).isFalse();
            assertThat(negotiated.maxWriteData()).isEqualTo(65536);
            assertThat(negotiated.maxPages()).isEqualTo(32);
            assertThat(negotiated.maxBackground()).isEqualTo(12);
        }

        @ParameterizedTest
        @CsvSource({"4,8,4096", "5,24,4096", "22,24,8192", "23,64,8192", "45,64,8192",
            "99,64,8192"}) void acceptsOlderAndNewerMinors(int minor, int size, int maxWrite) throws Exception {
            MemorySegment out = TestServer.initOut(minor, 0, maxWrite, 0);
            assertThat(out.byteSize()).isEqualTo(size);
            assertThat(negotiate(out).maxWrite()).isEqualTo(maxWrite);
        }

        @Test void capsMaxWriteAtTheTransportsMessageSize() throws Exception {
            assertThat(negotiate(TestServer.initOut(45, InitFlag.MAX_PAGES.mask(), 1 << 30, 0)).maxWrite())
                    .isEqualTo(MAX_MESSAGE - 4096);
        }

        @Test void fillsAShortReplyWithZeros() throws Exception {
            MemorySegment out = TestServer.initOut(45, 0, 8192, 0);
            assertThat(negotiate(out.asSlice(0, 12)).maxWrite()).isEqualTo(4096);
        }

        @Test void refusesRequestsAfterAnErrorReply() throws Exception {
            peer.reply(peer.take(), -Errno.EPROTO.code());
            assertThatThrownBy(() -> fresh.newRequest(Opcode.GETATTR, 1, Caller.KERNEL))
                    .hasMessage(FuseException.of(Errno.ECONNREFUSED).getMessage());
        }

        @Test void reportsTheRefusalOfAServerThatHasDisconnectedMeanwhile() throws Exception {
            peer.reply(peer.take(), -Errno.EPROTO.code());
            fresh.abort();
            assertThatThrownBy(fresh::negotiated).hasMessage(FuseException.of(Errno.ECONNREFUSED).getMessage());
        }

        @Test void refusesAnotherMajorVersion() throws Exception {
            MemorySegment out = TestServer.initOut(45, 0, 8192, 0);
            org.hexfuse.abi.InitOut.MAJOR.set(out, 8);
            peer.reply(peer.take(), out);
            assertThatThrownBy(fresh::negotiated).hasMessage(FuseException.of(Errno.ECONNREFUSED).getMessage());
        }

        @Test void timesOutWithoutReply() {
            assertThatThrownBy(fresh::negotiated).hasMessage(FuseException.of(Errno.ETIMEDOUT).getMessage());
            assertThat(fresh.isConnected()).isFalse();
        }

        @Test void releasesItsWaitersWhenTheServerDisconnects() throws Exception {
            var outcome = new CompletableFuture<Throwable>();
            Thread.ofVirtual().start(() -> {
                try {
                    fresh.negotiated();
                } catch (FuseException e) {
                    outcome.complete(e);
                }
            });
            peer.take();
            peer.handle.close();
            assertThat(outcome.get(10, TimeUnit.SECONDS)).hasMessage(FuseException.of(Errno.ECONNABORTED).getMessage());
        }
    }

    @Nested class Notifications {
        private final ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
        private final FuseConnection noted = FuseConnection.create(new NotificationSink() {
            @Override public Errno invalidateEntry(long parent, Name name, boolean expireOnly) {
                seen.add("entry " + parent + " " + name + " " + expireOnly);
                return Errno.OK;
            }

            @Override public Errno invalidateNode(long node, long offset, long length) {
                seen.add("node " + node + " " + offset + " " + length);
                return Errno.OK;
            }
        }, ConnectionOptions.DEFAULT, MAX_MESSAGE);
        private final TestServer peer = new TestServer(noted.newHandle());

        @Test void areRejectedBeforeInit() {
            assertThat(peer.reply(0, 8, MemorySegment.NULL, 0)).isEqualTo(Errno.EINVAL);
        }

        @Test void areDecoded() throws Exception {
            peer.replyToInit();
            MemorySegment entry = TestServer.zeros(16 + 4);
            org.hexfuse.abi.NotifyInvalEntryOut.PARENT.set(entry, 1);
            org.hexfuse.abi.NotifyInvalEntryOut.NAMELEN.set(entry, 3);
            Name.of("abc").copyTo(entry, 16);
            assertThat(peer.reply(0, 3, entry, entry.byteSize())).isEqualTo(Errno.OK);
            MemorySegment node = TestServer.zeros(24);
            org.hexfuse.abi.NotifyInvalInodeOut.INO.set(node, 9);
            org.hexfuse.abi.NotifyInvalInodeOut.OFF.set(node, -1);
            assertThat(peer.reply(0, 2, node, 24)).isEqualTo(Errno.OK);
            assertThat(seen).containsExactly("entry 1 abc false", "node 9 -1 0");
        }

        @Test void thatAreMalformedAreRejected() throws Exception {
            peer.replyToInit();
            assertThat(peer.reply(0, 99, MemorySegment.NULL, 0)).isEqualTo(Errno.EINVAL);
            assertThat(peer.reply(0, -3, MemorySegment.NULL, 0)).isEqualTo(Errno.EINVAL);
            assertThat(peer.reply(0, 2, TestServer.zeros(23), 23)).isEqualTo(Errno.EINVAL);
            MemorySegment entry = TestServer.zeros(20);
            org.hexfuse.abi.NotifyInvalEntryOut.NAMELEN.set(entry, 0x7FFFFFFF);
            assertThat(peer.reply(0, 3, entry, 20)).isEqualTo(Errno.ENAMETOOLONG);
            org.hexfuse.abi.NotifyInvalEntryOut.NAMELEN.set(entry, 2);
            assertThat(peer.reply(0, 3, entry, 20)).isEqualTo(Errno.EINVAL);
            assertThat(peer.handle.reply(0, 4, 1L << 40).verdict()).isEqualTo(Errno.EINVAL);
        }
    }
}
