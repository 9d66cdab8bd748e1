package org.hexfuse.transport.unix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.device.Request;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Read;
import org.hexfuse.testkit.UserKernel;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both ends under load, and the descriptors and threads after they are closed. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class BothEndsTest {
    private static final int ATONCE = 32;

    @TempDir Path directory;
    private final ExecutorService callers = Executors.newCachedThreadPool();

    @AfterEach void end() {
        callers.shutdownNow();
    }

    /** Serves one link with some workers: READ returns bytes that follow from the offset, WRITE accepts anything. */
    private static final class Server implements AutoCloseable {
        private final ServerLink link;
        private final List<Thread> workers = new ArrayList<>();
        private final CountDownLatch initialized = new CountDownLatch(1);

        Server(ServerLink link, int count) throws InterruptedException {
            this.link = link;
            startWorker();
            assertThat(initialized.await(10, TimeUnit.SECONDS)).isTrue();
            for (int i = 1; i < count; i++) {
                startWorker();
            }
        }

        private void startWorker() {
            workers.add(Thread.ofPlatform().daemon().start(() -> {
                try (SlotChannel channel = link.openChannel()) {
                    for (Slot slot = channel.next(); slot != null; slot = channel.next()) {
                        answer(slot);
                    }
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }));
        }

        private void answer(Slot slot) {
            switch (Opcode.of(slot.opcode()).orElseThrow()) {
                case INIT -> {
                    int payload = Limits.payloadOf(link.maxMessage());
                    link.negotiated(new Limits(Protocol.MINOR, 0, payload, payload / 4096));
                    byte[] body = RawPeer.initOut(payload);
                    MemorySegment.copy(body, 0, slot.reply(), JAVA_BYTE, 0, body.length);
                    slot.commit(Errno.OK, body.length, 0);
                    initialized.countDown();
                }
                case READ -> {
                    byte fill = (byte) ReadIn.OFFSET.get(slot.arguments());
                    int size = ReadIn.SIZE_FIELD.get(slot.arguments());
                    slot.reply().asSlice(0, size).fill(fill);
                    slot.commit(Errno.OK, 0, size);
                }
                case WRITE -> {
                    int size = WriteIn.SIZE_FIELD.get(slot.arguments());
                    boolean whole = slot.rest().size() == size;
                    WriteOut.SIZE_FIELD.set(slot.reply(), whole ? size : 0);
                    slot.commit(Errno.OK, WriteOut.SIZE, 0);
                }
                default -> slot.commit(Errno.ENOSYS, 0, 0);
            }
        }

        @Override public void close() {
            link.shutdown();
            for (Thread worker : workers) {
                ThreadJoin.join(worker, Duration.ofSeconds(5));
                assertThat(worker.isAlive()).isFalse();
            }
            link.close();
        }
    }

    private Future<FuseConnection> mounting(Address address) {
        return callers.submit(() -> FuseConnection.mount(Transports.connect(address), NotificationSink.NONE,
                ConnectionOptions.DEFAULT.withRequestTimeout(Duration.ofSeconds(30))));
    }

    private static byte[] read(FuseConnection connection, int size, int fill) {
        try (Request request = connection.newRequest(Opcode.READ, 2, Caller.KERNEL).replyRoom(size)) {
            ReadIn.SIZE_FIELD.set(request.arguments(), size);
            ReadIn.OFFSET.set(request.arguments(), fill);
            connection.call(request);
            return request.reply().asSlice(0, request.replySize()).toArray(JAVA_BYTE);
        }
    }

    private static int write(FuseConnection connection, int size) {
        try (Request request = connection.newRequest(Opcode.WRITE, 2, Caller.KERNEL)) {
            WriteIn.SIZE_FIELD.set(request.arguments(), size);
            connection.call(request.data(MemorySegment.ofArray(new byte[size]), 0, size));
            return WriteOut.SIZE_FIELD.get(request.reply());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix:PATH?buffer=2048", "unix:PATH", "unix-seqpacket:PATH?buffer=16384",
        "unix-seqpacket:PATH"}) void manyConcurrentLargeReadsAndWritesFinish(String text) throws Exception {
        for (int workers : new int[]{1, 3}) {
            Address address = Address.parse(text.replace("PATH", directory + "/socket"));
            try (ServerEndpoint endpoint = Transports.open(address)) {
                Future<FuseConnection> mounting = mounting(endpoint.address());
                try (var _ = new Server(endpoint.accept().orElseThrow(), workers);
                        FuseConnection connection = mounting.get(10, TimeUnit.SECONDS)) {
                    int size = connection.negotiated().maxWriteData();
                    if (address.scheme().equals("unix")) {
                        assertThat(size).isEqualTo(1 << 20);
                    }
                    assertAllFinish(connection, size);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"'',?buffer=16384", "?buffer=16384,''"}) void theSmallerSendBufferBoundsTheMessages(String servers,
            String kernels) throws Exception {
        String plain = "unix-seqpacket:" + directory + "/socket";
        try (ServerEndpoint endpoint = Transports.open(Address.parse(plain + servers))) {
            Future<FuseConnection> mounting = mounting(Address.parse(plain + kernels));
            try (var _ = new Server(endpoint.accept().orElseThrow(), 2);
                    FuseConnection connection = mounting.get(10, TimeUnit.SECONDS)) {
                assertThat(connection.negotiated().maxWriteData()).isEqualTo(24 * 1024);
                assertAllFinish(connection, 24 * 1024);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix:", "unix-seqpacket:"}) void mountsAFilesystem(String scheme)
            throws Exception {
        try (var kernel = UserKernel.connect(scheme + directory + "/socket", new FuseFileSystem() {
            @Override public Entry lookup(Lookup op) {
                return Entry.of(2, Attr.file(0444, 5));
            }

            @Override public Attr getattr(GetAttr op) {
                return op.node() == Protocol.ROOT_ID ? Attr.directory(0755) : Attr.file(0444, 5);
            }

            @Override public void read(Read op, DataReply out) {
                out.writeSlice("hello".getBytes(UTF_8), op.offset());
            }
        })) {
            assertThat(kernel.vfs().readString("/hello")).isEqualTo("hello");
        }
        assertThat(directory).isEmptyDirectory();
    }

    private void assertAllFinish(FuseConnection connection, int size) throws Exception {
        var calls = new ArrayList<Future<Boolean>>();
        for (int i = 0; i < ATONCE; i++) {
            int fill = i;
            calls.add(callers.submit(() -> write(connection, size) == size));
            calls.add(callers.submit(() -> {
                byte[] expected = new byte[size];
                Arrays.fill(expected, (byte) fill);
                return Arrays.equals(read(connection, size, fill), expected);
            }));
        }
        for (Future<Boolean> call : calls) {
            assertThat(call.get(40, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static long descriptors() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> name.startsWith("hexfuse")).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix", "unix-seqpacket"}) void leavesNothingBehindAfterManyConnections(String scheme)
            throws Exception {
        Address address = Address.of(scheme, directory + "/socket");
        connectAndDisconnect(address, 1);
        long before = descriptors();
        connectAndDisconnect(address, 20);
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            assertThat(descriptors()).isLessThanOrEqualTo(before);
            assertThat(threads()).isEmpty();
        });
        assertThat(directory).isEmptyDirectory();
    }

    /** Closes some connections at the kernel end first, others at the server end. */
    private void connectAndDisconnect(Address address, int count) throws Exception {
        try (ServerEndpoint endpoint = Transports.open(address)) {
            for (int i = 0; i < count; i++) {
                Future<FuseConnection> mounting = mounting(endpoint.address());
                var server = new Server(endpoint.accept().orElseThrow(), 2);
                FuseConnection connection = mounting.get(10, TimeUnit.SECONDS);
                assertThat(write(connection, 100)).isEqualTo(100);
                if (i % 2 == 0) {
                    connection.close();
                    server.close();
                } else {
                    server.close();
                    await().pollInterval(Duration.ofMillis(2)).until(() -> !connection.isConnected());
                    if (i % 4 == 1) {
                        connection.close();
                    }
                }
            }
        }
    }

    @Test void aConnectionIsClosedWhenItsServerDisconnects() throws Exception {
        long before = descriptors();
        Address address = Address.of("unix", directory + "/socket");
        FuseConnection connection;
        try (ServerEndpoint endpoint = Transports.open(address)) {
            Future<FuseConnection> mounting = mounting(address);
            var server = new Server(endpoint.accept().orElseThrow(), 1);
            connection = mounting.get(10, TimeUnit.SECONDS);
            server.close();
        }
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            assertThat(descriptors()).isLessThanOrEqualTo(before);
            assertThat(threads()).isEmpty();
        });
        assertThat(connection.isConnected()).isFalse();
        connection.close();
    }
}
