package org.hexfuse.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenOut;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.KernelProfile;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.device.Request;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.Entry;
import org.hexfuse.server.Forget;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Handover;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.KernelReferences;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Open;
import org.hexfuse.server.Opened;
import org.hexfuse.server.Release;
import org.hexfuse.server.Session;
import org.hexfuse.server.dispatch.SessionObserver;
import org.hexfuse.server.observe.PanicHandler;
import org.hexfuse.server.observe.ServerListener;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A session that is handed over within the process, by a kernel end of this library. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class SessionHandoverTest {
    private static final Caller ANNA = new Caller(1000, 100, 42);

    private ServerEndpoint endpoint;
    private FuseConnection kernel;
    private PassedLink link;
    private SessionLoop session;
    private SessionLoop taken;
    private final Numbers old = new Numbers();
    private final Numbers successor = new Numbers();

    /** Each name is a new node; its opens are counted. A lookup of {@code slow} waits, until {@link #go}. */
    private static class Numbers implements FuseFileSystem, Handover {
        final Map<String, Long> nodes = new HashMap<>();
        final Queue<String> calls = new ConcurrentLinkedQueue<>();
        final CountDownLatch waiting = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        final CountDownLatch destroyed = new CountDownLatch(1);

        @Override public Blocking blocking() {
            return Blocking.IN_JAVA;
        }

        @Override public Optional<Handover> handover() {
            return Optional.of(this);
        }

        @Override public String format() {
            return "numbers 1";
        }

        @Override public synchronized void save(Session session, DataOutput out) throws IOException {
            out.writeInt(nodes.size());
            for (var node : nodes.entrySet()) {
                out.writeUTF(node.getKey());
                out.writeLong(node.getValue());
            }
        }

        @Override public synchronized void restore(Session session, DataInput in) throws IOException {
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                nodes.put(in.readUTF(), in.readLong());
            }
        }

        @Override public void init(InitNegotiation negotiation) throws IOException {
            calls.add("init " + negotiation.maxWrite(8192));
        }

        @Override public Entry lookup(Lookup op) throws InterruptedException {
            if (op.name().is("slow")) {
                waiting.countDown();
                go.await();
            }
            synchronized (this) {
                calls.add("lookup " + op.name());
                long node = nodes.computeIfAbsent(op.name().toString(), _ -> nodes.size() + 2L);
                return Entry.of(node, Attr.file(0644, 0));
            }
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.file(0644, 0);
        }

        @Override public Opened open(Open op) {
            return Opened.of(10 * op.node());
        }

        @Override public void release(Release op) {
            calls.add("release " + op.node() + " " + op.handle());
        }

        @Override public void forget(Forget op) {
            calls.add("forget " + op.node() + " " + op.count());
        }

        @Override public void destroy(Session session) {
            calls.add("destroy");
            destroyed.countDown();
        }
    }

    private void serve(KernelProfile profile) throws Exception {
        begin(profile, accepted -> {
            link = PassedLink.of(accepted);
            return link;
        });
        session.offerHandover(Path.of("not used"));
    }

    private void begin(KernelProfile profile, UnaryOperator<ServerLink> wrapped) throws Exception {
        endpoint = Transports.open(Address.parse("mem:"));
        // Which waits for INIT.
        CompletableFuture<FuseConnection> mounting = CompletableFuture.supplyAsync(() -> {
            try {
                return FuseConnection.mount(Transports.connect(endpoint.address()), NotificationSink.NONE,
                        ConnectionOptions.DEFAULT.withProfile(profile).withRequestTimeout(Duration.ofSeconds(20)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        session = loop(old, wrapped.apply(endpoint.accept().orElseThrow()));
        session.start();
        session.awaitReady(Duration.ofSeconds(10));
        kernel = mounting.get(10, TimeUnit.SECONDS);
    }

    private static SessionLoop loop(FuseFileSystem fileSystem, ServerLink link) {
        return new SessionLoop(fileSystem, link, "test", SessionSettings.defaults().withDrain(Duration.ofMillis(500)),
                new SessionObserver(ServerListener.NONE, PanicHandler.LOG));
    }

    private void takeOver(FuseFileSystem fileSystem) throws Exception {
        taken = loop(fileSystem, link.successor());
        taken.start();
        taken.awaitReady(Duration.ofSeconds(20));
    }

    @AfterEach void end() throws Exception {
        old.go.countDown();
        successor.go.countDown();
        for (SessionLoop each : new SessionLoop[]{taken, session}) {
            if (each != null) {
                each.shutdown();
                each.closed().get(20, TimeUnit.SECONDS);
            }
        }
        if (kernel != null) {
            kernel.close();
        }
        if (endpoint != null) {
            endpoint.close();
        }
    }

    private Errno lookup(String name) {
        try (Request request = kernel.newRequest(Opcode.LOOKUP, 1, ANNA).name(Name.of(name))) {
            kernel.call(request);
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }

    private long open(long node) {
        try (Request request = kernel.newRequest(Opcode.OPEN, node, ANNA)) {
            kernel.call(request);
            return OpenOut.FH.get(request.reply());
        }
    }

    @Test void theSuccessorHasTheReferences() throws Exception {
        serve(KernelProfile.linux());
        assertThat(lookup("a")).isEqualTo(Errno.OK);
        assertThat(lookup("a")).isEqualTo(Errno.OK);
        assertThat(open(2)).isEqualTo(20);
        KernelReferences before = session.session().references();
        takeOver(successor);
        assertThat(taken.session().references().lookups()).isEqualTo(before.lookups());
        assertThat(taken.session().references().handles()).isEqualTo(before.handles());
        assertThat(taken.session().minor()).isPositive();
        assertThat(lookup("b")).isEqualTo(Errno.OK);
        session.closed().get(10, TimeUnit.SECONDS);
        assertThat(session.successor()).hasValue(4711);
        assertThat(link.isReleased()).isTrue();
        assertThat(old.calls).containsExactly("init 8192", "lookup a", "lookup a", "destroy");
        taken.shutdown();
        taken.closed().get(10, TimeUnit.SECONDS);
        assertThat(successor.calls).containsExactlyInAnyOrder("init 8192", "lookup b", "release 2 20", "forget 2 2",
                "forget 3 1", "destroy");
    }

    @Test void aRequestThatIsNotAnsweredIsSentAgain() throws Exception {
        serve(KernelProfile.linux());
        CompletableFuture<Errno> slow = CompletableFuture.supplyAsync(() -> lookup("slow"));
        assertThat(old.waiting.await(10, TimeUnit.SECONDS)).isTrue();
        successor.go.countDown();
        takeOver(successor);
        assertThat(slow.get(10, TimeUnit.SECONDS)).isEqualTo(Errno.OK);
        assertThat(successor.calls).contains("lookup slow");
        old.go.countDown();
        session.closed().get(10, TimeUnit.SECONDS);
        assertThat(taken.session().references().lookups()).containsOnlyKeys(2L);
    }

    @Test void aKernelThatSendsNothingAgainKeepsItsServer() throws Exception {
        serve(KernelProfile.gvisor());
        CompletableFuture<Errno> slow = CompletableFuture.supplyAsync(() -> lookup("slow"));
        assertThat(old.waiting.await(10, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> takeOver(successor)).isInstanceOf(IOException.class).hasMessage(
                "requests that are not answered, 1, cannot be left to another process: this kernel does not send them "
                        + "again, as Linux 6.9 does (HAS_RESEND)");
        assertThat(lookup("a")).isEqualTo(Errno.OK);
        old.go.countDown();
        assertThat(slow.get(10, TimeUnit.SECONDS)).isEqualTo(Errno.OK);
        takeOver(new Numbers());
        assertThat(lookup("a")).isEqualTo(Errno.OK);
    }

    @Test void aSuccessorThatCannotRestoreIsDestroyedAndReleasesNothing() throws Exception {
        serve(KernelProfile.linux());
        assertThat(lookup("a")).isEqualTo(Errno.OK);
        assertThat(open(2)).isEqualTo(20);
        var failing = new Numbers() {
            @Override public synchronized void restore(Session session, DataInput in) throws IOException {
                throw new IOException("no room");
            }
        };
        assertThatThrownBy(() -> takeOver(failing)).isInstanceOf(IOException.class).hasMessage("no room");
        assertThat(failing.destroyed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(failing.calls).containsExactly("init 8192", "destroy");
        assertThat(lookup("b")).isEqualTo(Errno.OK);
        takeOver(successor);
        assertThat(lookup("c")).isEqualTo(Errno.OK);
        assertThat(successor.nodes).containsOnlyKeys("a", "b", "c");
    }

    @Test void aSuccessorWithoutAHandoverIsRefused() throws Exception {
        serve(KernelProfile.linux());
        var plain = new FuseFileSystem() {};
        assertThatThrownBy(() -> takeOver(plain)).isInstanceOf(IOException.class)
                .hasMessage(plain.getClass().getName() + " cannot take a mount over");
        assertThat(lookup("a")).isEqualTo(Errno.OK);
    }

    @Test void aLinkThatCannotBePassedOnIsNotOffered() throws Exception {
        begin(KernelProfile.linux(), accepted -> accepted);
        assertThatThrownBy(() -> session.offerHandover(Path.of("socket"))).isInstanceOf(IOException.class)
                .hasMessage("test has no connection that can be handed over");
    }

    @Test void theSessionEndsDuringAHandover() throws Exception {
        serve(KernelProfile.linux());
        var restoring = new CountDownLatch(1);
        var stuck = new Numbers() {
            @Override public synchronized void restore(Session session, DataInput in) throws IOException {
                super.restore(session, in);
                restoring.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        };
        CompletableFuture<Throwable> taking = CompletableFuture.supplyAsync(() -> {
            try {
                takeOver(stuck);
                return null;
            } catch (Exception e) {
                return e;
            }
        });
        assertThat(restoring.await(10, TimeUnit.SECONDS)).isTrue();
        session.shutdown();
        session.closed().get(10, TimeUnit.SECONDS);
        assertThat(old.destroyed.getCount()).isZero();
        stuck.go.countDown();
        assertThat(taking.get(10, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
        assertThat(stuck.destroyed.await(10, TimeUnit.SECONDS)).isTrue();
    }
}
