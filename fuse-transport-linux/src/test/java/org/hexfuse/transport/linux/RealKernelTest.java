package org.hexfuse.transport.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.device.KernelProfile;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.libc.PollSet;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Ioctl;
import org.hexfuse.server.IoctlResult;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.MkDir;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.Notifier;
import org.hexfuse.server.Poll;
import org.hexfuse.server.PollWakeup;
import org.hexfuse.server.Read;
import org.hexfuse.server.SetAttr;
import org.hexfuse.server.Write;
import org.hexfuse.testkit.RunningKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The behaviour of the running kernel, where this project claims that kernels have it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class RealKernelTest {
    private static final int SQUARE = 3 << 30 | 4 << 16 | 'x' << 8 | 1;
    private static final int AGAIN = 3 << 30 | 4 << 16 | 'x' << 8 | 2;
    private static final Instant BORN = Instant.ofEpochSecond(1_234_567_890, 123_456_789);
    /** Flags that depend on the configuration of the kernel or on the transport, and those not offered yet. */
    private static final Set<InitFlag> CONDITIONAL = EnumSet.of(InitFlag.SPLICE_READ, InitFlag.SPLICE_WRITE,
            InitFlag.SPLICE_MOVE, InitFlag.MAP_ALIGNMENT, InitFlag.SUBMOUNTS, InitFlag.HAS_INODE_DAX,
            InitFlag.PASSTHROUGH, InitFlag.OVER_IO_URING, InitFlag.POSIX_ACL);

    /** One file, {@code f}, whose size and first byte a test changes without a request of the kernel. */
    private static final class Changing implements FuseFileSystem {
        final Queue<String> events = new ConcurrentLinkedQueue<>();
        final Set<InitFlag> offered = EnumSet.noneOf(InitFlag.class);
        final Set<InitFlag> wanted;
        volatile int minor;
        volatile Notifier notifier;
        volatile int size = 10;
        volatile byte content = 'a';
        volatile boolean there = true;
        volatile int ready;
        final AtomicReference<PollWakeup> wakeup = new AtomicReference<>();

        Changing(Set<InitFlag> wanted) {
            this.wanted = wanted;
        }

        @Override public void init(InitNegotiation negotiation) {
            notifier = negotiation.session().notifier();
            minor = negotiation.minor();
            for (InitFlag flag : InitFlag.values()) {
                if (negotiation.offers(flag)) {
                    offered.add(flag);
                }
            }
            negotiation.disable(InitFlag.AUTO_INVAL_DATA);
            wanted.stream().filter(offered::contains).forEach(negotiation::enable);
        }

        @Override public Entry lookup(Lookup op) {
            return op.name().is("f") && there ? Entry.of(2, attr(2), Duration.ofHours(1))
                    : Entry.absent(Duration.ofHours(1));
        }

        @Override public Attr getattr(GetAttr op) {
            op.mask().ifPresent(mask -> events.add("birth time " + ((mask & 0x800) != 0) + " " + op.synchronization()));
            return attr(op.node());
        }

        private Attr attr(long node) {
            return (node == ROOT ? Attr.of(FileType.DIRECTORY, 0777) : Attr.of(FileType.REGULAR, 0666).size(size))
                    .timeout(Duration.ofHours(1)).btime(Timespec.of(BORN)).build();
        }

        @Override public void read(Read op, DataReply out) {
            for (long i = op.offset(); i < size && out.room() > 0; i++) {
                out.write(new byte[]{content});
            }
        }

        @Override public int write(Write op) {
            events.add("write " + op.offset() + " " + op.fromCache());
            return op.size();
        }

        @Override public Attr setattr(SetAttr op) {
            op.mtime().ifPresent(time -> events.add("mtime " + op.ctime().isPresent()));
            return attr(op.node());
        }

        @Override public IoctlResult ioctl(Ioctl op, DataReply out) {
            if (op.command() == AGAIN) {
                return IoctlResult.retry(List.of(new IoctlResult.Range(op.argument(), 4)), List.of());
            }
            byte[] bytes = new byte[4];
            op.data().copyTo(0, bytes, 0, 4);
            int number = MemorySegment.ofArray(bytes).get(JAVA_INT_UNALIGNED, 0);
            out.write(MemorySegment.ofArray(new int[]{number * number}), 0, 4);
            return IoctlResult.of(op.onDirectory() ? number : number + 1);
        }

        @Override public int poll(Poll op) {
            op.wakeup().ifPresent(wakeup::set);
            return ready;
        }

        @Override public Entry mkdir(MkDir op) {
            events.add("mkdir " + op.name() + " " + op.supplementaryGroups() + " " + op.securityContexts().size());
            return Entry.of(3, Attr.directory(0755));
        }
    }

    private Path file;
    private RunningKernel kernel;

    @AfterEach void unmount() throws IOException {
        if (kernel != null) {
            kernel.close();
        }
    }

    private Changing mount(InitFlag... wanted) throws Exception {
        var fileSystem = new Changing(Set.of(wanted));
        kernel = RunningKernel.mount(fileSystem);
        file = kernel.path().resolve("f");
        assumeTrue(fileSystem.offered.containsAll(fileSystem.wanted), "a kernel without one of " + fileSystem.wanted);
        return fileSystem;
    }

    @Test void theLinuxProfileOffersItsInitFlags() throws Exception {
        Changing fileSystem = mount();
        Set<InitFlag> unconditional = EnumSet.copyOf(fileSystem.offered);
        unconditional.removeAll(CONDITIONAL);
        assertThat(unconditional).allSatisfy(flag -> assertThat(flag.in(KernelProfile.linux().flags())).isTrue());
        if (fileSystem.minor == KernelProfile.linux().minor()) {
            for (InitFlag flag : InitFlag.values()) {
                if (flag.in(KernelProfile.linux().flags()) && !CONDITIONAL.contains(flag)) {
                    assertThat(fileSystem.offered).contains(flag);
                }
            }
        }
    }

    @Test void cachesAttributesUntilTheyAreInvalidated() throws Exception {
        Changing fileSystem = mount();
        assertThat(Files.size(file)).isEqualTo(10);
        fileSystem.size = 20;
        assertThat(Files.size(file)).isEqualTo(10);
        assertThat(fileSystem.notifier.invalidateAttributes(2)).isEqualTo(Errno.OK);
        assertThat(Files.size(file)).isEqualTo(20);
        assertThat(fileSystem.notifier.invalidateNode(4711)).isEqualTo(Errno.ENOENT);
    }

    @Test void cachesDentriesUntilTheyAreInvalidated() throws Exception {
        Changing fileSystem = mount();
        assertThat(file).exists();
        fileSystem.there = false;
        assertThat(file).exists();
        assertThat(fileSystem.notifier.invalidateEntry(1, Name.of("f"))).isEqualTo(Errno.OK);
        assertThatThrownBy(() -> Files.size(file)).isInstanceOf(NoSuchFileException.class);
        assertThat(fileSystem.notifier.invalidateEntry(1, Name.of("n".repeat(5000)))).isEqualTo(Errno.ENAMETOOLONG);
    }

    @Test void notifyDeleteRemovesADentry() throws Exception {
        Changing fileSystem = mount();
        assertThat(file).exists();
        fileSystem.there = false;
        assertThat(fileSystem.notifier.deleteEntry(1, 2, Name.of("f"))).isEqualTo(Errno.OK);
        assertThat(file).doesNotExist();
    }

    @Test void aNameThatLeadsElsewhereIsDroppedAllTheSame() throws Exception {
        Changing fileSystem = mount();
        assertThat(file).exists();
        assertThat(fileSystem.notifier.invalidateEntry(2, Name.of("f"))).isEqualTo(Errno.ENOTDIR);
        fileSystem.there = false;
        assertThat(fileSystem.notifier.deleteEntry(1, 99, Name.of("f"))).isEqualTo(Errno.ENOENT);
        assertThat(file).doesNotExist();
    }

    @Test void anExpiredDentryIsLookedUpAgain() throws Exception {
        Changing fileSystem = mount();
        assumeTrue(fileSystem.offered.contains(InitFlag.HAS_EXPIRE_ONLY), "the kernel knows no expiry");
        assertThat(file).exists();
        fileSystem.there = false;
        assertThat(fileSystem.notifier.expireEntry(1, Name.of("f"))).isEqualTo(Errno.OK);
        assertThat(file).doesNotExist();
    }

    @Test void incrementingTheEpochInvalidatesAllDentries() throws Exception {
        Changing fileSystem = mount();
        assumeTrue(fileSystem.minor >= 44, "the kernel knows no epochs");
        assertThat(file).exists();
        fileSystem.there = false;
        assertThat(fileSystem.notifier.incrementEpoch()).isEqualTo(Errno.OK);
        assertThat(file).doesNotExist();
    }

    @Test void storesAndRetrievesPageCacheData() throws Exception {
        Changing fileSystem = mount();
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.allocate(10);
            assertThat(open.read(buffer, 0)).isEqualTo(10);
            assertThat(fileSystem.notifier.store(2, 0, MemorySegment.ofArray(new byte[]{'x', 'y'})))
                    .isEqualTo(Errno.OK);
            assertThat(fileSystem.notifier.retrieve(2, 0, 4).get(10, TimeUnit.SECONDS))
                    .containsExactly('x', 'y', 'a', 'a');
            assertThatThrownBy(() -> fileSystem.notifier.retrieve(4711, 0, 4).get(10, TimeUnit.SECONDS))
                    .hasMessageContaining(Errno.ENOENT.message());
        }
    }

    @Test void requestsTheBirthTime() throws Exception {
        Changing fileSystem = mount();
        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
        assertThat(attributes.creationTime().toInstant()).isEqualTo(BORN);
        assertThat(fileSystem.events).containsExactly("birth time true 0");
    }

    @Test void creatingRequestsCarryTheNegotiatedExtensions() throws Exception {
        Changing fileSystem = mount(InitFlag.CREATE_SUPP_GROUP, InitFlag.SECURITY_CTX);
        Files.createDirectory(kernel.path().resolve("d"));
        assertThat(fileSystem.events).hasSize(1).allMatch(event -> event.startsWith("mkdir d ["));
    }

    @Test void theWritebackCacheKeepsSizeAndTimes() throws Exception {
        Changing fileSystem = mount(InitFlag.WRITEBACK_CACHE);
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertThat(open.write(ByteBuffer.wrap(new byte[5]), 100)).isEqualTo(5);
            assertThat(Files.size(file)).isEqualTo(105);
            open.force(true);
            await().untilAsserted(() -> assertThat(fileSystem.events).contains("mtime true"));
        }
        assertThat(fileSystem.events).anyMatch(event -> event.endsWith("true") && event.startsWith("write"));
        fileSystem.size = 3;
        assertThat(fileSystem.notifier.invalidateAttributes(2)).isEqualTo(Errno.OK);
        assertThat(Files.size(file)).isEqualTo(105);
    }

    private static int square(Fd fd, int number) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(JAVA_INT, number);
            int result = fd.ioctl(SQUARE, memory);
            assertThat(memory.get(JAVA_INT, 0)).isEqualTo(number * number);
            return result;
        }
    }

    @Test void ioctlsReachFilesAndDirectories() throws Exception {
        mount();
        try (Fd open = Fd.open(file.toString(), OpenFlags.RDONLY); Fd root = Fd.open(kernel.path().toString(),
                OpenFlags.RDONLY)) {
            assertThat(square(open, 12)).isEqualTo(13);
            assertThat(square(root, 12)).isEqualTo(12);
            assertThatThrownBy(() -> open.ioctl(AGAIN, 5)).isInstanceOfSatisfying(LibcException.class,
                    e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
        }
    }

    @Test void aPollerIsWoken() throws Exception {
        Changing fileSystem = mount();
        try (Fd open = Fd.open(file.toString(), OpenFlags.RDONLY); Arena arena = Arena.ofConfined()) {
            var poll = new PollSet(arena, 1);
            poll.set(0, open, PollSet.IN);
            assertThat(poll.poll(0)).isZero();
            Thread waker = Thread.ofPlatform().start(() -> {
                await().until(() -> fileSystem.wakeup.get() != null);
                fileSystem.ready = PollSet.IN;
                fileSystem.wakeup.get().wake();
            });
            assertThat(poll.poll(30_000)).isEqualTo(1);
            assertThat(poll.events(0)).isEqualTo(PollSet.IN);
            waker.join();
        }
    }
}
