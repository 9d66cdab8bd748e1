package org.hexfuse.transport.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.libc.ThreadIdentity;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.Fuse;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.Mount;
import org.hexfuse.server.Open;
import org.hexfuse.server.Opened;
import org.hexfuse.server.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a mount does while it is handed over, and when that fails. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class HandoverMountTest {
    private static final long MAGIC = 0x48414E444F564552L;
    private static final int VERSION = 1;
    private static final int ACCEPT = 1;

    /** Longer than the replies that come in time take. */
    private static final Duration DRAIN = Duration.ofSeconds(1);

    @TempDir(cleanup = CleanupMode.NEVER) private Path scratch;
    private Path point;
    private Path socket;
    private final Notebook old = new Notebook("the predecessor");
    private Mount mount;
    private Mount taken;

    @BeforeEach void createDirectories() throws IOException {
        Assumptions.assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no /dev/fuse here");
        point = Files.createDirectory(scratch.resolve("point"));
        socket = scratch.resolve("socket");
    }

    @AfterEach void unmount() throws IOException {
        if (taken != null) {
            taken.close();
        }
        if (mount != null) {
            mount.close();
        }
        Files.deleteIfExists(socket);
        Files.deleteIfExists(point);
        Files.deleteIfExists(scratch);
    }

    private void offer() throws Exception {
        offer(old);
    }

    private void offer(FuseFileSystem fileSystem) throws Exception {
        try {
            mount = FuseServer.serve(fileSystem).drainTimeout(DRAIN).mount(point);
        } catch (IOException e) {
            Assumptions.abort("this user may not mount: " + e.getMessage());
        }
        mount.offerHandover(socket);
    }

    private void assertServed() throws IOException {
        Path notes = point.resolve("notes");
        String text = "note of " + System.nanoTime();
        Files.writeString(notes, text, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        assertThat(old.notes()).isEqualTo(text);
        assertThat(notes).hasContent(text);
    }

    private void assertRefused(FuseFileSystem successor, String reason) throws Exception {
        assertThatThrownBy(() -> taken = Fuse.takeOver(successor, point, socket)).isInstanceOf(IOException.class)
                .hasMessage(reason);
        assertServed();
        assertThat(mount.successor()).isEmpty();
    }

    private static <T> CompletableFuture<T> start(Callable<T> task) {
        var result = new CompletableFuture<T>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    // Requests that are not answered

    @ParameterizedTest
    @ValueSource(strings = {"slow", "late"}) void aRequestThatIsNotAnsweredIsRunAgain(String file) throws Exception {
        offer();
        CompletableFuture<String> reading = start(() -> Files.readString(point.resolve(file)));
        assertThat(old.reading.await(10, TimeUnit.SECONDS)).isTrue();
        var successor = new Notebook("the successor");
        successor.answer();
        taken = Fuse.takeOver(successor, point, socket);
        old.answer();
        assertThat(reading.get(10, TimeUnit.SECONDS).strip()).isEqualTo(Notebook.SLOW + "the successor");
        assertThat(old.destroyed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"slow", "late"}) void aReplyInTimeComesFromThePredecessor(String file) throws Exception {
        offer();
        CompletableFuture<String> reading = start(() -> Files.readString(point.resolve(file)));
        assertThat(old.reading.await(10, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Mount> taking = start(() -> Fuse.takeOver(new Notebook("the successor"), point, socket));
        TimeUnit.MILLISECONDS.sleep(200);
        old.answer();
        taken = taking.get(10, TimeUnit.SECONDS);
        assertThat(reading.get(10, TimeUnit.SECONDS).strip()).isEqualTo(Notebook.SLOW + "the predecessor");
    }

    @Test void aReplyThatIsHeldBackIsSentAfterAHandoverThatFails() throws Exception {
        offer();
        CompletableFuture<String> reading = start(() -> Files.readString(point.resolve("slow")));
        assertThat(old.reading.await(10, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> Fuse.takeOver(new Notebook("the successor") {
            @Override public void restore(Session session, DataInput in) throws IOException {
                old.answer();
                throw new IOException("not today");
            }
        }, point, socket)).hasMessage("not today");
        assertThat(reading.get(10, TimeUnit.SECONDS).strip()).isEqualTo(Notebook.SLOW + "the predecessor");
        assertServed();
    }

    // What the filesystems see

    @Test void thePredecessorReleasesAndForgetsNothingAndIsDestroyed() throws Exception {
        offer();
        var successor = new Notebook("the successor");
        try (FileChannel channel = FileChannel.open(point.resolve("notes"), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap("one ".getBytes(UTF_8)));
            taken = Fuse.takeOver(successor, point, socket);
            assertThat(old.destroyed.await(10, TimeUnit.SECONDS)).isTrue();
            channel.write(ByteBuffer.wrap("two".getBytes(UTF_8)));
        }
        assertThat(successor.notes()).isEqualTo("one two");
        await().untilAsserted(() -> assertThat(successor.released).hasValue(1));
        assertThat(old.released).hasValue(0);
        assertThat(old.forgotten).hasValue(0);
        mount.await();
        taken.close();
        assertThat(successor.forgotten.get()).as("the lookups before the handover included").isPositive();
        assertThat(point).isEmptyDirectory();
    }

    @Test void theSuccessorSeesWhatWasNegotiated() throws Exception {
        offer();
        var seen = new CompletableFuture<Integer>();
        taken = Fuse.takeOver(new Notebook("the successor") {
            @Override public void init(InitNegotiation negotiation) {
                seen.complete(negotiation.maxWrite());
            }
        }, point, socket);
        assertThat(seen).isCompletedWithValue(1 << 16);
    }

    @Test void aLibraryCallerLearnsWhoSucceeded() throws Exception {
        offer();
        taken = Fuse.takeOver(new Notebook("the successor"), point, socket);
        mount.await();
        assertThat(mount.successor()).hasValue(ProcessHandle.current().pid());
        assertThat(socket).doesNotExist();
        mount.close();
        assertThat(Files.exists(point.resolve("notes"))).isTrue();
    }

    @Test void theGuardOfAutoUnmountGuardsTheSuccessor() throws Exception {
        Assumptions.assumeTrue(new ProcessBuilder("which", "fusermount3").start().waitFor() == 0, "no fusermount3");
        try {
            mount = Fuse.mount(old, point, "auto_unmount");
        } catch (IOException e) {
            Assumptions.abort("this user may not mount: " + e.getMessage());
        }
        mount.offerHandover(socket);
        taken = Fuse.takeOver(new Notebook("the successor"), point, socket);
        mount.await();
        mount.close();
        // Longer than the guard needs to unmount.
        TimeUnit.MILLISECONDS.sleep(300);
        assertThat(Files.exists(point.resolve("notes"))).isTrue();
        taken.close();
        assertThat(point).isEmptyDirectory();
        await().until(() -> ProcessHandle.current().children()
                .noneMatch(child -> child.info().command().orElse("").endsWith("fusermount3") && child.isAlive()));
    }

    /** Reads and writes of its file pass through to a backing file. */
    private static final class Backed extends Notebook {
        private final Path backing;
        private final Queue<Fd> open = new ConcurrentLinkedQueue<>();

        Backed(Path backing) {
            super("backed");
            this.backing = backing;
        }

        @Override public void init(InitNegotiation negotiation) {
            Assumptions.assumeTrue(negotiation.offers(InitFlag.PASSTHROUGH), "a kernel without passthrough");
            try {
                negotiation.enable(InitFlag.PASSTHROUGH);
            } catch (IllegalArgumentException e) {
                Assumptions.abort(e.getMessage());
            }
        }

        @Override public Opened open(Open op) {
            try {
                Fd fd = Fd.open(backing.toString(), OpenFlags.RDWR);
                open.add(fd);
                return Opened.of(op.node()).passthrough(fd.value());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override public void destroy(Session session) {
            open.forEach(Fd::close);
            super.destroy(session);
        }
    }

    @Test void backingFilesPassThroughOn() throws Exception {
        Path backing = Files.writeString(scratch.resolve("backing"), "backed");
        try {
            offer(new Backed(backing));
            try (FileChannel channel = FileChannel.open(point.resolve("notes"), StandardOpenOption.WRITE)) {
                taken = Fuse.takeOver(new Backed(backing), point, socket);
                mount.await();
                channel.write(ByteBuffer.wrap("passed".getBytes(UTF_8)));
                assertThat(backing).hasContent("passed");
                try (FileChannel other = FileChannel.open(point.resolve("notes"), StandardOpenOption.WRITE)) {
                    other.write(ByteBuffer.wrap("twice".getBytes(UTF_8)));
                }
            }
            assertThat(backing).hasContent("twiced");
            try (FileChannel again = FileChannel.open(point.resolve("notes"), StandardOpenOption.WRITE)) {
                again.write(ByteBuffer.wrap("again!".getBytes(UTF_8)));
            }
            assertThat(backing).hasContent("again!");
        } finally {
            Files.delete(backing);
        }
    }

    // Refusals

    @Test void aSuccessorThatChoosesOtherwiseIsRefused() throws Exception {
        offer();
        assertRefused(new Notebook("the successor") {
            @Override public void init(InitNegotiation negotiation) {
                negotiation.maxWrite(4096);
            }
        }, "it chooses max_write 4096 where 65536 was negotiated");
    }

    @Test void aSuccessorOfAnotherFormatIsRefused() throws Exception {
        offer();
        assertRefused(new Notebook("the successor") {
            @Override public String format() {
                return "notebook 2";
            }
        }, "it saves 'notebook 1', and 'notebook 2' is wanted");
    }

    @Test void aSuccessorThatReadsLessIsRefused() throws Exception {
        offer();
        assertRefused(new Notebook("the successor") {
            @Override public void restore(Session session, DataInput in) {
                // Nothing.
            }
        }, "the filesystem has read less than its predecessor saved");
    }

    @Test void aPredecessorThatCannotSaveServesOn() throws Exception {
        var failing = new AtomicBoolean(true);
        var once = new Notebook("the predecessor") {
            @Override public void save(Session session, DataOutput out) throws IOException {
                out.writeLong(1);
                if (failing.getAndSet(false)) {
                    throw new IOException("the disk is full");
                }
                super.save(session, out);
            }
        };
        offer(once);
        assertThatThrownBy(() -> Fuse.takeOver(new Notebook("the successor"), point, socket))
                .hasMessage("the disk is full");
        Files.writeString(point.resolve("notes"), "x");
        taken = Fuse.takeOver(new Notebook("the successor") {
            @Override public void restore(Session session, DataInput in) throws IOException {
                in.readLong();
                super.restore(session, in);
            }
        }, point, socket);
        assertThat(point.resolve("notes")).hasContent("x");
    }

    @Test void aRestoreThatFailsIsNotDestroyedTwice() throws Exception {
        offer();
        var ended = new CountDownLatch(1);
        assertRefused(new Notebook("the successor") {
            @Override public void restore(Session session, DataInput in) throws IOException {
                throw new IllegalStateException("a defect");
            }

            @Override public void destroy(Session session) {
                assertThat(ended.getCount()).isEqualTo(1);
                ended.countDown();
            }
        }, "a defect");
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test void aFileSystemWithoutAHandoverIsNotOffered() throws Exception {
        var plain = new FuseFileSystem() {};
        try {
            mount = Fuse.mount(plain, point);
        } catch (IOException e) {
            Assumptions.abort("this user may not mount: " + e.getMessage());
        }
        assertThatThrownBy(() -> mount.offerHandover(socket)).isInstanceOf(IOException.class)
                .hasMessage(plain.getClass().getName() + " cannot be handed over");
        assertThatThrownBy(() -> Fuse.takeOver(plain, point, socket)).isInstanceOf(IOException.class)
                .hasMessage(plain.getClass().getName() + " cannot take a mount over");
    }

    @Test void nobodyListens() throws Exception {
        offer();
        assertThatThrownBy(() -> Fuse.takeOver(new Notebook("the successor"), point, scratch.resolve("other")))
                .isInstanceOf(IOException.class)
                .hasMessage("no process hands a mount over at " + scratch.resolve("other"));
    }

    @Test void aSocketIsOneMounts() throws Exception {
        offer();
        Path other = Files.createDirectory(scratch.resolve("other"));
        try (Mount second = Fuse.mount(new Notebook("another"), other)) {
            assertThatThrownBy(() -> second.offerHandover(socket)).isInstanceOf(IOException.class)
                    .hasMessage(socket + " is in use by another process");
            assertThatThrownBy(() -> Fuse.takeOver(new Notebook("the successor"), other, socket))
                    .isInstanceOf(IOException.class).hasMessage("process " + ProcessHandle.current().pid() + " serves "
                            + point.toRealPath() + " and not " + other.toRealPath());
        } finally {
            Files.delete(other);
        }
        assertServed();
    }

    @Test void aFileThatIsNoSocketIsKept() throws Exception {
        Files.writeString(socket, "precious");
        assertThatThrownBy(this::offer).isInstanceOf(IOException.class)
                .hasMessage(socket + " is in use: the file is not a socket");
        assertThat(socket).hasContent("precious");
    }

    @Test void aPathThatIsTooLongForASocketCanBeUsed() throws Exception {
        Path directory = Files.createDirectory(scratch.resolve("d".repeat(150)));
        try {
            socket = directory.resolve("socket");
            offer();
            taken = Fuse.takeOver(new Notebook("the successor"), point, socket);
            mount.await();
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(directory);
        }
    }

    @Test void anotherUserIsRefused() throws Exception {
        Assumptions.assumeTrue(ProcessIds.euid() == 0, "only root can become another user");
        offer();
        assertThat(Files.getAttribute(socket, "unix:mode")).isEqualTo(0140600);
        for (Path each = scratch; Files.getOwner(each).getName().equals("root") && each.getNameCount() > 1; each = each
                .getParent()) {
            each.toFile().setExecutable(true, false);
        }
        CompletableFuture<String> refused = start(() -> {
            ThreadIdentity.become(65534, 65534, Set.of());
            return reason(() -> LinuxHandoverListener.connect(socket));
        });
        assertThat(refused.get(10, TimeUnit.SECONDS)).isEqualTo(socket + " belongs to another user");
        Files.setAttribute(socket, "unix:mode", 0666);
        CompletableFuture<String> met = start(() -> {
            ThreadIdentity.become(65534, 65534, Set.of());
            return reason(() -> HandoverGreeting.receive(LinuxHandoverListener.connect(socket)));
        });
        assertThat(met.get(10, TimeUnit.SECONDS)).contains("belongs to another user");
        assertServed();
    }

    private static String reason(Callable<?> call) throws Exception {
        try {
            return String.valueOf(call.call());
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    // Peers that die or send garbage

    /** How far a successor gets before it dies. */
    enum Death {
        CONNECTED, GREETED, SAID_HELLO, RECEIVING, RESTORED, LAST_MOMENT
    }

    @ParameterizedTest
    @EnumSource(Death.class) void aSuccessorThatDiesLeavesTheMountServed(Death death) throws Exception {
        offer(new Notebook("the predecessor") {
            @Override public void save(Session session, DataOutput out) throws IOException {
                for (int i = 0; i < 300_000; i++) {
                    out.writeLong(i);
                }
            }
        });
        try (LinuxHandoverStream stream = LinuxHandoverListener.connect(socket)) {
            die(stream, death);
        }
        Files.writeString(point.resolve("notes"), "served on");
        assertThat(point.resolve("notes")).hasContent("served on");
        assertThat(mount.successor()).isEmpty();
    }

    private static void die(LinuxHandoverStream stream, Death death) throws IOException {
        if (death == Death.CONNECTED) {
            return;
        }
        HandoverGreeting.receive(stream).device().close();
        if (death == Death.GREETED) {
            return;
        }
        hello(stream, VERSION, "notebook 1");
        var in = new DataInputStream(stream.input());
        if (death == Death.SAID_HELLO) {
            return;
        }
        assertThat(in.readByte()).isEqualTo((byte) ACCEPT);
        for (int length = in.readInt(); length > 0; length = in.readInt()) {
            in.readFully(new byte[length]);
            if (death == Death.RECEIVING) {
                return;
            }
        }
        stream.output().write(ACCEPT);
        if (death == Death.LAST_MOMENT) {
            assertThat(in.readByte()).isEqualTo((byte) ACCEPT);
        }
    }

    private static void hello(LinuxHandoverStream stream, int version, String format) throws IOException {
        var out = new DataOutputStream(stream.output());
        out.writeLong(MAGIC);
        out.writeInt(version);
        out.writeByte(format.length());
        out.writeBytes(format);
    }

    @Test void garbageLeavesTheMountServed() throws Exception {
        offer();
        var random = new Random(1);
        for (int i = 0; i < 50; i++) {
            try (LinuxHandoverStream stream = LinuxHandoverListener.connect(socket)) {
                HandoverGreeting.receive(stream).device().close();
                if (i % 2 == 0) {
                    hello(stream, VERSION, "notebook 1");
                }
                byte[] garbage = new byte[random.nextInt(100)];
                random.nextBytes(garbage);
                stream.output().write(garbage);
                stream.output().write(ACCEPT);
            } catch (IOException _) {
                // It may be disconnected before all is sent.
            }
            assertServed();
        }
        assertThat(mount.successor()).isEmpty();
    }

    @Test void anotherVersionIsRefusedBeforeTheMountIsPaused() throws Exception {
        offer();
        try (LinuxHandoverStream stream = LinuxHandoverListener.connect(socket)) {
            HandoverGreeting.receive(stream).device().close();
            hello(stream, 2, "notebook 1");
            var in = new DataInputStream(stream.input());
            assertThat(in.readByte()).isEqualTo((byte) 2);
            assertThat(new String(in.readNBytes(in.readUnsignedByte()), UTF_8))
                    .isEqualTo("it takes over by version 2 of the protocol, and version 1 is needed");
        }
        assertServed();
    }

    @Test void aPeerThatSaysNothingKeepsNobodyFromTakingOver() throws Exception {
        offer();
        try (LinuxHandoverStream silent = LinuxHandoverListener.connect(socket)) {
            HandoverGreeting.receive(silent).device().close();
            assertServed();
            taken = Fuse.takeOver(new Notebook("the successor"), point, socket);
        }
        mount.await();
    }

    @Test void whatIsNoPredecessorIsNotBelieved() throws Exception {
        offer();
        Path fake = scratch.resolve("fake");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(fake));
            CompletableFuture<Void> fakes = start(() -> {
                for (int i = 0; i < 2; i++) {
                    try (var peer = server.accept()) {
                        peer.write(ByteBuffer.wrap(i == 0 ? new byte[200]
                                : ByteBuffer.allocate(12).putLong(HandoverGreeting.MAGIC).put((byte) 1).put((byte) 0)
                                        .putShort((short) 0xFFFF).array()));
                    }
                }
                return null;
            });
            assertThatThrownBy(() -> Fuse.takeOver(new Notebook("the successor"), point, fake))
                    .isInstanceOf(IOException.class).hasMessageEndingWith("is no hexfuse");
            assertThatThrownBy(() -> Fuse.takeOver(new Notebook("the successor"), point, fake))
                    .isInstanceOf(IOException.class).hasMessageEndingWith("sent a mount point of 65535 bytes");
            fakes.get(10, TimeUnit.SECONDS);
        } finally {
            Files.delete(fake);
        }
        assertServed();
    }

    // The session's end during a handover

    @Test void closingTheMountEndsAHandoverThatIsInProgress() throws Exception {
        var restoring = new CountDownLatch(1);
        offer();
        CompletableFuture<Mount> taking = start(() -> Fuse.takeOver(new Notebook("the successor") {
            @Override public void restore(Session session, DataInput in) throws IOException {
                restoring.countDown();
                try {
                    TimeUnit.SECONDS.sleep(2);
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
                super.restore(session, in);
            }
        }, point, socket));
        assertThat(restoring.await(10, TimeUnit.SECONDS)).isTrue();
        mount.close();
        assertThat(old.destroyed.getCount()).isZero();
        assertThat(taking.handle((_, failure) -> failure).get(20, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
        assertThat(point).isEmptyDirectory();
    }

    @Test void unmountingDuringAHandoverEndsBoth() throws Exception {
        var restoring = new CountDownLatch(1);
        var unmounted = new CountDownLatch(1);
        offer();
        var successor = new Notebook("the successor") {
            @Override public void restore(Session session, DataInput in) throws IOException {
                restoring.countDown();
                try {
                    unmounted.await(10, TimeUnit.SECONDS);
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
                super.restore(session, in);
            }
        };
        CompletableFuture<Mount> taking = start(() -> Fuse.takeOver(successor, point, socket));
        assertThat(restoring.await(10, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> unmounting = start(() -> {
            Unmount.unmount(point.toRealPath().toString(), true);
            return null;
        });
        TimeUnit.MILLISECONDS.sleep(200);
        unmounted.countDown();
        taken = taking.get(20, TimeUnit.SECONDS);
        unmounting.get(20, TimeUnit.SECONDS);
        taken.await();
        mount.await();
        assertThat(successor.destroyed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(old.destroyed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test void handoversThatFailUnderLoadLoseNothing() throws Exception {
        offer();
        var stop = new AtomicBoolean();
        CompletableFuture<?>[] loads = new CompletableFuture<?>[4];
        for (int i = 0; i < loads.length; i++) {
            loads[i] = start(() -> {
                int reads = 0;
                while (!stop.get()) {
                    Files.readString(point.resolve("notes"));
                    reads++;
                }
                return reads;
            });
        }
        for (int i = 0; i < 40; i++) {
            try (LinuxHandoverStream stream = LinuxHandoverListener.connect(socket)) {
                die(stream, Death.values()[3 + i % 3]);
            } catch (IOException _) {
                // The state is short, and may have been received.
            }
        }
        stop.set(true);
        for (CompletableFuture<?> load : loads) {
            assertThat((Integer) load.get(10, TimeUnit.SECONDS)).isPositive();
        }
        assertServed();
        assertThat(mount.successor()).isEmpty();
    }
}
