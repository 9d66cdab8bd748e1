package org.hexfuse.transport.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.List;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.Syscalls;
import org.hexfuse.posix.DeviceNumber;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.*;
import org.hexfuse.testkit.RunningKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the running kernel does differently with a choice of INIT. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class InitMountTest {
    private static final long F = 2;
    private static final long LINK = 3;
    private static final long DIRECTORY = 4;

    @TempDir private Path scratch;
    private Path file;
    private RunningKernel kernel;

    /** A file, a link and a directory, whose operations are recorded. */
    private static class Recording implements FuseFileSystem {
        final Queue<String> events = new ConcurrentLinkedQueue<>();
        final Consumer<InitNegotiation> choices;
        final Set<InitFlag> offered = EnumSet.noneOf(InitFlag.class);
        volatile Session session;

        Recording(Consumer<InitNegotiation> choices) {
            this.choices = choices;
        }

        long count(String event) {
            return events.stream().filter(event::equals).count();
        }

        @Override public void init(InitNegotiation negotiation) {
            session = negotiation.session();
            offered.addAll(EnumSet.allOf(InitFlag.class).stream().filter(negotiation::offers).toList());
            choices.accept(negotiation);
        }

        @Override public Blocking blocking() {
            return Blocking.IN_JAVA;
        }

        @Override public Entry lookup(Lookup op) throws IOException, InterruptedException {
            return switch (op.name().toString()) {
                case "f" -> Entry.of(F, attr(F), Duration.ofHours(1));
                case "link" -> Entry.of(LINK, attr(LINK), Duration.ofHours(1));
                case "d" -> Entry.of(DIRECTORY, attr(DIRECTORY), Duration.ofHours(1));
                default -> Entry.absent(Duration.ZERO);
            };
        }

        static Attr attr(long node) {
            FileType type = node == F ? FileType.REGULAR : node == LINK ? FileType.SYMLINK : FileType.DIRECTORY;
            return Attr.of(type, 0777).size(node == F ? 1L << 24 : 1).timeout(Duration.ofHours(1)).build();
        }

        @Override public Attr getattr(GetAttr op) {
            return attr(op.node());
        }

        @Override public Attr setattr(SetAttr op) {
            events.add("setattr " + op.size().isPresent());
            return attr(op.node());
        }

        @Override public Name readlink(ReadLink op) {
            events.add("readlink");
            return Name.of("f");
        }

        @Override public Opened open(Open op) {
            events.add("open");
            return Opened.of(1);
        }

        @Override public void read(Read op, DataReply out) throws IOException, InterruptedException {
            events.add("read " + op.size());
            out.writeZeros(op.size());
        }

        @Override public int write(Write op) {
            events.add("write " + op.size());
            return op.size();
        }

        @Override public void readdir(ReadDir op, DirReply out) throws IOException, InterruptedException {
            events.add("readdir");
        }

        @Override public Entry mkdir(MkDir op) {
            events.add("mkdir " + Integer.toOctalString(op.mode()) + " " + Integer.toOctalString(op.umask()));
            return Entry.of(5, attr(DIRECTORY));
        }
    }

    @AfterEach void unmount() throws IOException {
        if (kernel != null) {
            kernel.close();
        }
    }

    private <T extends FuseFileSystem> T mount(T fileSystem, String... options) throws Exception {
        kernel = RunningKernel.mount(fileSystem, options);
        file = kernel.path().resolve("f");
        return fileSystem;
    }

    /** Mounts with flags of INIT; the test is skipped where the kernel does not offer them. */
    private <T extends Recording> T mountWith(T fileSystem, InitFlag... flags) throws Exception {
        mount(fileSystem);
        assumeTrue(fileSystem.offered.containsAll(Set.of(flags)), "a kernel without one of " + Set.of(flags));
        return fileSystem;
    }

    /** Enables those of the flags that the kernel offers: a failure of INIT would be one of the mount. */
    private static Consumer<InitNegotiation> enabling(InitFlag... flags) {
        return negotiation -> Set.of(flags).stream().filter(negotiation::offers).forEach(negotiation::enable);
    }

    private Recording mount(InitFlag... flags) throws Exception {
        return mountWith(new Recording(enabling(flags)), flags);
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test void dontMaskLeavesTheUmaskToTheFilesystem() throws Exception {
        Recording fileSystem = mount(InitFlag.DONT_MASK);
        run("sh", "-c", "umask 027; mkdir " + kernel.path().resolve("new"));
        assertThat(fileSystem.events).containsExactly("mkdir 777 27");
    }

    @Test void withoutDontMaskTheUmaskIsApplied() throws Exception {
        Recording fileSystem = mount();
        run("sh", "-c", "umask 027; mkdir " + kernel.path().resolve("new"));
        assertThat(fileSystem.events).containsExactly("mkdir 750 27");
    }

    @Test void cachedSymlinksAreReadOnce() throws Exception {
        Recording fileSystem = mount(InitFlag.CACHE_SYMLINKS);
        for (int i = 0; i < 3; i++) {
            assertThat(Files.readSymbolicLink(kernel.path().resolve("link"))).hasToString("f");
        }
        assertThat(fileSystem.count("readlink")).isEqualTo(1);
    }

    @Test void otherSymlinksAreReadEachTime() throws Exception {
        Recording fileSystem = mount();
        for (int i = 0; i < 3; i++) {
            assertThat(Files.readSymbolicLink(kernel.path().resolve("link"))).hasToString("f");
        }
        assertThat(fileSystem.count("readlink")).isEqualTo(3);
    }

    @Test void anOpenThatIsNotSupportedIsNotSentAgain() throws Exception {
        var opens = new AtomicInteger();
        mount(new Recording(_ -> {}) {
            @Override public Opened open(Open op) {
                opens.incrementAndGet();
                throw FuseException.of(Errno.ENOSYS);
            }
        });
        for (int i = 0; i < 3; i++) {
            FileChannel.open(file).close();
        }
        assertThat(opens).hasValue(1);
    }

    @Test void maxWriteBoundsAWrite() throws Exception {
        var maxWrite = new AtomicInteger();
        Recording fileSystem = mount(new Recording(negotiation -> maxWrite.set(negotiation.maxWrite(8192))));
        assertThat(maxWrite).hasValue(8192);
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertThat(open.write(ByteBuffer.allocateDirect(20_000), 0)).isEqualTo(20_000);
        }
        assertThat(fileSystem.events).contains("write 8192").doesNotContain("write 20000");
    }

    @Test void maxPagesAllowsAMebibyteInOneWrite() throws Exception {
        Recording fileSystem = mount(new Recording(_ -> {}) {
            @Override public Opened open(Open op) {
                events.add("open");
                return Opened.of(1).directIo();
            }
        });
        try (Arena arena = Arena.ofConfined(); Fd open = Fd.open(file.toString(), OpenFlags.WRONLY)) {
            assertThat(Syscalls.pwrite(open, arena.allocate(1 << 20, 4096), 1 << 20, 0)).isEqualTo(1 << 20);
        }
        assertThat(fileSystem.events).containsExactly("open", "write 1048576");
    }

    @Test void oneWriteHasAsMuchAsTheAdministratorsLimitAllows() throws Exception {
        boolean raised = LinuxLink.mostPages(Path.of("/proc/sys/fs/fuse/max_pages_limit")) >= 512;
        Recording fileSystem = mount(new Recording(negotiation -> negotiation.maxWrite(2 << 20)) {
            @Override public Opened open(Open op) {
                return Opened.of(1).directIo();
            }
        });
        try (Arena arena = Arena.ofConfined(); Fd open = Fd.open(file.toString(), OpenFlags.WRONLY)) {
            assertThat(Syscalls.pwrite(open, arena.allocate(2 << 20, 4096), 2 << 20, 0)).isEqualTo(2 << 20);
        }
        assertThat(List.copyOf(fileSystem.events))
                .isEqualTo(raised ? List.of("write 2097152") : List.of("write 1048576", "write 1048576"));
    }

    @Test void withoutReadaheadEachPageIsARead() throws Exception {
        Recording fileSystem = mount(new Recording(negotiation -> negotiation.maxReadahead(0)));
        try (FileChannel open = FileChannel.open(file)) {
            assertThat(open.read(ByteBuffer.allocate(100), 0)).isEqualTo(100);
        }
        assertThat(fileSystem.events).contains("read 4096");
    }

    @Test void parallelDirectoryOperationsMeet() throws Exception {
        var together = new java.util.concurrent.CyclicBarrier(2);
        var fileSystem = mount(new Recording(_ -> {}) {
            @Override public Entry lookup(Lookup op) throws InterruptedException {
                if (op.name().toString().startsWith("both")) {
                    try {
                        together.await(20, TimeUnit.SECONDS);
                        events.add("met");
                    } catch (java.util.concurrent.BrokenBarrierException | java.util.concurrent.TimeoutException _) {
                        events.add("alone");
                    }
                }
                return Entry.absent(Duration.ZERO);
            }
        });
        Thread other = Thread.ofPlatform().start(() -> Files.exists(kernel.path().resolve("both1")));
        assertThat(kernel.path().resolve("both2")).doesNotExist();
        other.join();
        assertThat(fileSystem.events).containsExactly("met", "met");
    }

    @Test void aMappingOfADirectFileNeedsItsFlag() throws Exception {
        for (boolean allowed : new boolean[]{false, true}) {
            InitFlag[] enabled = allowed ? new InitFlag[]{InitFlag.DIRECT_IO_ALLOW_MMAP} : new InitFlag[0];
            var fileSystem = mountWith(new Recording(enabling(enabled)) {
                @Override public Opened open(Open op) {
                    return Opened.of(1).directIo();
                }
            }, InitFlag.DIRECT_IO_ALLOW_MMAP);
            try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                if (allowed) {
                    assertThat(open.map(FileChannel.MapMode.READ_WRITE, 0, 4096).get(0)).isZero();
                    assertThat(fileSystem.events).anyMatch(event -> event.startsWith("read"));
                } else {
                    assertThatThrownBy(() -> open.map(FileChannel.MapMode.READ_WRITE, 0, 4096))
                            .isInstanceOf(IOException.class);
                }
            }
            kernel.close();
        }
    }

    @Test void aRequestTimeoutAndOtherLimitsAreAccepted() throws Exception {
        var accepted = new CompletableFuture<Boolean>();
        var refused = new CompletableFuture<Throwable>();
        var limits = new ConcurrentLinkedQueue<Integer>();
        Recording fileSystem = mount(new Recording(negotiation -> {
            accepted.complete(negotiation.requestTimeout(Duration.ofSeconds(30)));
            refused.complete(catchThrowable(() -> negotiation.requestTimeout(Duration.ofMillis(5))));
            limits.add(negotiation.maxBackground(20));
            limits.add(negotiation.congestionThreshold(17));
            limits.add(negotiation.congestionThreshold(70));
            negotiation.congestionThreshold(17);
        }));
        boolean offered = fileSystem.offered.contains(InitFlag.REQUEST_TIMEOUT);
        assertThat(accepted).isCompletedWithValue(offered);
        assertThat(refused.join()).isInstanceOf(IllegalArgumentException.class);
        assertThat(limits).containsExactly(20, 17, 20);
        assertThat(Files.size(file)).isEqualTo(1L << 24);
        Path connection = Path.of("/sys/fs/fuse/connections",
                Integer.toString(DeviceNumber.minor((int) (long) Files.getAttribute(file, "unix:dev"))));
        if (Files.exists(connection)) {
            assertThat(Files.readString(connection.resolve("max_background")).strip()).isEqualTo("20");
            assertThat(Files.readString(connection.resolve("congestion_threshold")).strip()).isEqualTo("17");
        }
        assertThat(fileSystem.session.has(InitFlag.REQUEST_TIMEOUT)).isEqualTo(offered);
    }

    @Test void aLostRequestIsSentAgain() throws Exception {
        var kept = new ConcurrentLinkedQueue<LateReply<Entry>>();
        var uniques = new ConcurrentLinkedQueue<Long>();
        var fileSystem = mountWith(new Recording(enabling(InitFlag.HAS_RESEND)) {
            @Override public Entry lookup(Lookup op) {
                if (!op.name().is("lost")) {
                    return Entry.absent(Duration.ZERO);
                }
                uniques.add(op.unique());
                return uniques.size() == 1 ? op.later(kept::add) : Entry.of(F, attr(F));
            }
        }, InitFlag.HAS_RESEND);
        var size = new AtomicInteger();
        Thread caller = Thread.ofPlatform()
                .start(() -> size.set((int) kernel.path().resolve("lost").toFile().length()));
        await().until(() -> kept.size() == 1);
        assertThat(fileSystem.session.notifier().resend()).isEqualTo(Errno.OK);
        assertThat(caller.join(Duration.ofSeconds(20))).isTrue();
        assertThat(size).hasValue(1 << 24);
        assertThat(uniques).hasSize(2);
        assertThat(uniques.poll() | Long.MIN_VALUE).isEqualTo(uniques.poll());
        assertThat(kept.remove().reply(Entry.of(F, Recording.attr(F)))).isEqualTo(Errno.ENOENT);
    }

    @Test void prunedNodesAreForgotten() throws Exception {
        var forgotten = new ConcurrentLinkedQueue<Long>();
        var minor = new AtomicInteger();
        var fileSystem = mount(new Recording(negotiation -> minor.set(negotiation.minor())) {
            @Override public void forget(Forget op) {
                forgotten.add(op.node());
            }
        });
        assumeTrue(minor.get() >= 45, "a kernel without PRUNE");
        assertThat(Files.size(file)).isEqualTo(1L << 24);
        assertThat(fileSystem.session.notifier().prune(F, 4711)).isEqualTo(Errno.OK);
        await().until(() -> forgotten.contains(F));
    }

    @Test void thePagesLimitIsTheAdministrators() throws Exception {
        Path limit = Files.writeString(scratch.resolve("limit"), "1024\n");
        assertThat(LinuxLink.mostPages(limit)).isEqualTo(1024);
        assertThat(LinuxLink.mostPages(scratch.resolve("none"))).isEqualTo(256);
        Path running = Path.of("/proc/sys/fs/fuse/max_pages_limit");
        if (Files.exists(running)) {
            assertThat(LinuxLink.mostPages(running)).isEqualTo(
                    Integer.parseInt(new String(Files.newInputStream(running).readNBytes(32), UTF_8).strip()));
        }
        Files.writeString(limit, "1000000\n");
        assertThat(LinuxLink.mostPages(limit)).isEqualTo(0xFFFF);
    }
}
