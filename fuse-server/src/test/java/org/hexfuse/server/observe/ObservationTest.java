package org.hexfuse.server.observe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.device.Request;
import org.hexfuse.server.*;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Listeners, panic handlers, statistics and traces of a server. */
class ObservationTest {
    private static final Caller ANNA = new Caller(1000, 100, 42);

    private final Events events = new Events();
    private final Files files = new Files();
    private FuseServer server;
    private FuseConnection kernel;

    /** Knows one name, reads and writes anything, defers READLINK, and has a defect in ACCESS. */
    private static final class Files implements FuseFileSystem {
        final Queue<LateReply<Name>> deferred = new ConcurrentLinkedQueue<>();
        final CountDownLatch open = new CountDownLatch(1);

        @Override public Entry lookup(Lookup op) {
            if (!op.name().is("f")) {
                throw FuseException.of(Errno.ENOENT);
            }
            return Entry.of(7, Attr.file(0644, 3));
        }

        @Override public void read(Read op, DataReply out) {
            out.write("abc".getBytes(UTF_8), 0, 3);
        }

        @Override public int write(Write op) {
            return op.size() - 1;
        }

        @Override public Name readlink(ReadLink op) {
            return op.later(deferred::add);
        }

        @Override public void access(Access op) {
            throw new IllegalStateException("a defect");
        }

        @Override public void rmdir(RmDir op) throws InterruptedException {
            open.await();
        }
    }

    /** Records what a listener hears. */
    private static final class Events implements ServerListener {
        final Queue<String> lines = new ConcurrentLinkedQueue<>();

        @Override public void sessionStarted(Session session) {
            lines.add("session");
        }

        @Override public void sessionEnded(Session session) {
            lines.add("end " + session.isClosed());
        }

        @Override public RequestListener started(ObservedRequest request) {
            Opcode operation = request.operation();
            lines.add(operation + " of " + request.node() + " by " + request.uid() + " " + request.gid() + " "
                    + request.pid());
            assertThat(request.unique()).isNotZero();
            return (error, nanos, bytes) -> lines
                    .add(operation + " " + error + " " + bytes + (nanos > 0 ? "" : " without time"));
        }

        void awaitLines(String... expected) {
            await().until(() -> lines.containsAll(List.of(expected)));
        }
    }

    private void serve(FuseServer.Builder builder) throws IOException {
        serve("mem:", builder);
    }

    private void serve(String address, FuseServer.Builder builder) throws IOException {
        server = builder.at(Address.parse(address)).start();
        kernel = connect();
    }

    private FuseConnection connect() throws IOException {
        return FuseConnection.mount(Transports.connect(server.address()), NotificationSink.NONE,
                ConnectionOptions.DEFAULT.withRequestTimeout(Duration.ofSeconds(20)));
    }

