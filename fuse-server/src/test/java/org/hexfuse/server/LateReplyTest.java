package org.hexfuse.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.AttrData;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.device.Request;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies that are given after their handler has returned. */
@Timeout(60) class LateReplyTest {
    private static final Caller ANNA = new Caller(1000, 100, 42);

    private final ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger destroyed = new AtomicInteger();
    private FuseServer server;
    private FuseConnection kernel;

    private void serve(String address, FuseFileSystem fileSystem) throws IOException {
        serve(FuseServer.serve(fileSystem).at(Address.parse(address)));
    }

    private void serve(FuseServer.Builder builder) throws IOException {
        server = builder.start();
        kernel = FuseConnection.mount(Transports.connect(server.address()), NotificationSink.NONE,
                ConnectionOptions.DEFAULT.withRequestTimeout(Duration.ZERO));
    }

    @AfterEach void end() {
        pool.shutdownNow();
        if (kernel != null) {
            kernel.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private Errno call(Opcode opcode, UnaryOperator<Request> fill) {
        try (Request request = fill.apply(kernel.newRequest(opcode, 1, ANNA))) {
            kernel.call(request);
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }

    private Errno lookup(String name) {
        return call(Opcode.LOOKUP, request -> request.name(Name.of(name)));
    }

    private CompletableFuture<Errno> lookupLater(String name) {
        return CompletableFuture.supplyAsync(() -> lookup(name), pool);
    }

    /** Lookups of {@code now} are replied to at once; all others are kept. */
    private class Keeping implements FuseFileSystem {
        final BlockingQueue<LateReply<Entry>> kept = new LinkedBlockingQueue<>();
        final ConcurrentLinkedQueue<String> forgotten = new ConcurrentLinkedQueue<>();

        @Override public Entry lookup(Lookup op) throws IOException, InterruptedException {
            return op.name().is("now") ? Entry.of(2, Attr.file(0444, 1)) : op.later(kept::add);
        }

        @Override public void forget(Forget op) {
            forgotten.add(op.node() + " " + op.count());
        }

        @Override public void destroy(Session session) {
            destroyed.incrementAndGet();
        }
    }

    private static Entry file(long node) {
        return Entry.of(node, Attr.file(0444, 5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "mem:?inline", "mem:?aliased"}) void repliesOfEachKindComeFromOtherThreads(
            String address) throws Exception {
        var written = new ConcurrentLinkedQueue<String>();
        serve(address, new FuseFileSystem() {
            @Override public Entry lookup(Lookup op) {
                return op.later(reply -> pool.execute(() -> reply.reply(file(op.name().length()))));
            }

            @Override public Attr getattr(GetAttr op) {
                return op.later(reply -> reply
                        .replyWith(CompletableFuture.supplyAsync(() -> Attr.file(0444, op.node()), pool)));
            }

            @Override public void read(Read op, DataReply out) {
                op.later(reply -> pool.execute(() -> {
                    out.writeSlice("Hello, world!".getBytes(UTF_8), op.offset());
                    reply.reply(null);
                }));
            }

            @Override public int write(Write op) {
                return op.later(reply -> pool.execute(() -> {
                    byte[] data = new byte[op.size()];
                    op.data().copyTo(0, data, 0, data.length);
                    written.add(new String(data, UTF_8));
                    reply.reply(data.length);
                }));
            }

            @Override public void readdir(ReadDir op, DirReply out) {
                op.later(reply -> reply
                        .replyWith(CompletableFuture.runAsync(() -> out.add("a", 2, FileType.REGULAR), pool)));
            }

            @Override public void unlink(Unlink op) {
                op.later(reply -> reply
                        .replyWith(CompletableFuture.failedFuture(new java.nio.file.NoSuchFileException("a"))));
            }

            @Override public void rmdir(RmDir op) {
                op.later(reply -> reply.reply(null));
            }
        });
        try (Request request = kernel.newRequest(Opcode.LOOKUP, 1, ANNA).name(Name.of("four"))) {
            kernel.call(request);
            assertThat(EntryOut.NODEID.get(request.reply())).isEqualTo(4);
            assertThat(AttrData.SIZE_FIELD.get(request.reply(), EntryOut.ATTR.offset())).isEqualTo(5);
        }
        assertThat(call(Opcode.GETATTR, request -> request)).isEqualTo(Errno.OK);
        try (Request request = kernel.newRequest(Opcode.READ, 2, ANNA).replyRoom(5)) {
            ReadIn.SIZE_FIELD.set(request.arguments(), 5);
            ReadIn.OFFSET.set(request.arguments(), 7);
            kernel.call(request);
            assertThat(request.reply().asSlice(0, request.replySize()).toArray(ValueLayout.JAVA_BYTE))
                    .asString(UTF_8).isEqualTo("world");
        }
        byte[] text = "abc".getBytes(UTF_8);
        assertThat(call(Opcode.WRITE, request -> {
            WriteIn.SIZE_FIELD.set(request.arguments(), 3);
            return request.data(java.lang.foreign.MemorySegment.ofArray(text), 0, 3);
        })).isEqualTo(Errno.OK);
        assertThat(written).containsExactly("abc");
        try (Request request = kernel.newRequest(Opcode.READDIR, 1, ANNA).replyRoom(4096)) {
            ReadIn.SIZE_FIELD.set(request.arguments(), 4096);
            kernel.call(request);
            assertThat(request.replySize()).isEqualTo(3 * 32);
        }
        assertThat(call(Opcode.UNLINK, request -> request.name(Name.of("a")))).isEqualTo(Errno.ENOENT);
        assertThat(call(Opcode.RMDIR, request -> request.name(Name.of("a")))).isEqualTo(Errno.OK);
    }

    @Test void otherRequestsRunMeanwhile() throws Exception {
        var fileSystem = new Keeping();
        serve(FuseServer.serve(fileSystem).at(Address.parse("mem:")).threads(1));
        var waiting = new ArrayList<CompletableFuture<Errno>>();
        for (int i = 0; i < 20; i++) {
            waiting.add(lookupLater("later"));
        }
        await().until(() -> fileSystem.kept.size() == 20);
        assertThat(lookup("now")).isEqualTo(Errno.OK);
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        for (LateReply<Entry> reply : fileSystem.kept) {
            assertThat(reply.reply(file(3))).isEqualTo(Errno.OK);
        }
        for (CompletableFuture<Errno> each : waiting) {
            assertThat(each.get(10, TimeUnit.SECONDS)).isEqualTo(Errno.OK);
        }
    }

    @Test void aReplyIsGivenOnce() throws Exception {
        var fileSystem = new Keeping();
        serve("mem:", fileSystem);
        CompletableFuture<Errno> caller = lookupLater("a");
        LateReply<Entry> reply = fileSystem.kept.take();
        assertThat(reply.reply(file(3))).isEqualTo(Errno.OK);
        assertThatThrownBy(() -> reply.reply(file(4))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> reply.fail(FuseException.of(Errno.EIO))).isInstanceOf(IllegalStateException.class);
        assertThat(caller.get(10, TimeUnit.SECONDS)).isEqualTo(Errno.OK);
        assertThat(fileSystem.forgotten).isEmpty();
    }

    @Test void aReplyIsDeferredOnceAndBeforeItBegins() throws Exception {
        var refused = new ConcurrentLinkedQueue<String>();
        serve("mem:", new FuseFileSystem() {
            @Override public Entry lookup(Lookup op) {
                LateReply<Entry> reply = op.deferred();
                try {
                    op.deferred();
                } catch (IllegalStateException e) {
                    refused.add(e.getMessage());
                }
                reply.reply(file(3));
                return file(4);
            }

            @Override public void read(Read op, DataReply out) {
                out.write(new byte[1]);
                op.later(_ -> {});
            }
        });
        assertThat(lookup("a")).isEqualTo(Errno.OK);
        assertThat(refused).hasSize(1);
        assertThat(call(Opcode.READ, request -> {
            ReadIn.SIZE_FIELD.set(request.arguments(), 5);
            return request.replyRoom(5);
        })).isEqualTo(Errno.EIO);
    }

    @Test void aHandlerThatThrowsAfterwardsHasReplied() throws Exception {
        serve("mem:", new FuseFileSystem() {
            @Override public Entry lookup(Lookup op) throws IOException {
                return op.later(_ -> {
                    throw FuseException.of(Errno.EXDEV);
                });
            }

            @Override public Attr getattr(GetAttr op) throws IOException {
                op.deferred().reply(Attr.directory(0755));
                throw new IOException("too late");
            }
        });
        assertThat(lookup("a")).isEqualTo(Errno.EXDEV);
        assertThat(call(Opcode.GETATTR, request -> request)).isEqualTo(Errno.OK);
    }

    @Test void aResultThatCannotBeSentIsAnsweredEio() throws Exception {
        var fileSystem = new Keeping();
        serve("mem:", fileSystem);
        CompletableFuture<Errno> caller = lookupLater("a");
        fileSystem.kept.take().reply(null);
        assertThat(caller.get(10, TimeUnit.SECONDS)).isEqualTo(Errno.EIO);
        assertThat(lookup("now")).isEqualTo(Errno.OK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "mem:?inline"}) void anInterruptIsSeenWhileAReplyIsOutstanding(String address)
            throws Exception {
        var fileSystem = new Keeping();
        serve(address, fileSystem);
        var outcome = new CompletableFuture<Errno>();
        Thread caller = Thread.ofVirtual().start(() -> outcome.complete(lookup("a")));
        LateReply<Entry> reply = fileSystem.kept.take();
        var actions = new AtomicInteger();
        reply.onInterrupt(actions::incrementAndGet);
        reply.onInterrupt(() -> {
            throw new IllegalStateException("an action that fails");
        });
        assertThat(reply.interrupted()).isFalse();
        caller.interrupt();
        await().until(() -> actions.get() == 1);
        assertThat(reply.interrupted()).isTrue();
        reply.onInterrupt(actions::incrementAndGet);
        assertThat(actions).hasValue(2);
        assertThat(outcome).isNotDone();
        assertThat(reply.fail(new InterruptedException())).isEqualTo(Errno.OK);
        assertThat(outcome.get(10, TimeUnit.SECONDS)).isEqualTo(Errno.EINTR);
        assertThat(lookup("now")).isEqualTo(Errno.OK);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false}) void theEndInterruptsOutstandingReplies(boolean abort) throws Exception {
        var fileSystem = new Keeping();
        serve("mem:", fileSystem);
        CompletableFuture<Errno> caller = lookupLater("a");
        LateReply<Entry> reply = fileSystem.kept.take();
        reply.onInterrupt(() -> pool.execute(() -> reply.fail(FuseException.of(Errno.EINTR))));
        long start = System.nanoTime();
        if (abort) {
            kernel.abort();
        } else {
            server.close();
        }
        assertThat(caller.get(10, TimeUnit.SECONDS)).isIn(Errno.EINTR, Errno.ECONNABORTED);
        await().until(() -> destroyed.get() == 1);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false}) void aReplyAfterTheEndIsRefusedAndTakenBack(boolean abort) throws Exception {
        var fileSystem = new Keeping();
        serve(FuseServer.serve(fileSystem).at(Address.parse("mem:")).drainTimeout(Duration.ofMillis(200)));
        CompletableFuture<Errno> caller = lookupLater("a");
        LateReply<Entry> reply = fileSystem.kept.take();
        long start = System.nanoTime();
        if (abort) {
            kernel.abort();
        } else {
            server.close();
        }
        assertThat(caller.get(10, TimeUnit.SECONDS)).isEqualTo(Errno.ECONNABORTED);
        await().until(() -> destroyed.get() == 1);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).as("the end has waited for the drain timeout")
                .isBetween(Duration.ofMillis(200), Duration.ofSeconds(4));
        assertThat(fileSystem.forgotten).isEmpty();
        assertThat(reply.interrupted()).isTrue();
        assertThat(reply.reply(file(3))).isEqualTo(Errno.ENOTCONN);
        assertThat(fileSystem.forgotten).containsExactly("3 1");
        assertThatThrownBy(() -> reply.reply(file(3))).isInstanceOf(IllegalStateException.class);
        assertThat(destroyed).hasValue(1);
    }

    @Test void tenThousandRepliesAreOutstandingWithinTheBudget() throws Exception {
        var fileSystem = new Keeping();
        serve(FuseServer.serve(fileSystem).at(Address.parse("mem:")).maxInflight(64 << 20));
        var outcomes = new ConcurrentLinkedQueue<Errno>();
        for (int i = 0; i < 10_000; i++) {
            pool.execute(() -> outcomes.add(lookup("a")));
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> fileSystem.kept.size() == 10_000);
        assertThat(lookup("now")).isEqualTo(Errno.OK);
        assertThat(outcomes).isEmpty();
        for (LateReply<Entry> reply : List.copyOf(fileSystem.kept)) {
            reply.reply(file(3));
        }
        await().until(() -> outcomes.size() == 10_000);
        assertThat(outcomes).containsOnly(Errno.OK);
    }

    @Test void moreThanTheBudgetHoldsAreAnsweredEnomem() throws Exception {
        var fileSystem = new Keeping();
        serve(FuseServer.serve(fileSystem).at(Address.parse("mem:")).maxInflight(8 << 20));
        var outcomes = new ConcurrentLinkedQueue<Errno>();
        for (int round = 0; round < 2; round++) {
            outcomes.clear();
            for (int i = 0; i < 3000; i++) {
                pool.execute(() -> outcomes.add(lookup("a")));
            }
            await().until(() -> fileSystem.kept.size() + outcomes.size() == 3000);
            assertThat(outcomes).isNotEmpty().containsOnly(Errno.ENOMEM);
            assertThat(fileSystem.kept).as("given replies have freed their memory").hasSizeGreaterThan(500);
            assertThat(lookup("now")).isEqualTo(Errno.OK);
            for (LateReply<Entry> reply = fileSystem.kept.poll(); reply != null; reply = fileSystem.kept.poll()) {
                reply.reply(file(3));
            }
            await().until(() -> outcomes.size() == 3000);
        }
    }

    @Test void decoratorsPassLateRepliesOn() throws Exception {
        var fileSystem = new Keeping();
        serve("mem:", new FilterFileSystem(new FilterFileSystem(fileSystem) {
            @Override protected <O extends Operation<O>> O before(O op) {
                return op.withCaller(new Caller(5, 6, 7));
            }
        }) {
            @Override public Entry lookup(Lookup op) throws IOException, InterruptedException {
                return doubled(super.lookup(op.withLater(() -> op.deferred().map(this::doubled))));
            }

            private Entry doubled(Entry entry) {
                return entry.node() == 0 ? entry : Entry.of(2 * entry.node(), entry.attr());
            }
        });
        var node = new CompletableFuture<Long>();
        pool.execute(() -> {
            try (Request request = kernel.newRequest(Opcode.LOOKUP, 1, ANNA).name(Name.of("a"))) {
                kernel.call(request);
                node.complete(EntryOut.NODEID.get(request.reply()));
            }
        });
        fileSystem.kept.take().reply(file(21));
        assertThat(node.get(10, TimeUnit.SECONDS)).isEqualTo(42);
    }

    @Test void aRewrittenOperationStaysReadable() throws Exception {
        var seen = new CompletableFuture<String>();
        serve("mem:?aliased", new FilterFileSystem(new FuseFileSystem() {
            @Override public void rename(Rename op) {
                op.later(reply -> pool.execute(() -> {
                    try {
                        TimeUnit.MILLISECONDS.sleep(20);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    seen.complete(op.name() + " " + op.targetName() + " " + op.targetDirectory() + " " + op.uid());
                    reply.reply(null);
                }));
            }

            @Override public Entry lookup(Lookup op) {
                return file(3);
            }
        }) {
            @Override protected <O extends Operation<O>> O before(O op) {
                return op.withCaller(new Caller(5, 6, 7));
            }
        });
        pool.execute(() -> call(Opcode.RENAME2, request -> {
            org.hexfuse.abi.Rename2In.NEWDIR.set(request.arguments(), 9);
            return request.name(Name.of("from")).name(Name.of("to"));
        }));
        for (int i = 0; i < 50; i++) {
            lookup("something else");
        }
        assertThat(seen.get(10, TimeUnit.SECONDS)).isEqualTo("from to 9 5");
    }

    @Test void aFutureHasTheResultOfAHandlerAtOnceOrLate() throws Exception {
        var fileSystem = new Keeping();
        var now = FutureReply.of(Lookup.of(1, Name.of("now")), fileSystem::lookup);
        assertThat(now.await(Duration.ZERO).node()).isEqualTo(2);
        var late = FutureReply.of(Lookup.of(1, Name.of("a")), fileSystem::lookup);
        assertThatThrownBy(() -> late.await(Duration.ofMillis(1)))
                .isInstanceOfSatisfying(FuseException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ETIMEDOUT));
        pool.execute(() -> fileSystem.kept.remove().reply(file(3)));
        assertThat(late.await(Duration.ofSeconds(10)).node()).isEqualTo(3);
        var failed = FutureReply.of(Lookup.of(1, Name.of("a")), fileSystem::lookup);
        fileSystem.kept.remove().fail(new IOException("on purpose"));
        assertThatThrownBy(() -> failed.await(Duration.ZERO)).isInstanceOf(IOException.class).hasMessage("on purpose");
    }

    @Test void aFutureFailsAsItsHandlerAlsoIfThatHadDeferredItsReply() {
        var fileSystem = new Keeping();
        var future = FutureReply.of(Lookup.of(1, Name.of("a")), op -> {
            fileSystem.lookup(op);
            throw FuseException.of(Errno.ENOSPC);
        });
        assertThatThrownBy(() -> future.await(Duration.ZERO)).isInstanceOf(FuseException.class);
        assertThatThrownBy(() -> fileSystem.kept.remove().reply(file(3))).isInstanceOf(IllegalStateException.class);
    }

    @Test void anOperationMadeByHandRepliesLateToAFuture() throws Exception {
        var fileSystem = new Keeping();
        var future = new FutureReply<Entry>();
        Lookup op = Lookup.of(1, Name.of("a"));
        fileSystem.lookup(op.withLater(() -> future));
        assertThat(future.result()).isNotDone();
        LateReply<Entry> kept = fileSystem.kept.take();
        var actions = new AtomicInteger();
        kept.onInterrupt(actions::incrementAndGet);
        future.interrupt();
        assertThat(actions).hasValue(1);
        assertThat(kept.interrupted()).isTrue();
        kept.reply(file(3));
        assertThat(future.result().get().node()).isEqualTo(3);
        assertThatThrownBy(() -> kept.reply(file(3))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> fileSystem.lookup(op)).isInstanceOf(IllegalStateException.class);
    }
}
