package org.hexfuse.transport.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.MountCalls;
import org.hexfuse.libc.MountFlags;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.LateReply;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Read;
import org.hexfuse.server.StatFs;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.RequestQueues;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.SlotChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Mounts over io_uring: what they carry, when they fall back to {@code /dev/fuse}, and how they end. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class UringMountTest {
    private static final String TEXT = "0123456789".repeat(1000);
    private static final int SECONDS = 20;

    private final LateFiles files = new LateFiles();
    private final List<Process> processes = new ArrayList<>();
    private RunningKernel kernel;
    private Path point;

    /** A file {@code f}; names that begin with {@code later} are looked up late, {@code stuck} when the latch is opened. */
    private static final class LateFiles implements FuseFileSystem {
        final Map<String, LateReply<Entry>> late = new ConcurrentHashMap<>();
        final Queue<String> threads = new ConcurrentLinkedQueue<>();
        final CountDownLatch stuck = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);
        final AtomicInteger interrupts = new AtomicInteger();
        final AtomicInteger statfs = new AtomicInteger();
        volatile Blocking blocking = Blocking.NEVER;

        @Override public Blocking blocking() {
            return blocking;
        }

        @Override public Entry lookup(Lookup op) throws InterruptedException {
            threads.add(Thread.currentThread().getName());
            String name = op.name().toString();
            if (name.startsWith("later")) {
                return op.later(reply -> {
                    reply.onInterrupt(interrupts::incrementAndGet);
                    late.put(name, reply);
                });
            }
            if (name.equals("stuck")) {
                stuck.countDown();
                awaitRelease();
            }
            return name.equals("f") ? Entry.of(2, attr(2), Duration.ZERO) : Entry.absent(Duration.ZERO);
        }

        /** Not ended by an interrupt, as a handler that never returns. */
        private void awaitRelease() {
            while (true) {
                try {
                    release.await();
                    return;
                } catch (InterruptedException _) {
                    // It goes on.
                }
            }
        }

        @Override public StatVfs statfs(StatFs op) {
            statfs.incrementAndGet();
            throw FuseException.of(Errno.ENOSYS);
        }

        @Override public Attr getattr(GetAttr op) {
            return attr(op.node());
        }

        private static Attr attr(long node) {
            return node == ROOT ? Attr.directory(0755) : Attr.file(0444, TEXT.length());
        }

        @Override public void read(Read op, DataReply out) {
            out.writeSlice(TEXT.getBytes(UTF_8), op.offset());
        }
    }

    private void mount(String... options) throws Exception {
        mount(server -> server, options);
    }

    private void mount(UnaryOperator<FuseServer.Builder> settings, String... options) throws Exception {
        kernel = RunningKernel.mountOverIoUring(settings.apply(FuseServer.serve(files)), options);
        point = kernel.path();
    }

    private boolean isOverIoUring() { return kernel.session().has(InitFlag.OVER_IO_URING); }

    @AfterEach void unmount() throws IOException {
        files.release.countDown();
        processes.forEach(Process::destroyForcibly);
        if (kernel != null) {
            kernel.close();
        }
        await().untilAsserted(() -> {
            assertThat(descriptors("anon_inode:[io_uring]")).isZero();
            assertThat(mappings()).isZero();
            assertThat(threads()).isEmpty();
        });
    }

    private static long descriptors(String target) throws IOException {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(fd -> {
                try {
                    return Files.readSymbolicLink(fd).toString().equals(target);
                } catch (IOException _) {
                    return false;
                }
            }).count();
        }
    }

    private static long mappings() throws IOException {
        try (var maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.filter(line -> line.contains("[io_uring]")).count();
        }
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> name.startsWith("hexfuse linux:") || name.startsWith("hexfuse-close")
                        || name.startsWith("hexfuse-nudge"))
                .toList();
    }

    private Thread caller(String name, Queue<Boolean> found) {
        return Thread.ofPlatform().daemon().start(() -> found.add(Files.exists(point.resolve(name))));
    }

    private static void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(SECONDS))).isTrue();
        }
    }

    private Process process(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        processes.add(process);
        return process;
    }

    @Test void carriesRequests() throws Exception {
        mount();
        assertThat(isOverIoUring()).isTrue();
        assertThat(descriptors("anon_inode:[io_uring]")).isPositive();
        assertThat(Files.readString(point.resolve("f"))).isEqualTo(TEXT);
        assertThat(point.resolve("missing")).doesNotExist();
        kernel.failOnLeaks();
    }

    @Test void theWorkersOfQueuesRunTheRequests() throws Exception {
        mount("io_uring_depth=1");
        for (int i = 0; i < 50; i++) {
            assertThat(process("stat", point.resolve("f").toString()).waitFor()).isZero();
        }
        // The first worker has read INIT from the device.
        assertThat(files.threads).hasSizeGreaterThanOrEqualTo(50).noneMatch(name -> name.endsWith("-1"));
    }

    @Test void moreRepliesAreLateThanTheQueuesHaveEntries() throws Exception {
        mount("io_uring_depth=2");
        var found = new ConcurrentLinkedQueue<Boolean>();
        var callers = new ArrayList<Thread>();
        for (int i = 0; i < 30; i++) {
            callers.add(caller("later" + i, found));
        }
        await().until(() -> files.late.size() == 30);
        assertThat(Files.exists(point.resolve("f"))).isTrue();
        files.late.values()
                .forEach(reply -> assertThat(reply.reply(Entry.of(2, LateFiles.attr(2)))).isEqualTo(Errno.OK));
        join(callers);
        assertThat(found).hasSize(30).containsOnly(true);
        assertThat(Files.exists(point.resolve("f"))).isTrue();
        assertThat(files.statfs).as("the requests that unblock a queue are the transport's own").hasValue(0);
    }

    @Test void repliesThatWaitBeyondTheMostEntriesFail() throws Exception {
        mount("io_uring_depth=1");
        var found = new ConcurrentLinkedQueue<Boolean>();
        var callers = new ArrayList<Thread>();
        int most = 64 * Runtime.getRuntime().availableProcessors();
        for (int i = 0; i < most + 40; i++) {
            callers.add(caller("later" + i, found));
        }
        // Those that found no entry have failed with ENOMEM.
        await().until(() -> files.late.size() + found.size() == most + 40);
        assertThat(found).hasSizeGreaterThanOrEqualTo(40).containsOnly(false);
        assertThat(Files.exists(point.resolve("f"))).isTrue();
        files.late.values().forEach(reply -> reply.reply(Entry.of(2, LateFiles.attr(2))));
        join(callers);
        assertThat(found).filteredOn(there -> there).hasSize(files.late.size());
    }

    @Test void notificationsAndTheirRepliesPass() throws Exception {
        mount();
        try (var open = FileChannel.open(point.resolve("f"))) {
            assertThat(open.read(ByteBuffer.allocate(10))).isEqualTo(10);
            var notifier = kernel.session().notifier();
            assertThat(notifier.store(2, 0, MemorySegment.ofArray(new byte[]{'x', 'y'}))).isEqualTo(Errno.OK);
            assertThat(notifier.retrieve(2, 0, 3).get(SECONDS, TimeUnit.SECONDS)).containsExactly('x', 'y', '2');
            assertThat(notifier.invalidateNode(2)).isEqualTo(Errno.OK);
            assertThat(open.read(ByteBuffer.allocate(10), 0)).isEqualTo(10);
        }
    }

    @Test void anInterruptReachesTheRequestOfAKilledCaller() throws Exception {
        mount();
        Process caller = process("stat", point.resolve("later").toString());
        await().until(() -> files.late.size() == 1);
        caller.destroyForcibly();
        await().until(() -> files.interrupts.get() == 1);
        files.late.get("later").reply(Entry.absent(Duration.ZERO));
        assertThat(caller.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.exists(point.resolve("f"))).isTrue();
    }

    @Test void closesWhileWorkersWait() throws Exception {
        mount();
        assertThat(point.resolve("f")).exists();
        kernel.close();
        assertThat(point).doesNotExist();
    }

    @Test void closesWhileAFileIsOpenAndEndsItsCallers() throws Exception {
        mount();
        FileChannel open = FileChannel.open(point.resolve("f"));
        kernel.close();
        assertThatThrownBy(() -> open.read(ByteBuffer.allocate(10), 0)).isInstanceOf(IOException.class);
        assertThatThrownBy(open::close).isInstanceOf(IOException.class);
    }

    @Test void leaksNoDescriptor() throws Exception {
        long before = 0;
        for (int i = 0; i < 6; i++) {
            mount();
            assertThat(point.resolve("f")).exists();
            kernel.close();
            try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
                // The first mount loads classes, from jars that stay open.
                before = i == 0 ? descriptors.count() : before;
            }
        }
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            assertThat(descriptors.count()).isLessThanOrEqualTo(before);
        }
    }

    @Test void endsWhenItIsUnmounted() throws Exception {
        mount();
        var session = kernel.session();
        assertThat(point.resolve("f")).exists();
        Mounts.unmount(point);
        await().until(session::isClosed);
    }

    @Test void endsWhenItIsAborted() throws Exception {
        assumeTrue(ProcessIds.euid() == 0, "not root");
        mount();
        var session = kernel.session();
        var found = new ConcurrentLinkedQueue<Boolean>();
        Thread caller = caller("later", found);
        await().until(() -> files.late.size() == 1);
        try {
            MountCalls.umount(point.toString(), MountFlags.UMOUNT_FORCE);
        } catch (LibcException e) {
            assertThat(e.errno()).isEqualTo(Errno.EBUSY);
        }
        join(List.of(caller));
        assertThat(found).containsExactly(false);
        await().until(session::isClosed);
        assertThat(files.late.get("later").reply(Entry.absent(Duration.ZERO))).isNotEqualTo(Errno.OK);
    }

    @Test void closesThoughAHandlerNeverReturns() throws Exception {
        mount(server -> server.drainTimeout(Duration.ofMillis(100)));
        Process caller = process("stat", point.resolve("stuck").toString());
        assertThat(files.stuck.await(SECONDS, TimeUnit.SECONDS)).isTrue();
        kernel.close();
        assertThat(caller.waitFor(SECONDS, TimeUnit.SECONDS)).as("its caller ends").isTrue();
        files.release.countDown();
    }

    @Test void aFilesystemThatBlocksIsServedThroughTheDevice() throws Exception {
        files.blocking = Blocking.IN_JAVA;
        mount();
        assertThat(isOverIoUring()).isFalse();
        assertThat(Files.readString(point.resolve("f"))).isEqualTo(TEXT);
    }

    @Test void queuesThatDoNotFitTheBudgetAreDeclined() throws Exception {
        mount(server -> server.maxInflight(4 << 20));
        assertThat(isOverIoUring()).isFalse();
        assertThat(descriptors("anon_inode:[io_uring]")).isZero();
        assertThat(Files.readString(point.resolve("f"))).isEqualTo(TEXT);
    }

    @Test void isServedThroughTheDeviceWhereTheKernelDoesNotOfferIt() throws Exception {
        kernel = RunningKernel.mount(FuseServer.serve(files).decorateLinks(Unoffered::new), "io_uring");
        point = kernel.path();
        assertThat(isOverIoUring()).isFalse();
        assertThat(Files.readString(point.resolve("f"))).isEqualTo(TEXT);
    }

    @Test void isServedThroughTheDeviceWhereAQueueGetsNoWorker() throws Exception {
        mount(server -> server.decorateLinks(FewChannels::new));
        assertThat(isOverIoUring()).as("the kernel was told that it is used").isTrue();
        assertThat(Files.readString(point.resolve("f"))).isEqualTo(TEXT);
        assertThat(files.threads).isNotEmpty();
    }

    @Test void optionsAreChecked() {
        assertThatThrownBy(() -> mount("io_uring_depth=0")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'io_uring_depth' needs a number of requests, from 1 to 256, and not '0'");
    }

    /** A link that passes everything on. */
    private static class Decorated implements ServerLink {
        final ServerLink link;

        Decorated(ServerLink link) {
            this.link = link;
        }

        @Override public int maxMessage() {
            return link.maxMessage();
        }

        @Override public void negotiated(Limits limits) {
            link.negotiated(limits);
        }

        @Override public SlotChannel openChannel() throws IOException {
            return link.openChannel();
        }

        @Override public boolean blocksInSystemCalls() {
            return link.blocksInSystemCalls();
        }

        @Override public Errno send(MemorySegment message, long size) {
            return link.send(message, size);
        }

        @Override public boolean isConnected() { return link.isConnected(); }

        @Override public <T> Optional<T> feature(Class<T> type) {
            return link.feature(type);
        }

        @Override public void shutdown() {
            link.shutdown();
        }

        @Override public void close() {
            link.close();
        }
    }

    /** A link whose kernel offers no queues, whatever the machine's does. */
    private static final class Unoffered extends Decorated {
        Unoffered(ServerLink link) {
            super(link);
        }

        @Override public <T> Optional<T> feature(Class<T> type) {
            return super.feature(type).map(feature -> feature instanceof RequestQueues queues
                    ? type.cast(new NotOffered(queues)) : feature);
        }

        private record NotOffered(RequestQueues queues) implements RequestQueues {
            @Override public int count() {
                return queues.count();
            }

            @Override public long memory(Limits limits) {
                return queues.memory(limits);
            }

            @Override public boolean open(Limits limits, boolean offered) {
                return queues.open(limits, false);
            }

            @Override public void decline(String reason) {
                queues.decline(reason);
            }
        }
    }

    /** A link that has two channels only: that of the device, and that of one queue. */
    private static final class FewChannels extends Decorated {
        private final AtomicInteger opened = new AtomicInteger();

        FewChannels(ServerLink link) {
            super(link);
        }

        @Override public SlotChannel openChannel() throws IOException {
            if (opened.incrementAndGet() == 1 + super.feature(RequestQueues.class).orElseThrow().count()) {
                throw new IOException("no more channels");
            }
            return super.openChannel();
        }
    }
}