    @AfterEach void end() {
        files.open.countDown();
        if (kernel != null) {
            kernel.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private Errno call(Opcode opcode, long node, UnaryOperator<Request> fill) {
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

    private Errno access() {
        return call(Opcode.ACCESS, 5, request -> request);
    }

    private Thread readlink() {
        return Thread.startVirtualThread(() -> call(Opcode.READLINK, 9, request -> request.replyRoom(4096)));
    }

    private Session session() {
        return server.sessions().getFirst();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "mem:?inline",
        "mem:?aliased"}) void aRequestIsReportedWhenItStartsAndWhenItIsAnswered(
                String address) throws Exception {
        serve(address, FuseServer.serve(files).listener(events));
        assertThat(lookup("f")).isEqualTo(Errno.OK);
        assertThat(lookup("g")).isEqualTo(Errno.ENOENT);
        call(Opcode.READ, 7, request -> {
            ReadIn.SIZE_FIELD.set(request.arguments(), 10);
            return request.replyRoom(10);
        });
        call(Opcode.WRITE, 7, request -> {
            WriteIn.SIZE_FIELD.set(request.arguments(), 5);
            return request.data(MemorySegment.ofArray(new byte[5]), 0, 5);
        });
        call(Opcode.BMAP, 7, request -> request);
        events.awaitLines("LOOKUP of 1 by 1000 100 42", "LOOKUP OK 0", "LOOKUP ENOENT 0", "READ of 7 by 1000 100 42",
                "READ OK 3", "WRITE of 7 by 1000 100 42", "WRITE OK 4", "BMAP ENOSYS 0");
        kernel.close();
        events.awaitLines("end true");
        assertThat(events.lines).startsWith("session", "INIT of 0 by 0 0 0").contains("INIT OK 0").endsWith("end true");
        assertThat(events.lines).filteredOn(line -> line.contains(" of "))
                .hasSameSizeAs(events.lines.stream().filter(line -> line.matches("[A-Z]+ [A-Z]+ .*")).toList());
    }

    @Test void aForgetIsReportedWhenItHasRun() throws Exception {
        serve(FuseServer.serve(files).listener(events));
        lookup("f");
        kernel.forget(7, 1);
        events.awaitLines("FORGET OK 0");
    }

    @Test void aLateReplyIsReportedWhenItIsGiven() throws Exception {
        serve(FuseServer.serve(files).listener(events));
        Thread caller = readlink();
        await().until(() -> !files.deferred.isEmpty());
        assertThat(events.lines).contains("READLINK of 9 by 1000 100 42");
        assertThat(events.lines).noneMatch(line -> line.startsWith("READLINK OK"));
        files.deferred.remove().reply(Name.of("target"));
        assertThat(events.lines).contains("READLINK OK 0");
        caller.join();
    }

    @Test void aLateReplyThatTheSessionsEndDropsIsReportedOnce() throws Exception {
        serve(FuseServer.serve(files).listener(events));
        readlink();
        await().until(() -> !files.deferred.isEmpty());
        kernel.close();
        server.close();
        files.deferred.remove().reply(Name.of("target"));
        assertThat(events.lines.stream().filter(line -> line.matches("READLINK [A-Z]+ .*")))
                .containsExactly("READLINK ENOTCONN 0");
    }

    @Test void severalListenersHearTheSame() throws Exception {
        var other = new Events();
        serve(FuseServer.serve(files).listener(ServerListener.NONE.and(events).and(other)));
        lookup("f");
        kernel.close();
        events.awaitLines("end true", "LOOKUP OK 0");
        other.awaitLines("end true", "LOOKUP OK 0");
        assertThat(other.lines).containsExactlyInAnyOrderElementsOf(events.lines);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "mem:?inline"}) void aListenerThatThrowsHarmsNothing(String address)
            throws Exception {
        var calls = new AtomicInteger();
        var failing = new ServerListener() {
            private void fail() {
                calls.incrementAndGet();
                throw new StackOverflowError("a listener");
            }

            @Override public void sessionStarted(Session session) {
                fail();
            }

            @Override public void sessionEnded(Session session) {
                fail();
            }

            @Override public RequestListener started(ObservedRequest request) {
                if (request.operation() == Opcode.BMAP) {
                    fail();
                }
                return request.operation() == Opcode.ACCESS ? null : (_, _, _) -> fail();
            }
        };
        serve(address, FuseServer.serve(files).listener(failing.and(events)).onPanic((_, _, _, _) -> {}));
        for (int i = 0; i < 100; i++) {
            assertThat(lookup("f")).isEqualTo(Errno.OK);
            assertThat(lookup("g")).isEqualTo(Errno.ENOENT);
            assertThat(call(Opcode.BMAP, 7, request -> request)).isEqualTo(Errno.ENOSYS);
            assertThat(access()).isEqualTo(Errno.EIO);
        }
        Thread caller = readlink();
        await().until(() -> !files.deferred.isEmpty());
        assertThat(files.deferred.remove().reply(Name.of("target"))).isEqualTo(Errno.OK);
        caller.join();
        kernel.close();
        await().until(() -> server.sessions().isEmpty());
        assertThat(calls).hasValueGreaterThan(300);
        assertThat(events.lines).startsWith("session").endsWith("end true");
        assertThat(events.lines).filteredOn("LOOKUP of 1 by 1000 100 42"::equals).hasSize(200);
    }

    @Test void aFloodIsReportedRequestByRequest() throws Exception {
        var started = new AtomicInteger();
        var finished = new AtomicInteger();
        var failed = new AtomicInteger();
        serve(FuseServer.serve(files).listener(new ServerListener() {
            @Override public RequestListener started(ObservedRequest request) {
                if (request.operation() != Opcode.LOOKUP) {
                    return RequestListener.NONE;
                }
                started.incrementAndGet();
                return (error, _, _) -> {
                    finished.incrementAndGet();
                    if (error == Errno.ENOENT) {
                        failed.incrementAndGet();
                        throw new IllegalStateException("every other one");
                    }
                };
            }
        }));
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            callers.add(Thread.startVirtualThread(() -> {
                for (int n = 0; n < 1000; n++) {
                    lookup(n % 2 == 0 ? "f" : "g");
                }
            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        await().until(() -> finished.get() == 8000);
        assertThat(started).hasValue(8000);
        assertThat(failed).hasValue(4000);
        await().until(() -> server.statistics().running() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "mem:?inline"}) void aDefectIsGivenToThePanicHandler(String address)
            throws Exception {
        Queue<String> panics = new ConcurrentLinkedQueue<>();
        serve(address, FuseServer.serve(files).onPanic((session, operation, node, failure) -> panics
                .add(operation + " " + node + " " + failure.getMessage() + " " + session.equals(session()))));
        assertThat(lookup("g")).isEqualTo(Errno.ENOENT);
        assertThat(access()).isEqualTo(Errno.EIO);
        assertThat(panics).containsExactly("ACCESS 5 a defect true");
        Thread caller = readlink();
        await().until(() -> !files.deferred.isEmpty());
        files.deferred.remove().fail(new IllegalArgumentException("a late defect"));
        caller.join();
        assertThat(panics).containsExactly("ACCESS 5 a defect true", "READLINK 9 a late defect true");
    }

    /** Nobody can tell the types of late replies from their erasure. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    @Test void aLateReplyOfTheWrongTypeIsADefect() throws Exception {
        Queue<String> panics = new ConcurrentLinkedQueue<>();
        serve(FuseServer.serve(files).listener(events).onPanic(
                (_, operation, node, failure) -> panics.add(operation + " " + node + " " + failure.getClass())));
        Thread caller = readlink();
        await().until(() -> !files.deferred.isEmpty());
        ((LateReply) files.deferred.remove()).reply("a string");
        caller.join();
        assertThat(panics).containsExactly("READLINK 9 class java.lang.ClassCastException");
        assertThat(events.lines).contains("READLINK EIO 0");
    }

    @Test void aPanicHandlerThatThrowsHarmsNothing() throws Exception {
        serve(FuseServer.serve(files).onPanic((_, _, _, _) -> {
            throw new OutOfMemoryError("the handler");
        }));
        for (int i = 0; i < 100; i++) {
            assertThat(access()).isEqualTo(Errno.EIO);
        }
        Thread caller = readlink();
        await().until(() -> !files.deferred.isEmpty());
        assertThat(files.deferred.remove().fail(new IllegalStateException())).isEqualTo(Errno.OK);
        caller.join();
        assertThat(lookup("f")).isEqualTo(Errno.OK);
    }

    @Test void defectsOfInitAndDestroyAreGivenToThePanicHandler() throws Exception {
        Queue<String> panics = new ConcurrentLinkedQueue<>();
        PanicHandler handler = (_, operation, node, failure) -> panics
                .add(operation + " " + node + " " + failure.getMessage());
        serve(FuseServer.serve(new FuseFileSystem() {
            @Override public void destroy(Session session) {
                throw new IllegalStateException("no end");
            }
        }).onPanic(handler));
        kernel.close();
        server.close();
        assertThat(panics).containsExactly("DESTROY 0 no end");
        server = FuseServer.serve(new FuseFileSystem() {
            @Override public void init(InitNegotiation negotiation) {
                throw new IllegalStateException("no beginning");
            }
        }).onPanic(handler).start();
        assertThat(catchThrowable(this::connect)).isInstanceOf(FuseException.class);
        await().until(() -> panics.contains("INIT 0 no beginning"));
    }

    @Test void statisticsShowWhatASessionDoes() throws Exception {
        serve(FuseServer.serve(files).threads(2).maxInflight(8 << 20).listener(events));
        await().until(() -> server.statistics().workers() == 2);
        ServerStatistics idle = session().statistics();
        assertThat(idle.sessions()).isOne();
        assertThat(idle.memoryLimit()).isEqualTo(8 << 20);
        assertThat(idle.running() + idle.deferred() + idle.queued() + idle.waiting()).isZero();
        readlink();
        Thread.startVirtualThread(() -> call(Opcode.RMDIR, 1, request -> request.name(Name.of("d"))));
        await().until(() -> server.statistics().running() == 1 && server.statistics().deferred() == 1);
        assertThat(server.statistics().memoryReserved()).isGreaterThan(idle.memoryReserved());
        files.open.countDown();
        files.deferred.remove().reply(Name.of("target"));
        await().untilAsserted(() -> assertThat(session().statistics()).isEqualTo(idle));
        Session session = session();
        kernel.close();
        await().until(() -> server.sessions().isEmpty());
        assertThat(session.statistics()).isEqualTo(ServerStatistics.NONE);
        assertThat(server.statistics()).isEqualTo(ServerStatistics.NONE);
    }

    @Test void theRequestsOfABlockingFilesystemThatWaitForAWorkerAreCounted() throws Exception {
        serve(FuseServer.serve(new FilterFileSystem(files) {
            @Override public Blocking blocking() {
                return Blocking.IN_NATIVE_CODE;
            }
        }).threads(1).maxThreads(2));
        for (int i = 0; i < 20; i++) {
            Thread.startVirtualThread(() -> call(Opcode.RMDIR, 1, request -> request.name(Name.of("d"))));
        }
        await().until(() -> server.statistics().queued() > 0);
        assertThat(server.statistics().queued() + server.statistics().running()).isLessThanOrEqualTo(20);
        files.open.countDown();
        await().until(() -> server.statistics().queued() == 0 && server.statistics().running() == 0);
    }

    @Test void aSessionIsTracedWhileItsTraceIsOn() throws Exception {
        serve(FuseServer.serve(files));
        Queue<String> lines = new ConcurrentLinkedQueue<>();
        lookup("before");
        try (FuseConnection other = connect()) {
            await().until(() -> server.sessions().size() == 2);
            Session first = session();
            first.traceTo(lines::add);
            lookup("g");
            try (Request request = other.newRequest(Opcode.LOOKUP, 1, ANNA).name(Name.of("elsewhere"))) {
                assertThat(catchThrowable(() -> other.call(request))).isNotNull();
            }
            first.notifier().invalidateNode(7);
            first.stopTrace();
            lookup("after");
        }
        assertThat(lines).hasSize(3);
        assertThat(lines.poll()).startsWith("-> LOOKUP unique=").endsWith("uid=1000 gid=100 pid=42 \"g\"");
        assertThat(lines.poll()).startsWith("<- LOOKUP unique=").endsWith("ENOENT");
        assertThat(lines.poll()).startsWith("<- INVAL_INODE of ");
    }

    @Test void aTraceFromTheStartOfASessionHasItsInit() throws Exception {
        Queue<String> lines = new ConcurrentLinkedQueue<>();
        serve(FuseServer.serve(files).listener(new ServerListener() {
            @Override public void sessionStarted(Session session) {
                session.traceTo(lines::add);
            }
        }));
        assertThat(lines.poll()).startsWith("-> INIT unique=");
        assertThat(lines.poll()).startsWith("<- INIT unique=");
    }

    @Test void aTraceWhoseReceiverThrowsStops() throws Exception {
        var calls = new AtomicInteger();
        serve(FuseServer.serve(files));
        session().traceTo(_ -> {
            calls.incrementAndGet();
            throw new IllegalStateException("the disk is full");
        });
        assertThat(lookup("f")).isEqualTo(Errno.OK);
        assertThat(lookup("f")).isEqualTo(Errno.OK);
        assertThat(calls).hasValue(1);
    }
}
