package org.hexfuse.transport.unix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.NotifyCode;
import org.hexfuse.abi.NotifyPollWakeupOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.device.Request;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.SocketType;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel end, against misbehaving servers. */
@Timeout(value = 40, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class KernelEndTest {
    private static final int PAYLOAD = 128 * 1024;
    private static final int WRITES = 64;
    private static final ConnectionOptions OPTIONS = new ConnectionOptions(Duration.ofSeconds(5),
            Duration.ofSeconds(20), Duration.ofMillis(200), ConnectionOptions.DEFAULT.profile());

    @TempDir Path directory;
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private Path path;
    private Fd listening;
    private FuseConnection connection;
    private RawPeer server;

    @BeforeEach void name() {
        path = directory.resolve("socket");
    }

    @AfterEach void end() {
        if (connection != null) {
            connection.close();
        }
        if (server != null) {
            server.close();
        }
        if (listening != null) {
            listening.close();
        }
        callers.shutdownNow();
    }

    private Future<FuseConnection> connecting(SocketType type, NotificationSink sink, ConnectionOptions options)
            throws IOException {
        return connecting(type, "", sink, options);
    }

    private Future<FuseConnection> connecting(SocketType type, String parameters, NotificationSink sink,
            ConnectionOptions options) throws IOException {
        listening = RawPeer.listen(type, path);
        String scheme = type == SocketType.STREAM ? "unix:" : "unix-seqpacket:";
        Future<FuseConnection> mounting = callers.submit(
                () -> FuseConnection.mount(Transports.connect(Address.parse(scheme + path + parameters)), sink,
                        options));
        server = RawPeer.accept(type, listening);
        return mounting;
    }

    private void mount(SocketType type, NotificationSink sink) throws Exception {
        mount(type, "", sink);
    }

    private void mount(SocketType type, String parameters, NotificationSink sink) throws Exception {
        Future<FuseConnection> mounting = connecting(type, parameters, sink, OPTIONS);
        server.answerInit(PAYLOAD);
        connection = mounting.get(10, TimeUnit.SECONDS);
    }

    private Errno lookup() {
        try (Request request = connection.newRequest(Opcode.LOOKUP, Protocol.ROOT_ID, Caller.KERNEL)
                .name(Name.of("a"))) {
            connection.call(request);
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }

    private byte[] read(int size) {
        try (Request request = connection.newRequest(Opcode.READ, 2, Caller.KERNEL).replyRoom(size)) {
            ReadIn.SIZE_FIELD.set(request.arguments(), size);
            connection.call(request);
            return request.reply().asSlice(0, request.replySize()).toArray(JAVA_BYTE);
        }
    }

    private Errno write(int size) {
        try (Request request = connection.newRequest(Opcode.WRITE, 2, Caller.KERNEL)) {
            WriteIn.SIZE_FIELD.set(request.arguments(), size);
            connection.call(request.data(MemorySegment.ofArray(new byte[size]), 0, size));
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }

    /** Requests that are queued, more than the socket buffers hold: the server receives nothing. */
    private List<Future<Errno>> outstandingWrites() {
        var calls = new ArrayList<Future<Errno>>();
        for (int i = 0; i < WRITES; i++) {
            calls.add(callers.submit(() -> write(PAYLOAD)));
        }
        awaitOutstanding(WRITES);
        return calls;
    }

    /** A caller whose request is not queued when the connection is aborted gets ENOTCONN, as on Linux. */
    private void awaitOutstanding(int requests) {
        await(requests + " requests are queued").atMost(Duration.ofSeconds(20))
                .until(() -> connection.waiting() == requests);
    }

    private static byte[] entry() {
        return new byte[EntryOut.SIZE];
    }

    private static Errno outcome(Future<Errno> call) throws Exception {
        return call.get(1500, TimeUnit.MILLISECONDS);
    }

    @ParameterizedTest
    @EnumSource void aServerThatDisconnectsAtInitFailsTheMountAtOnce(SocketType type) throws Exception {
        Future<FuseConnection> mounting = connecting(type, NotificationSink.NONE, OPTIONS);
        server.request();
        server.close();
        assertThatThrownBy(() -> mounting.get(1500, TimeUnit.MILLISECONDS)).hasCauseInstanceOf(FuseException.class)
                .satisfies(e -> assertThat(((FuseException) e.getCause()).errno()).isEqualTo(Errno.ECONNABORTED));
    }

    @ParameterizedTest
    @EnumSource void anUnansweredInitTimesOut(SocketType type) throws Exception {
        Future<FuseConnection> mounting = connecting(type, NotificationSink.NONE,
                OPTIONS.withInitTimeout(Duration.ofMillis(300)));
        assertThatThrownBy(() -> mounting.get(3, TimeUnit.SECONDS)).hasCauseInstanceOf(FuseException.class)
                .satisfies(e -> assertThat(((FuseException) e.getCause()).errno()).isEqualTo(Errno.ETIMEDOUT));
        assertThat(server.seesTheEnd()).isTrue();
    }

    @Test void aDisconnectInTheMiddleOfAReplyFailsItsCaller() throws Exception {
        mount(SocketType.STREAM, NotificationSink.NONE);
        Future<?> reading = callers.submit(() -> read(PAYLOAD));
        long unique = RawPeer.unique(server.request());
        server.send(Arrays.copyOf(RawPeer.reply(unique, 0, new byte[PAYLOAD]), PAYLOAD / 2));
        server.close();
        assertThatThrownBy(() -> reading.get(1500, TimeUnit.MILLISECONDS)).hasCauseInstanceOf(FuseException.class);
        assertThat(lookup()).isIn(Errno.ENOTCONN, Errno.ECONNABORTED);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 15, 0xFFFFFFFFL}) void aReplyOfInvalidLengthClosesTheConnection(long length)
            throws Exception {
        for (SocketType type : SocketType.values()) {
            mount(type, NotificationSink.NONE);
            Future<Errno> call = callers.submit(this::lookup);
            long unique = RawPeer.unique(server.request());
            server.send(RawPeer.reply(length, unique, 0, new byte[0]));
            assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
            assertThat(server.seesTheEnd()).isTrue();
            end(type);
        }
    }

    /** Closes everything, so that a test can repeat. */
    private void end(SocketType type) {
        connection.close();
        server.close();
        listening.close();
        assertThat(connection.isConnected()).as("%s", type).isFalse();
    }

    @Test void aReplyMayArriveByteByByte() throws Exception {
        mount(SocketType.STREAM, NotificationSink.NONE);
        Future<Errno> call = callers.submit(this::lookup);
        for (byte b : RawPeer.reply(RawPeer.unique(server.request()), 0, entry())) {
            server.send(new byte[]{b});
        }
        assertThat(outcome(call)).isEqualTo(Errno.OK);
    }

    @ParameterizedTest
    @EnumSource void skipsRepliesOfUnknownUniqueAndOfWrongSize(SocketType type) throws Exception {
        mount(type, NotificationSink.NONE);
        Future<Errno> call = callers.submit(this::lookup);
        long unique = RawPeer.unique(server.request());
        server.send(RawPeer.reply(RawPeer.NOBODY, 0, new byte[100_000]));
        server.send(RawPeer.reply(RawPeer.NOBODY, -5, new byte[0]));
        server.send(RawPeer.reply(0, 99, new byte[77]));
        server.send(RawPeer.reply(unique, 0, entry()));
        assertThat(outcome(call)).isEqualTo(Errno.OK);
        Future<Errno> other = callers.submit(this::lookup);
        server.send(RawPeer.reply(RawPeer.unique(server.request()), 0, new byte[5]));
        assertThat(outcome(other)).isEqualTo(Errno.EIO);
        Future<Errno> third = callers.submit(this::lookup);
        server.send(RawPeer.reply(RawPeer.unique(server.request()), -2, new byte[0]));
        assertThat(outcome(third)).isEqualTo(Errno.ENOENT);
    }

    @ParameterizedTest
    @ValueSource(ints = {5, -512, Integer.MIN_VALUE}) void anInvalidErrnoFailsItsCallerWithEio(int error)
            throws Exception {
        mount(SocketType.STREAM, NotificationSink.NONE);
        Future<Errno> call = callers.submit(this::lookup);
        server.send(RawPeer.reply(RawPeer.unique(server.request()), error, new byte[0]));
        assertThat(outcome(call)).isEqualTo(Errno.EIO);
        assertThat(connection.isConnected()).isTrue();
    }

    @ParameterizedTest
    @EnumSource void bulkRepliesArriveUnchangedInAnyOrder(SocketType type) throws Exception {
        mount(type, NotificationSink.NONE);
        byte[] first = new byte[PAYLOAD];
        byte[] second = new byte[PAYLOAD - 1];
        new Random(5).nextBytes(first);
        new Random(6).nextBytes(second);
        Future<byte[]> one = callers.submit(() -> read(PAYLOAD));
        long firstUnique = RawPeer.unique(server.request());
        Future<byte[]> other = callers.submit(() -> read(PAYLOAD));
        server.send(RawPeer.reply(RawPeer.unique(server.request()), 0, second));
        server.send(RawPeer.reply(firstUnique, 0, first));
        assertThat(one.get(5, TimeUnit.SECONDS)).isEqualTo(first);
        assertThat(other.get(5, TimeUnit.SECONDS)).isEqualTo(second);
    }

    @ParameterizedTest
    @EnumSource void pendingRequestsCanBeInterruptedAndTheLinkClosedWhileTheSocketIsFull(SocketType type)
            throws Exception {
        mount(type, NotificationSink.NONE);
        List<Future<Errno>> calls = outstandingWrites();
        var outcomes = new LinkedBlockingQueue<Errno>();
        Thread last = Thread.ofPlatform().start(() -> outcomes.add(write(1)));
        awaitOutstanding(calls.size() + 1);
        last.interrupt();
        assertThat(outcomes.poll(5, TimeUnit.SECONDS)).isEqualTo(Errno.EINTR);
        long begin = System.nanoTime();
        connection.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
        for (Future<Errno> call : calls) {
            assertThat(call.get(5, TimeUnit.SECONDS)).isEqualTo(Errno.ECONNABORTED);
        }
    }

    @ParameterizedTest
    @EnumSource void aDisconnectFailsTheCallersOfPendingRequests(SocketType type) throws Exception {
        mount(type, NotificationSink.NONE);
        List<Future<Errno>> calls = outstandingWrites();
        server.close();
        for (Future<Errno> call : calls) {
            assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
        }
    }

    @Test void aReplyThatStopsInTheMiddleTimesOut() throws Exception {
        Future<FuseConnection> mounting = connecting(SocketType.STREAM, "?patience=0.3", NotificationSink.NONE,
                OPTIONS);
        server.answerInit(PAYLOAD);
        connection = mounting.get(10, TimeUnit.SECONDS);
        Future<Errno> call = callers.submit(this::lookup);
        server.send(Arrays.copyOf(RawPeer.reply(RawPeer.unique(server.request()), 0, entry()), 7));
        assertThat(call.get(3, TimeUnit.SECONDS)).isEqualTo(Errno.ECONNABORTED);
        assertThat(server.seesTheEnd()).isTrue();
    }

    /** Libraries of other languages shut down one direction. */
    @Test void aServersShutdownOfItsSendingSideClosesTheConnection() throws Exception {
        try (SocketChannel half = mountedHalf()) {
            Future<Errno> call = callers.submit(this::lookup);
            Thread.sleep(50);
            half.shutdownOutput();
            assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
        }
    }

    @Test void aServersShutdownOfItsReceivingSideClosesTheConnection() throws Exception {
        try (SocketChannel half = mountedHalf()) {
            half.shutdownInput();
            assertThat(outcome(callers.submit(this::lookup))).isEqualTo(Errno.ECONNABORTED);
        }
    }

    private SocketChannel mountedHalf() throws Exception {
        try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(path));
            Future<FuseConnection> mounting = callers.submit(() -> FuseConnection
                    .mount(Transports.connect(Address.of("unix", path.toString())), NotificationSink.NONE, OPTIONS));
            SocketChannel half = listener.accept();
            ByteBuffer init = ByteBuffer.allocate(4096);
            half.read(init);
            half.write(ByteBuffer
                    .wrap(RawPeer.reply(RawPeer.unique(init.array()), 0, RawPeer.initOut(PAYLOAD))));
            connection = mounting.get(10, TimeUnit.SECONDS);
            return half;
        }
    }

    @Test void aRequestTimeoutClosesTheConnectionOfAServerThatReceivesNothing() throws Exception {
        Future<FuseConnection> mounting = connecting(SocketType.STREAM, NotificationSink.NONE,
                OPTIONS.withRequestTimeout(Duration.ofMillis(500)));
        server.answerInit(PAYLOAD);
        connection = mounting.get(10, TimeUnit.SECONDS);
        for (int i = 0; i < 64; i++) {
            callers.execute(() -> write(PAYLOAD));
        }
        assertThat(write(1)).isIn(Errno.ETIMEDOUT, Errno.ECONNABORTED);
        assertThat(server.seesTheEnd()).isTrue();
    }

    @Test void aBlockedNotificationDelaysNoReply() throws Exception {
        var reached = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        mount(SocketType.STREAM, "?patience=1", new NotificationSink() {
            @Override public Errno pollWakeup(long kernelHandle) {
                reached.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
                return Errno.OK;
            }
        });
        server.send(RawPeer.reply(0, NotifyCode.POLL.code(), new byte[NotifyPollWakeupOut.SIZE]));
        assertThat(reached.await(5, TimeUnit.SECONDS)).isTrue();
        Future<Errno> call = callers.submit(this::lookup);
        server.send(RawPeer.reply(RawPeer.unique(server.request()), 0, entry()));
        assertThat(outcome(call)).isEqualTo(Errno.OK);
        goOn.countDown();
    }

    @Test void notificationsKeepTheirOrderAndAFullQueueClosesTheConnection() throws Exception {
        var goOn = new CountDownLatch(1);
        var seen = new LinkedBlockingQueue<Long>();
        mount(SocketType.STREAM, "?patience=1", new NotificationSink() {
            @Override public Errno pollWakeup(long kernelHandle) {
                seen.add(kernelHandle);
                if (kernelHandle == 500) {
                    try {
                        goOn.await();
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                }
                return Errno.OK;
            }
        });
        Future<?> flood = callers.submit(() -> {
            for (long i = 0; i < 5000; i++) {
                byte[] body = new byte[NotifyPollWakeupOut.SIZE];
                NotifyPollWakeupOut.KH.set(MemorySegment.ofArray(body), i);
                server.send(RawPeer.reply(0, NotifyCode.POLL.code(), body));
            }
            return null;
        });
        try {
            flood.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException _) {
            // The socket was shut down during the send.
        }
        assertThat(server.seesTheEnd()).isTrue();
        assertThat(lookup()).isIn(Errno.ENOTCONN, Errno.ECONNABORTED);
        goOn.countDown();
        assertThat(List.copyOf(seen)).hasSize(501).isSorted();
    }

    @Test void aListeningKernelEndTimesOut() {
        long begin = System.nanoTime();
        assertThatThrownBy(() -> Transports.connect(Address.parse("unix:" + path + "?listen&wait=0.3")))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("nobody has connected to unix:" + path + " within 0.3 s");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(300),
                Duration.ofSeconds(3));
        assertThat(path).doesNotExist();
    }

    @Test void aListeningKernelEndCanBeInterrupted() throws Exception {
        var failures = new LinkedBlockingQueue<Exception>();
        Thread waiting = Thread.ofPlatform().start(() -> {
            try {
                Transports.connect(Address.parse("unix:" + path + "?listen")).close();
            } catch (IOException e) {
                failures.add(e);
            }
        });
        Listeners.await(path.toString());
        waiting.interrupt();
        assertThat(failures.poll(5, TimeUnit.SECONDS)).isInstanceOf(InterruptedIOException.class);
        assertThat(Files.exists(path)).isFalse();
    }

    @Test void overPacketsNoReplyIsRequestedThatExceedsTheDefaultSendBuffer() throws Exception {
        mount(SocketType.SEQPACKET, NotificationSink.NONE);
        assertThat(connection.negotiated().maxRead() + EntryOut.SIZE).isLessThan(212_992 - 32);
        assertThat(connection.negotiated().maxWriteData()).isLessThan(212_992 - 32);
    }

    @Test void joinsAReplyOfSeveralPackets() throws Exception {
        mount(SocketType.SEQPACKET, NotificationSink.NONE);
        byte[] data = new byte[PAYLOAD];
        new Random(7).nextBytes(data);
        Future<byte[]> reading = callers.submit(() -> read(PAYLOAD));
        byte[] request = server.request();
        byte[] reply = RawPeer.reply(RawPeer.unique(request), 0, data);
        server.send(Arrays.copyOf(reply, 61_456));
        server.send(Arrays.copyOfRange(reply, 61_456, 61_456 + 65_536));
        server.send(Arrays.copyOfRange(reply, 61_456 + 65_536, reply.length));
        assertThat(reading.get(10, TimeUnit.SECONDS)).isEqualTo(data);
        Future<Errno> lookup = callers.submit(this::lookup);
        server.send(RawPeer.reply(RawPeer.unique(server.request()), 0, entry()));
        assertThat(lookup.get(10, TimeUnit.SECONDS)).isNotNull();
    }

    @Test void packetsThatDoNotAddUpCloseTheConnection() throws Exception {
        mount(SocketType.SEQPACKET, NotificationSink.NONE);
        Future<byte[]> reading = callers.submit(() -> read(PAYLOAD));
        byte[] reply = RawPeer.reply(RawPeer.unique(server.request()), 0, new byte[PAYLOAD]);
        server.send(Arrays.copyOf(reply, 61_456));
        server.send(new byte[100_000]);
        assertThatThrownBy(() -> reading.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(FuseException.class);
    }

    @Test void aReplyBetweenThePacketsOfAnotherClosesTheConnection() throws Exception {
        mount(SocketType.SEQPACKET, NotificationSink.NONE);
        Future<byte[]> reading = callers.submit(() -> read(PAYLOAD));
        long unique = RawPeer.unique(server.request());
        byte[] whole = RawPeer.reply(unique, 0, new byte[PAYLOAD]);
        server.send(Arrays.copyOf(whole, 61456));
        server.send(RawPeer.reply(unique + 2, 0, entry()));
        assertThatThrownBy(() -> reading.get(1500, TimeUnit.MILLISECONDS)).hasCauseInstanceOf(FuseException.class);
        assertThat(server.seesTheEnd()).isTrue();
    }
}
