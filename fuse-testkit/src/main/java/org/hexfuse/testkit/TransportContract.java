package org.hexfuse.testkit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.testkit.ScriptedServer.name;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The contract of a transport, tested at both ends. The test of a transport extends it and supplies addresses; where the
 * kernel end is not this project's, it also supplies a {@link KernelEnd}.
 *
 * <p>Tests run in threads of their own, since a thread that is blocked in a system call is freed only by closing both ends.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) public abstract class TransportContract {
    private static final int SECONDS = 20;

    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final Queue<ScriptedServer> servers = new ConcurrentLinkedQueue<>();
    private ServerEndpoint endpoint;
    private KernelEnd kernel;

    /** For subclasses. */
    protected TransportContract() {}

    /** The address to open a server at. Each test opens it once. */
    protected abstract Address serverAddress() throws IOException;

    /** Connects a kernel end to the server at {@code address}, which answers INIT meanwhile. */
    protected KernelEnd connect(Address address) throws IOException {
        return DeviceKernelEnd.connect(address);
    }

    /** Disconnects the kernel end while one of its callers waits for a reply that does not come. */
    protected void disconnect(KernelEnd end) throws Exception {
        end.close();
    }

    /** Whether the sender of a reply that the kernel end rejects gets its errno. */
    protected boolean refusesReplies() {
        return true;
    }

    /** Whether the sender of a message that is no reply of a slot gets the errno of the kernel end. */
    protected boolean refusesMessages() {
        return refusesReplies();
    }

    /** What the caller gets whose reply has the wrong size. */
    protected Errno errnoOfWrongSize() {
        return Errno.EIO;
    }

    private Errno refusal(Errno errno) {
        return refusesMessages() ? errno : Errno.OK;
    }

    private ScriptedServer begin(int channels, ScriptedServer.Script script) throws Exception {
        endpoint = Transports.open(serverAddress());
        Future<ScriptedServer> accepted = callers.submit(() -> {
            var server = new ScriptedServer(endpoint.accept().orElseThrow(), channels, script);
            servers.add(server);
            server.start();
            return server;
        });
        kernel = connect(endpoint.address());
        return accepted.get(SECONDS, TimeUnit.SECONDS);
    }

    /** Closes both ends, as far as the test has left them open. */
    @AfterEach protected void end() throws Exception {
        try {
            for (ScriptedServer server : servers) {
                server.close();
                assertThat(server.failures).isEmpty();
            }
        } finally {
            if (kernel != null) {
                kernel.close();
            }
            if (endpoint != null) {
                endpoint.close();
            }
            callers.shutdownNow();
        }
    }

    private Future<Errno> lookup(String name) {
        return callers.submit(() -> kernel.lookup(name));
    }

    private static Errno outcome(Future<Errno> call) throws Exception {
        return call.get(SECONDS, TimeUnit.SECONDS);
    }

    private static boolean isLookup(Slot slot, String name) {
        return slot.opcode() == Opcode.LOOKUP.code() && name(slot).equals(name);
    }

    @Test void carriesRequestsAndReplies() throws Exception {
        Set<String> names = ConcurrentHashMap.newKeySet();
        begin(1, slot -> {
            if (slot.opcode() == Opcode.LOOKUP.code()) {
                names.add(name(slot));
            }
            return false;
        });
        assertThat(kernel.lookup("a")).isEqualTo(Errno.OK);
        assertThat(kernel.lookup("b".repeat(255))).isEqualTo(Errno.OK);
        assertThat(names).contains("a", "b".repeat(255));
    }

    @Test void anErrorReachesItsCaller() throws Exception {
        begin(1, slot -> {
            if (isLookup(slot, "gone")) {
                assertThat(slot.commit(Errno.ENOENT, 0, 0)).isEqualTo(Errno.OK);
                return true;
            }
            return false;
        });
        assertThat(kernel.lookup("gone")).isEqualTo(Errno.ENOENT);
        assertThat(kernel.lookup("there")).isEqualTo(Errno.OK);
    }

    @Test void bulkDataArrivesUnchangedInBothDirections() throws Exception {
        var written = new CompletableFuture<byte[]>();
        var random = new Random(11);
        byte[] pattern = new byte[4 << 20];
        random.nextBytes(pattern);
        begin(1, slot -> {
            if (slot.opcode() == Opcode.WRITE.code()) {
                byte[] data = new byte[(int) slot.rest().size()];
                slot.rest().copyTo(0, data, 0, data.length);
                written.complete(data);
            } else if (slot.opcode() == Opcode.READ.code()) {
                int size = ReadIn.SIZE_FIELD.get(slot.arguments());
                assertThat(slot.replyCapacity()).isGreaterThanOrEqualTo(size);
                slot.replyData(0).copyFrom(0, MemorySegment.ofArray(pattern), 0, size);
                slot.commit(Errno.OK, 0, size);
                return true;
            }
            return false;
        });
        int most = kernel.maxPayload();
        byte[] data = Arrays.copyOf(pattern, most);
        assertThat(kernel.write("file", data)).isEqualTo(Errno.OK);
        assertThat(written.get(SECONDS, TimeUnit.SECONDS)).isEqualTo(data);
        assertThat(kernel.read("file", most)).isEqualTo(data);
    }

    @Test void aSlotIsCommittedByAnotherThread() throws Exception {
        begin(2, slot -> {
            if (isLookup(slot, "other-thread")) {
                callers.submit(() -> ScriptedServer.entry(slot)).get(SECONDS, TimeUnit.SECONDS);
                return true;
            }
            return false;
        });
        assertThat(kernel.lookup("other-thread")).isEqualTo(Errno.OK);
    }

    @Test void aDetachedSlotIsCommittedAfterLaterRequests() throws Exception {
        var detached = new CompletableFuture<Slot>();
        begin(1, slot -> {
            if (isLookup(slot, "later")) {
                detached.complete(slot.detach(512));
                return true;
            }
            return false;
        });
        Future<Errno> later = lookup("later");
        Slot slot = detached.get(SECONDS, TimeUnit.SECONDS);
        for (int i = 0; i < 20; i++) {
            assertThat(kernel.lookup("meanwhile" + i)).isEqualTo(Errno.OK);
        }
        assertThat(later.isDone()).isFalse();
        assertThat(name(slot)).isEqualTo("later");
        ScriptedServer.entry(slot);
        assertThat(outcome(later)).isEqualTo(Errno.OK);
    }

    @Test void aSlotIsCommittedOnce() throws Exception {
        var second = new CompletableFuture<Throwable>();
        begin(1, slot -> {
            if (isLookup(slot, "twice")) {
                slot.commit(Errno.ENOENT, 0, 0);
                try {
                    slot.commit(Errno.ENOENT, 0, 0);
                    second.complete(new AssertionError("committed twice"));
                } catch (IllegalStateException e) {
                    second.complete(e);
                }
                return true;
            }
            return false;
        });
        assertThat(kernel.lookup("twice")).isEqualTo(Errno.ENOENT);
        assertThat(second.get(SECONDS, TimeUnit.SECONDS)).isInstanceOf(IllegalStateException.class);
    }

    @Test void aReplyLongerThanTheSlotIsTheServersError() throws Exception {
        var thrown = new CompletableFuture<Throwable>();
        begin(1, slot -> {
            if (isLookup(slot, "long")) {
                try {
                    slot.commit(Errno.OK, 0, slot.replyCapacity() + 1);
                    thrown.complete(new AssertionError("committed more than fits"));
                } catch (IllegalArgumentException e) {
                    thrown.complete(e);
                }
            }
            return false;
        });
        assertThat(kernel.lookup("long")).isEqualTo(Errno.OK);
        assertThat(thrown.get(SECONDS, TimeUnit.SECONDS)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test void aReplyOfTheWrongSizeFailsItsCaller() throws Exception {
        var verdicts = new LinkedBlockingQueue<Errno>();
        begin(1, slot -> {
            if (isLookup(slot, "short") || isLookup(slot, "long")) {
                verdicts.add(slot.commit(Errno.OK, isLookup(slot, "short") ? 16 : 200, 0));
                return true;
            }
            return false;
        });
        assertThat(kernel.lookup("short")).isEqualTo(errnoOfWrongSize());
        assertThat(kernel.lookup("long")).isEqualTo(errnoOfWrongSize());
        if (refusesReplies()) {
            assertThat(verdicts.poll(SECONDS, TimeUnit.SECONDS)).isEqualTo(Errno.EINVAL);
            assertThat(verdicts.poll(SECONDS, TimeUnit.SECONDS)).isEqualTo(Errno.EINVAL);
        }
        assertThat(kernel.lookup("good")).isEqualTo(Errno.OK);
    }

    @Test void malformedMessagesAreRejectedWithoutAnotherEffect() throws Exception {
        ScriptedServer server = begin(1, _ -> false);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = arena.allocate(64);
            for (long len : new long[]{0, 15, 17, 0xFFFFFFFFL}) {
                OutHeader.LEN.set(message, (int) len);
                OutHeader.UNIQUE.set(message, 1L << 40);
                assertThat(server.link.send(message, 16)).as("len %d", len).isEqualTo(Errno.EINVAL);
            }
            OutHeader.LEN.set(message, 16);
            assertThat(server.link.send(message, 16)).as("unknown unique").isEqualTo(refusal(Errno.ENOENT));
            OutHeader.UNIQUE.set(message, 0);
            OutHeader.ERROR.set(message, 99);
            assertThat(server.link.send(message, 16)).as("unknown notification").isEqualTo(refusal(Errno.EINVAL));
        }
        assertThat(kernel.lookup("still-there")).isEqualTo(Errno.OK);
    }

    @Test void manyCallersAndChannelsGetTheirReplies() throws Exception {
        begin(4, slot -> {
            if (slot.opcode() == Opcode.LOOKUP.code() && name(slot).endsWith("1")) {
                slot.commit(Errno.ENOENT, 0, 0);
                return true;
            }
            return false;
        });
        var calls = new ArrayList<Future<?>>();
        for (int c = 0; c < 8; c++) {
            int caller = c;
            calls.add(callers.submit(() -> {
                for (int i = 0; i < 300; i++) {
                    assertThat(kernel.lookup("n" + caller + "-" + i)).isEqualTo(i % 10 == 1 ? Errno.ENOENT : Errno.OK);
                }
            }));
        }
        for (Future<?> call : calls) {
            call.get(SECONDS, TimeUnit.SECONDS);
        }
    }

    @Test void aShutdownOfTheServerEndsWorkersAndCallers() throws Exception {
        var arrived = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        ScriptedServer server = begin(2, slot -> {
            if (isLookup(slot, "stuck")) {
                arrived.countDown();
                goOn.await();
            }
            return false;
        });
        Future<Errno> call = lookup("stuck");
        assertThat(arrived.await(SECONDS, TimeUnit.SECONDS)).isTrue();
        server.link.shutdown();
        assertThat(outcome(call)).isNotEqualTo(Errno.OK);
        goOn.countDown();
        assertThat(server.hasEnded()).isTrue();
        server.link.shutdown();
    }

    @Test void aDisconnectOfTheKernelEndsTheWorkers() throws Exception {
        ScriptedServer server = begin(3, _ -> false);
        assertThat(kernel.lookup("a")).isEqualTo(Errno.OK);
        kernel.close();
        assertThat(server.hasEnded()).isTrue();
    }

    @Test void isNotConnectedAfterADisconnectThoughAHandlerHoldsTheOnlyWorker() throws Exception {
        var arrived = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        ScriptedServer server = begin(1, slot -> {
            if (isLookup(slot, "stuck")) {
                arrived.countDown();
                goOn.await();
            }
            return false;
        });
        Future<Errno> call = lookup("stuck");
        assertThat(arrived.await(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(server.link.isConnected()).isTrue();
        disconnect(kernel);
        assertThat(outcome(call)).isNotEqualTo(Errno.OK);
        assertThat(server.link.isConnected()).isFalse();
        goOn.countDown();
        assertThat(server.hasEnded()).isTrue();
    }

    @Test void isNotConnectedAfterAShutdown() throws Exception {
        ScriptedServer server = begin(1, _ -> false);
        assertThat(kernel.lookup("a")).isEqualTo(Errno.OK);
        assertThat(server.link.isConnected()).isTrue();
        server.link.shutdown();
        assertThat(server.link.isConnected()).isFalse();
    }

    @Test void aCommitAfterTheCloseDoesNothing() throws Exception {
        var detached = new CompletableFuture<Slot>();
        ScriptedServer server = begin(1, slot -> {
            if (isLookup(slot, "late")) {
                detached.complete(slot.detach(512));
                return true;
            }
            return false;
        });
        Future<Errno> call = lookup("late");
        Slot slot = detached.get(SECONDS, TimeUnit.SECONDS);
        server.close();
        assertThat(outcome(call)).isNotEqualTo(Errno.OK);
        slot.reply().set(JAVA_BYTE, 0, (byte) 1);
        assertThat(slot.commit(Errno.OK, 128, 0)).isNotEqualTo(Errno.OK);
    }

    @Test void closingTheEndpointWakesAccept() throws Exception {
        endpoint = Transports.open(serverAddress());
        var links = new ConcurrentLinkedQueue<ServerLink>();
        Future<Boolean> arrival = callers.submit(() -> {
            // An endpoint of one link accepts that first.
            for (Optional<ServerLink> link = endpoint.accept(); link.isPresent(); link = endpoint.accept()) {
                links.add(link.get());
            }
            return true;
        });
        Thread.sleep(50);
        endpoint.close();
        assertThat(arrival.get(SECONDS, TimeUnit.SECONDS)).isTrue();
        links.forEach(ServerLink::close);
    }
}
