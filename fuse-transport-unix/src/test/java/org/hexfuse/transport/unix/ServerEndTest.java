package org.hexfuse.transport.unix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.libc.SocketType;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.SlotChannel;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server end, against misbehaving kernels. */
@Timeout(value = 40, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class ServerEndTest {
    private static final byte[] NAME = {'a', 0};

    @TempDir Path directory;
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private ServerEndpoint endpoint;
    private ServerLink link;
    private SlotChannel channel;
    private RawPeer kernel;

    private void open(SocketType type, String parameters) throws Exception {
        Path path = directory.resolve("socket");
        String scheme = type == SocketType.STREAM ? "unix:" : "unix-seqpacket:";
        endpoint = Transports.open(Address.parse(scheme + path + parameters));
        kernel = RawPeer.connect(type, path);
        link = endpoint.accept().orElseThrow();
        channel = link.openChannel();
    }

    @AfterEach void end() throws Exception {
        if (link != null) {
            link.shutdown();
        }
        workers.shutdown();
        assertThat(workers.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
        if (link != null) {
            channel.close();
            link.close();
            kernel.close();
        }
        endpoint.close();
    }

    private Future<Slot> next() {
        return workers.submit(() -> channel.next());
    }

    private Slot received() throws Exception {
        return next().get(5, TimeUnit.SECONDS);
    }

    private void assertFails(Future<Slot> next, String message) {
        assertThatThrownBy(() -> next.get(2500, TimeUnit.MILLISECONDS)).hasCauseInstanceOf(IOException.class)
                .hasMessageContaining(message);
        assertThat(kernel.seesTheEnd()).isTrue();
    }

    @ParameterizedTest
    @EnumSource void requestsArriveInOrder(SocketType type) throws Exception {
        open(type, "");
        for (long unique = 2; unique < 200; unique += 2) {
            kernel.send(RawPeer.request(Opcode.LOOKUP.code(), unique, NAME));
            Slot slot = received();
            assertThat(slot.unique()).isEqualTo(unique);
            assertThat(slot.rest().size()).isEqualTo(2);
            slot.release();
        }
    }

    @Test void aRequestMayArriveByteByByte() throws Exception {
        open(SocketType.STREAM, "");
        Future<Slot> next = next();
        for (byte b : RawPeer.request(Opcode.LOOKUP.code(), 2, NAME)) {
            kernel.send(new byte[]{b});
        }
        Slot slot = next.get(5, TimeUnit.SECONDS);
        assertThat(slot.unique()).isEqualTo(2);
        slot.release();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 15, 39, 0x7FFFFFFFL, 0xFFFFFFFFL}) void anInvalidLengthClosesTheConnection(
            long length) throws Exception {
        open(SocketType.STREAM, "");
        kernel.send(RawPeer.request(length, Opcode.LOOKUP.code(), 2, NAME));
        assertFails(next(), "a message of length " + length);
        assertThat(received()).isNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 15, 41, 0xFFFFFFFFL}) void aPacketWhoseHeaderStatesAnotherLengthClosesTheConnection(
            long length)
            throws Exception {
        open(SocketType.SEQPACKET, "");
        kernel.send(RawPeer.request(length, Opcode.LOOKUP.code(), 2, NAME));
        assertFails(next(), "a packet of 42 bytes whose header states " + length);
    }

    @Test void aPacketShorterThanItsHeaderClosesTheConnection() throws Exception {
        open(SocketType.SEQPACKET, "");
        kernel.send(new byte[20]);
        assertFails(next(), "a packet of 20 bytes, shorter than its header of 40");
    }

    @ParameterizedTest
    @EnumSource void rejectsLongRequestsBeforeInit(SocketType type) throws Exception {
        open(type, "");
        kernel.send(RawPeer.request(Opcode.WRITE.code(), 2, new byte[20_000]));
        assertFails(next(), "longer than the negotiated " + Limits.beforeInit().maxMessage());
    }

    @ParameterizedTest
    @EnumSource void aWorkerBlockedWhileInitIsAnsweredReceivesLongRequests(SocketType type) throws Exception {
        open(type, "");
        Future<Slot> next = next();
        Thread.sleep(50);
        link.negotiated(new Limits(Protocol.MINOR, 0, 64 * 1024, 16));
        kernel.send(RawPeer.request(Opcode.WRITE.code(), 2, new byte[40 + 64 * 1024]));
        Slot slot = next.get(5, TimeUnit.SECONDS);
        assertThat(slot.rest().size()).isEqualTo(64 * 1024);
        assertThat(slot.replyCapacity()).isGreaterThanOrEqualTo(64 * 1024);
        slot.release();
    }

    @Test void aDisconnectInTheMiddleOfARequestFailsItsReader() throws Exception {
        open(SocketType.STREAM, "");
        kernel.send(Arrays.copyOf(RawPeer.request(Opcode.LOOKUP.code(), 2, NAME), 17));
        Future<Slot> next = next();
        Thread.sleep(50);
        kernel.close();
        assertThatThrownBy(() -> next.get(1500, TimeUnit.MILLISECONDS)).hasCauseInstanceOf(IOException.class)
                .hasMessageContaining("the peer disconnected in the middle of a message");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 17, 41}) void aRequestThatStopsInTheMiddleTimesOut(int sent)
            throws Exception {
        open(SocketType.STREAM, "?patience=0.3");
        kernel.send(Arrays.copyOf(RawPeer.request(Opcode.LOOKUP.code(), 2, NAME), sent));
        assertFails(next(), "a message was not received whole within 0.3 s");
    }

    @Test void aRequestThatTricklesTimesOut() throws Exception {
        open(SocketType.STREAM, "?patience=0.3");
        Future<Slot> next = next();
        byte[] request = RawPeer.request(Opcode.LOOKUP.code(), 2, NAME);
        long start = System.nanoTime();
        for (int i = 0; i < request.length && !next.isDone(); i++) {
            kernel.send(new byte[]{request[i]});
            Thread.sleep(100);
        }
        assertFails(next, "a message was not received whole within 0.3 s");
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(5));
    }

    @ParameterizedTest
    @EnumSource void aConnectionWithoutInitTimesOut(SocketType type) throws Exception {
        open(type, "?init_timeout=0.3");
        Future<Slot> next = next();
        assertThatThrownBy(() -> next.get(15, TimeUnit.SECONDS)).hasMessageContaining("no INIT was received in time");
        assertThat(kernel.seesTheEnd()).isTrue();
    }

    @ParameterizedTest
    @EnumSource void acceptsNoMoreThanMaxConnections(SocketType type) throws Exception {
        open(type, "?max_connections=1");
        try (RawPeer second = RawPeer.connect(type, directory.resolve("socket"))) {
            Future<?> accepted = workers.submit(() -> endpoint.accept());
            second.send(RawPeer.request(Opcode.LOOKUP.code(), 2, NAME));
            assertThatThrownBy(() -> accepted.get(500, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            link.close();
            assertThat(accepted.get(5, TimeUnit.SECONDS)).isInstanceOfSatisfying(Optional.class,
                    found -> ((ServerLink) found.orElseThrow()).close());
        }
    }

    @ParameterizedTest
    @EnumSource void aSilentKernelIsWaitedForBetweenRequests(SocketType type) throws Exception {
        open(type, "?patience=0.3");
        Future<Slot> next = next();
        Thread.sleep(600);
        kernel.send(RawPeer.request(Opcode.LOOKUP.code(), 2, NAME));
        next.get(5, TimeUnit.SECONDS).release();
    }

    @ParameterizedTest
    @EnumSource void aDisconnectEndsTheSession(SocketType type) throws Exception {
        open(type, "");
        Future<Slot> next = next();
        Thread.sleep(50);
        kernel.close();
        assertThat(next.get(1500, TimeUnit.MILLISECONDS)).isNull();
        assertThat(received()).isNull();
    }

    @ParameterizedTest
    @EnumSource void aKernelThatReceivesNoRepliesIsDisconnected(SocketType type) throws Exception {
        open(type, "?patience=0.3");
        kernel.send(RawPeer.request(Opcode.READ.code(), 2, new byte[40]));
        Slot slot = received();
        Future<Slot> waiting = next(link.openChannel());
        long begin = System.nanoTime();
        Errno outcome = Errno.OK;
        Slot copy = slot.detach(4096);
        copy.commit(Errno.OK, 0, 4096);
        for (long unique = 4; outcome == Errno.OK; unique += 2) {
            outcome = ((UnixServerLink) link).reply(unique, Errno.OK, Arena.ofAuto().allocate(8192),
                    16, 8000);
        }
        assertThat(outcome).isEqualTo(Errno.ENOENT);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        assertThat(waiting.get(2, TimeUnit.SECONDS)).isNull();
    }

    private Future<Slot> next(SlotChannel other) {
        return workers.submit(() -> {
            try (other) {
                return other.next();
            }
        });
    }

    @ParameterizedTest
    @EnumSource void concurrentRepliesAreNotInterleaved(SocketType type) throws Exception {
        open(type, "");
        int each = 200;
        for (int t = 0; t < 4; t++) {
            byte fill = (byte) t;
            workers.execute(() -> {
                MemorySegment memory = Arena.ofAuto().allocate(16 + 50_000);
                memory.fill(fill);
                for (int i = 0; i < each; i++) {
                    ((UnixServerLink) link).reply(fill + 2, Errno.OK, memory, 16, 50_000);
                }
            });
        }
        for (int i = 0; i < 4 * each; i++) {
            byte[] reply = kernel.reply();
            assertThat(reply).hasSize(16 + 50_000);
            byte fill = (byte) (reply[8] - 2);
            assertThat(Arrays.equals(Arrays.copyOfRange(reply, 16, reply.length), filled(fill))).isTrue();
        }
    }

    private static byte[] filled(byte fill) {
        byte[] expected = new byte[50_000];
        Arrays.fill(expected, fill);
        return expected;
    }

    @ParameterizedTest
    @EnumSource void aReplyHasItsHeader(SocketType type) throws Exception {
        open(type, "");
        kernel.send(RawPeer.request(Opcode.READ.code(), 77, new byte[InHeader.SIZE]));
        Slot slot = received();
        slot.reply().set(JAVA_BYTE, 0, (byte) 5);
        assertThat(slot.commit(Errno.OK, 1, 0)).isEqualTo(Errno.OK);
        assertThat(kernel.reply()).isEqualTo(RawPeer.reply(77, 0, new byte[]{5}));
    }
}
