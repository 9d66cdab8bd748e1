package org.hexfuse.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Set;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.AttrData;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Dirent;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.GetxattrIn;
import org.hexfuse.abi.GetxattrOut;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.LkIn;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.device.Request;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.Timespec;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTest {
    private static final Caller ANNA = new Caller(1000, 100, 42);

    private FuseServer server;
    private FuseConnection kernel;

    private void serve(FuseFileSystem fileSystem) throws IOException {
        serve("mem:", fileSystem);
    }

    private void serve(String address, FuseFileSystem fileSystem) throws IOException {
        server = FuseServer.serve(fileSystem).at(Address.parse(address)).start();
        kernel = FuseConnection.mount(Transports.connect(server.address()), NotificationSink.NONE,
                ConnectionOptions.DEFAULT.withRequestTimeout(Duration.ofSeconds(20)));
    }

    @AfterEach void end() {
        if (kernel != null) {
            kernel.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private Request request(Opcode opcode, long node) {
        return kernel.newRequest(opcode, node, ANNA);
    }

    private Errno outcome(Opcode opcode) {
        try (Request request = request(opcode, 1)) {
            kernel.call(request);
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }

    private Errno lookup(String name) {
        try (Request request = request(Opcode.LOOKUP, 1).name(Name.of(name))) {
            kernel.call(request);
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }

    /** Records what is forgotten and released. */
    private static class Lookups implements FuseFileSystem {
        final Queue<String> events = new ConcurrentLinkedQueue<>();

        @Override public Entry lookup(Lookup op) throws IOException, InterruptedException {
            return Entry.of(7, Attr.file(0644, 3));
        }

        @Override public void forget(Forget op) {
            events.add("forget " + op.node() + " " + op.count());
        }

        @Override public Opened open(Open op) {
            return Opened.of(99);
        }

        @Override public void release(Release op) {
            events.add("release " + op.node() + " " + op.handle());
        }

        @Override public void destroy(Session session) {
            events.add("destroy");
        }
    }

    @Test void anOperationHasItsNodeNameAndCaller() throws Exception {
        var seen = new ConcurrentLinkedQueue<String>();
        serve(new FuseFileSystem() {
            @Override public Entry lookup(Lookup op) {
                seen.add(op.node() + " " + op.name() + " " + op.caller());
                return Entry.of(2,
                        Attr.of(FileType.REGULAR, 0640).size(5).owner(3, 4).mtime(new Timespec(9, 8)).build());
            }
        });
        try (Request request = request(Opcode.LOOKUP, 1).name(Name.of("näme"))) {
            kernel.call(request);
            long attr = EntryOut.ATTR.offset();
            assertThat(EntryOut.NODEID.get(request.reply())).isEqualTo(2);
            assertThat(EntryOut.ENTRY_VALID.get(request.reply())).isEqualTo(1);
            assertThat(AttrData.MODE.get(request.reply(), attr)).isEqualTo(0100640);
            assertThat(AttrData.SIZE_FIELD.get(request.reply(), attr)).isEqualTo(5);
            assertThat(AttrData.BLOCKS.get(request.reply(), attr)).isEqualTo(1);
            assertThat(AttrData.INO.get(request.reply(), attr)).isEqualTo(2);
            assertThat(AttrData.MTIMENSEC.get(request.reply(), attr)).isEqualTo(8);
        }
        assertThat(seen).containsExactly("1 näme Caller[uid=1000, gid=100, pid=42]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "mem:?inline"}) void aSessionOwnsTheThreadsOfItsMethodsUnlessTheyAreThoseOfCallers(
            String address) throws Exception {
        var owns = new ConcurrentLinkedQueue<Boolean>();
        var threads = new ConcurrentLinkedQueue<Thread>();
        serve(address, new FuseFileSystem() {
            @Override public Attr getattr(GetAttr op) {
                owns.add(op.session().ownsThreads());
                threads.add(Thread.currentThread());
                return Attr.directory(0755);
            }
        });
        assertThat(outcome(Opcode.GETATTR)).isEqualTo(Errno.OK);
        assertThat(owns).containsExactly(!threads.remove().equals(Thread.currentThread()));
        assertThat(Session.detached().ownsThreads()).isFalse();
    }

    @Test void methodsThatAreNotOverriddenBehaveAsInLibfuse() throws Exception {
        serve(new FuseFileSystem() {});
        assertThat(outcome(Opcode.OPEN)).isEqualTo(Errno.OK);
        assertThat(outcome(Opcode.FLUSH)).isEqualTo(Errno.OK);
        assertThat(outcome(Opcode.RELEASE)).isEqualTo(Errno.OK);
        assertThat(outcome(Opcode.STATFS)).isEqualTo(Errno.OK);
        assertThat(outcome(Opcode.GETATTR)).isEqualTo(Errno.ENOSYS);
        assertThat(lookup("x")).isEqualTo(Errno.ENOSYS);
        assertThat(outcome(Opcode.POLL)).isEqualTo(Errno.ENOSYS);
        assertThat(outcome(Opcode.STATX)).isEqualTo(Errno.ENOSYS);
        assertThat(kernel.negotiated().has(InitFlag.POSIX_LOCKS)).isFalse();
        assertThat(kernel.negotiated().has(InitFlag.DO_READDIRPLUS)).isFalse();
    }

    @Test void aCapabilityIsEnabledIfTheFilesystemDeclaresIt() throws Exception {
        serve(new FuseFileSystem() {
            @Override public Set<Capability> capabilities() {
                return Set.of(Capability.READDIRPLUS, Capability.RECORD_LOCKS, Capability.FLOCK);
            }

            @Override public LockRange getlk(Lock op) {
                return op.range();
            }

            @Override public void setlk(Lock op) {}

            @Override public void readdirplus(ReadDir op, DirPlusReply out) {}
        });
        assertThat(kernel.negotiated().has(InitFlag.POSIX_LOCKS)).isTrue();
        assertThat(kernel.negotiated().has(InitFlag.FLOCK_LOCKS)).isTrue();
        assertThat(kernel.negotiated().has(InitFlag.DO_READDIRPLUS)).isTrue();
    }

    @Test void flockDoesNotImplyRecordLocks() throws Exception {
        serve(new FuseFileSystem() {
            @Override public Set<Capability> capabilities() {
                return Set.of(Capability.FLOCK);
            }

            @Override public void setlk(Lock op) {}
        });
        assertThat(kernel.negotiated().has(InitFlag.POSIX_LOCKS)).isFalse();
        assertThat(kernel.negotiated().has(InitFlag.FLOCK_LOCKS)).isTrue();
    }

    @Test void everyOperationHasItsSession() throws Exception {
        var seen = new ConcurrentLinkedQueue<Session>();
        var ended = new ConcurrentLinkedQueue<Session>();
        serve(new FuseFileSystem() {
            @Override public void init(InitNegotiation negotiation) {
                seen.add(negotiation.session());
            }

            @Override public Entry lookup(Lookup op) {
                seen.add(op.session());
                return Entry.of(7, Attr.file(0644, 3));
            }

            @Override public void release(Release op) {
                seen.add(op.session());
            }

            @Override public void forget(Forget op) {
                seen.add(op.session());
            }

            @Override public void destroy(Session session) {
                ended.add(session);
            }
        });
        lookup("a");
        outcome(Opcode.OPEN);
        assertThat(seen.peek().minor()).isEqualTo(45);
        assertThat(seen.peek().has(InitFlag.MAX_PAGES)).isTrue();
        assertThat(seen.peek().has(InitFlag.POSIX_LOCKS)).isFalse();
        assertThat(seen.peek().isClosed()).isFalse();
        try (FuseConnection second = FuseConnection.mount(Transports.connect(server.address()), NotificationSink.NONE,
                ConnectionOptions.DEFAULT)) {
            try (Request request = second.newRequest(Opcode.LOOKUP, 1, ANNA).name(Name.of("b"))) {
                second.call(request);
            }
            Session first = seen.poll();
            assertThat(seen.poll()).isSameAs(first);
            assertThat(seen.peek()).isNotSameAs(first);
            assertThat(seen).containsOnly(seen.peek()).hasSize(2);
            seen.clear();
            kernel.close();
            await().until(() -> ended.contains(first));
            assertThat(first.isClosed()).isTrue();
            assertThat(seen).containsExactly(first, first);
            assertThat(ended).containsExactly(first);
        }
    }

    @Nested class AnExceptionIsAnswered {
        private Errno thrown(Throwable failure) throws Exception {
            serve(new FuseFileSystem() {
                @Override public Entry lookup(Lookup op) throws IOException {
                    switch (failure) {
                        case IOException e -> throw e;
                        case RuntimeException e -> throw e;
                        case Error e -> throw e;
                        default -> throw new IllegalArgumentException(failure);
                    }
                }

                @Override public Attr getattr(GetAttr op) {
                    return Attr.directory(0755);
                }
            });
            Errno answer = lookup("x");
            assertThat(outcome(Opcode.GETATTR)).as("the session goes on").isEqualTo(Errno.OK);
            return answer;
        }

        @Test void byItsErrno() throws Exception {
            assertThat(thrown(FuseException.of(Errno.EXDEV))).isEqualTo(Errno.EXDEV);
        }

        @Test void byItsClass() throws Exception {
            assertThat(thrown(new NoSuchFileException("x"))).isEqualTo(Errno.ENOENT);
        }

        @Test void byItsCause() throws Exception {
            assertThat(thrown(new UncheckedIOException(new AccessDeniedException("x")))).isEqualTo(Errno.EACCES);
        }

        @Test void withEioIfItHasNoErrno() throws Exception {
            assertThat(thrown(new IOException("x"))).isEqualTo(Errno.EIO);
        }

        @Test void withEioIfItIsADefect() throws Exception {
            assertThat(thrown(new IllegalStateException("a bug"))).isEqualTo(Errno.EIO);
        }

        @Test void alsoIfItIsAnError() throws Exception {
            assertThat(thrown(new StackOverflowError())).isEqualTo(Errno.EIO);
            end();
            assertThat(thrown(new OutOfMemoryError("not really"))).isEqualTo(Errno.ENOMEM);
        }
    }

    @Test void dataIsReadAndWritten() throws Exception {
        byte[] text = "Hello, world!\n".getBytes(UTF_8);
        var written = new ConcurrentLinkedQueue<String>();
        serve(new FuseFileSystem() {
            @Override public void read(Read op, DataReply out) {
                out.writeSlice(text, op.offset());
            }

            @Override public int write(Write op) {
                byte[] data = new byte[op.size()];
                op.data().copyTo(0, data, 0, data.length);
                written.add(op.offset() + " " + new String(data, UTF_8));
                return data.length;
            }
        });
        try (Request request = request(Opcode.READ, 2).replyRoom(5)) {
            ReadIn.SIZE_FIELD.set(request.arguments(), 5);
            ReadIn.OFFSET.set(request.arguments(), 7);
            kernel.call(request);
            assertThat(request.reply().getString(0).substring(0, 5)).isEqualTo("world");
            assertThat(request.replySize()).isEqualTo(5);
        }
        try (Request request = request(Opcode.WRITE, 2)) {
            WriteIn.SIZE_FIELD.set(request.arguments(), text.length);
            WriteIn.OFFSET.set(request.arguments(), 100);
            kernel.call(request.data(java.lang.foreign.MemorySegment.ofArray(text), 0, text.length));
        }
        assertThat(written).containsExactly("100 Hello, world!\n");
    }

    @Test void aWriteWithAWrongSizeIsRefused() throws Exception {
        serve(new FuseFileSystem() {
            @Override public int write(Write op) {
                return op.size();
            }
        });
        try (Request request = request(Opcode.WRITE, 2)) {
            WriteIn.SIZE_FIELD.set(request.arguments(), 1 << 30);
            assertThatThrownBy(() -> kernel.call(request)).hasMessage(FuseException.of(Errno.EINVAL).getMessage());
        }
    }

    @Test void aHandlerThatReadsNoNameNeedsNone() throws Exception {
        serve(new Lookups());
        assertThat(outcome(Opcode.LOOKUP)).as("no name at all").isEqualTo(Errno.OK);
    }

    @Test void directoriesAreListedWithDotsAndInPieces() throws Exception {
        serve(new FuseFileSystem() {
            @Override public void readdir(ReadDir op, DirReply out) {
                out.add("one", 11, FileType.REGULAR);
                out.add("two", 12, FileType.DIRECTORY);
            }
        });
        assertThat(list(0, 4096)).containsExactly(".:1:1:4", "..:1:2:4", "one:11:3:8", "two:12:4:4");
        assertThat(list(2, 32)).containsExactly("one:11:3:8");
        assertThat(list(3, 4096)).containsExactly("two:12:4:4");
        assertThat(list(4, 4096)).isEmpty();
    }

    private List<String> list(long offset, int size) {
        var names = new java.util.ArrayList<String>();
        try (Request request = request(Opcode.READDIR, 1).replyRoom(size)) {
            ReadIn.OFFSET.set(request.arguments(), offset);
            ReadIn.SIZE_FIELD.set(request.arguments(), size);
            kernel.call(request);
            for (long at = 0; at < request.replySize();) {
                int length = Dirent.NAMELEN.get(request.reply(), at);
                names.add(Name.of(request.reply(), at + Dirent.SIZE, length) + ":" + Dirent.INO.get(request.reply(), at)
                        + ":"
                        + Dirent.OFF.get(request.reply(), at) + ":" + Dirent.TYPE.get(request.reply(), at));
                at += Dirent.recordSize(length);
            }
        }
        return names;
    }

    @Test void anExtendedAttributesLengthIsRequestedFirst() throws Exception {
        serve(new FuseFileSystem() {
            @Override public byte[] getxattr(GetXattr op) {
                return op.name().is("user.a") ? new byte[]{1, 2, 3} : none();
            }

            private static byte[] none() {
                throw FuseException.of(Errno.ENODATA);
            }
        });
        try (Request request = request(Opcode.GETXATTR, 1).name(Name.of("user.a")).replyExactly(GetxattrOut.SIZE)) {
            kernel.call(request);
            assertThat(GetxattrOut.SIZE_FIELD.get(request.reply())).isEqualTo(3);
        }
        try (Request request = request(Opcode.GETXATTR, 1).name(Name.of("user.a")).replyRoom(2)) {
            GetxattrIn.SIZE_FIELD.set(request.arguments(), 2);
            assertThatThrownBy(() -> kernel.call(request)).hasMessage(FuseException.of(Errno.ERANGE).getMessage());
        }
        try (Request request = request(Opcode.GETXATTR, 1).name(Name.of("user.b")).replyRoom(2)) {
            GetxattrIn.SIZE_FIELD.set(request.arguments(), 2);
            assertThatThrownBy(() -> kernel.call(request)).hasMessage(FuseException.of(Errno.ENODATA).getMessage());
        }
    }

    @Nested class WhenTheSessionEnds {
        @ParameterizedTest
        @ValueSource(strings = {"mem:", "mem:?inline", "mem:?aliased"}) void handlesAreReleasedAndLookupsForgottenOnce(
                String address) throws Exception {
            var fileSystem = new Lookups();
            serve(address, fileSystem);
            lookup("a");
            lookup("b");
            lookup("c");
            kernel.forget(7, 1);
            outcome(Opcode.OPEN);
            outcome(Opcode.OPEN);
            kernel.close();
            server.close();
            assertThat(fileSystem.events).containsExactly("forget 7 1", "release 1 99", "release 1 99", "forget 7 2",
                    "destroy");
        }

        @Test void thoseReleasesAndForgetsHaveNoCaller() throws Exception {
            var seen = new ConcurrentLinkedQueue<String>();
            serve(new Lookups() {
                @Override public void forget(Forget op) {
                    seen.add("forget " + op.caller() + " " + op.unique());
                }

                @Override public void release(Release op) {
                    seen.add("release " + op.caller() + " " + op.unique());
                }
            });
            lookup("a");
            outcome(Opcode.OPEN);
            kernel.close();
            server.close();
            var none = new Caller(0, 0, 0);
            assertThat(seen).containsExactly("release " + none + " 0", "forget " + none + " 0");
        }

        @Test void itsLookupsAreForgottenAlsoAfterAnAbort() throws Exception {
            var fileSystem = new Lookups();
            serve(fileSystem);
            lookup("a");
            kernel.abort();
            await().until(() -> fileSystem.events.contains("destroy"));
            assertThat(fileSystem.events).containsExactly("forget 7 1", "destroy");
        }

        @Test void theServerCanBeAwaited() throws Exception {
            serve(new Lookups());
            Thread waiting = Thread.ofVirtual().start(() -> {
                try {
                    server.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            server.close();
            assertThat(waiting.join(Duration.ofSeconds(10))).isTrue();
            assertThat(lookup("a")).isEqualTo(Errno.ENOTCONN);
        }

        @Test void aMethodThatWaitsIsInterrupted() throws Exception {
            var inside = new CountDownLatch(1);
            serve(new FuseFileSystem() {
                @Override public Blocking blocking() {
                    return Blocking.IN_JAVA;
                }

                @Override public boolean interruptsThreads() {
                    return true;
                }

                @Override public Entry lookup(Lookup op) throws InterruptedException {
                    inside.countDown();
                    new CountDownLatch(1).await();
                    throw new AssertionError();
                }
            });
            Thread caller = Thread.ofVirtual().start(() -> lookup("a"));
            inside.await();
            long start = System.nanoTime();
            server.close();
            assertThat(caller.join(Duration.ofSeconds(5))).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        }
    }

    /** Waits in lookup until it is interrupted. */
    private record Waiting(Blocking blocking, CountDownLatch inside, Queue<String> names) implements FuseFileSystem {
        Waiting(Blocking blocking) {
            this(blocking, new CountDownLatch(1), new ConcurrentLinkedQueue<>());
        }

        @Override public boolean interruptsThreads() {
            return true;
        }

        @Override public Entry lookup(Lookup op) throws InterruptedException {
            if (op.name().is("wait")) {
                inside.countDown();
                new CountDownLatch(1).await();
            }
            names.add(op.name().toString());
            return Entry.of(2, Attr.file(0444, 0));
        }

        @Override public Set<Capability> capabilities() {
            return Set.of(Capability.RECORD_LOCKS, Capability.FLOCK);
        }

        @Override public void setlk(Lock op) throws InterruptedException {
            inside.countDown();
            while (!op.interrupted()) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            throw FuseException.of(Errno.EINTR);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"IN_JAVA",
        "IN_NATIVE_CODE"}) void aBlockedHandlerBlocksNoOtherRequestAndIsInterrupted(Blocking blocking)
                throws Exception {
        var fileSystem = new Waiting(blocking);
        serve(fileSystem);
        var outcomes = new ConcurrentLinkedQueue<Errno>();
        var callers = new java.util.ArrayList<Thread>();
        for (int i = 0; i < 20; i++) {
            callers.add(Thread.ofVirtual().start(() -> outcomes.add(lookup("wait"))));
        }
        fileSystem.inside.await();
        assertThat(lookup("other")).isEqualTo(Errno.OK);
        callers.forEach(Thread::interrupt);
        for (Thread caller : callers) {
            assertThat(caller.join(Duration.ofSeconds(10))).isTrue();
        }
        assertThat(outcomes).hasSize(20).containsOnly(Errno.EINTR);
        assertThat(lookup("afterwards")).isEqualTo(Errno.OK);
    }

    @Test void aWaitingLockHoldsNoWorker() throws Exception {
        var fileSystem = new Waiting(Blocking.NEVER);
        serve(fileSystem);
        var callers = new java.util.ArrayList<Thread>();
        for (int i = 0; i < 10; i++) {
            callers.add(Thread.ofVirtual().start(() -> {
                try (Request request = request(Opcode.SETLKW, 2)) {
                    LkIn.OWNER.set(request.arguments(), 5);
                    kernel.call(request);
                } catch (FuseException _) {
                    // EINTR, in the end.
                }
            }));
        }
        fileSystem.inside.await();
        assertThat(lookup("other")).isEqualTo(Errno.OK);
        callers.forEach(Thread::interrupt);
        for (Thread caller : callers) {
            assertThat(caller.join(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test void anInterruptThatAHandlerLeavesDoesNotReachTheNextRequest() throws Exception {
        serve(new FuseFileSystem() {
            @Override public Entry lookup(Lookup op) {
                Thread.currentThread().interrupt();
                return Entry.of(2, Attr.file(0444, 0));
            }
        });
        for (int i = 0; i < 50; i++) {
            assertThat(lookup("a")).isEqualTo(Errno.OK);
        }
    }

    @Test void anInitThatFailsEndsTheSession() {
        assertThatThrownBy(() -> serve(new FuseFileSystem() {
            @Override public void init(InitNegotiation negotiation) throws IOException {
                throw new IOException("no disk");
            }
        })).isInstanceOf(FuseException.class);
    }

    @Test void eachKernelHasASessionOfItsOwn() throws Exception {
        var fileSystem = new Lookups();
        serve(fileSystem);
        try (FuseConnection second = FuseConnection.mount(Transports.connect(server.address()), NotificationSink.NONE,
                ConnectionOptions.DEFAULT)) {
            lookup("a");
            kernel.abort();
            await().until(() -> fileSystem.events.contains("destroy"));
            try (Request request = second.newRequest(Opcode.LOOKUP, 1, ANNA).name(Name.of("b"))) {
                second.call(request);
            }
        }
        await().until(() -> fileSystem.events.stream().filter("destroy"::equals).count() == 2);
    }
}
