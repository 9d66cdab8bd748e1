package org.hexfuse.testkit;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Bmap;
import org.hexfuse.server.CopyFileRange;
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
import org.hexfuse.server.Session;
import org.hexfuse.server.SyncFs;
import org.hexfuse.server.PollWakeup;
import org.hexfuse.server.SetAttr;
import org.hexfuse.server.Write;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.OpenDirectory;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.UserMemory;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rare operations, through both ends. */
class RareOperationsTest {
    private static final int IN = 1;
    private static final int SQUARE = 3 << 30 | 4 << 16 | 'x' << 8 | 1;
    private static final int NAMELESS = 'x' << 8 | 2;
    private static final int GREET = 'x' << 8 | 3;
    private static final Timespec BORN = new Timespec(1_234_567_890, 123_456_789);

    /** One file, {@code f}, and what a test inspects. */
    private static class Rare implements FuseFileSystem {
        final Queue<String> events = new ConcurrentLinkedQueue<>();
        final CountDownLatch waiting = new CountDownLatch(1);
        volatile Notifier notifier;
        volatile Optional<PollWakeup> wakeup = Optional.empty();
        volatile int ready;
        volatile long size = 10;

        @Override public void init(InitNegotiation negotiation) {
            notifier = negotiation.session().notifier();
        }

        @Override public Entry lookup(Lookup op) {
            return op.name().is("f") ? Entry.of(2, attr(2)) : Entry.absent(Duration.ofHours(1));
        }

        @Override public Attr getattr(GetAttr op) {
            return attr(op.node());
        }

        private Attr attr(long node) {
            return node == ROOT
                    ? Attr.of(FileType.DIRECTORY, 0777).owner(0, 77).btime(BORN).build()
                    : Attr.of(FileType.REGULAR, 0666).size(size).btime(BORN).timeout(Duration.ofHours(1))
                            .build();
        }

        @Override public IoctlResult ioctl(Ioctl op, DataReply out) {
            if (op.command() == SQUARE) {
                byte[] bytes = new byte[4];
                op.data().copyTo(0, bytes, 0, 4);
                int number = MemorySegment.ofArray(bytes).get(JAVA_INT.withByteAlignment(1), 0);
                out.write(MemorySegment.ofArray(new int[]{number * number}), 0, 4);
                return IoctlResult.of(number);
            }
            if (op.command() == GREET && op.data().size() == 0) {
                return IoctlResult.retry(List.of(new IoctlResult.Range(op.argument(), 5)),
                        List.of(new IoctlResult.Range(op.argument() + 100, 8)));
            }
            if (op.command() == GREET) {
                byte[] name = new byte[5];
                op.data().copyTo(0, name, 0, 5);
                out.write(("hi " + new String(name, UTF_8)).getBytes(UTF_8));
                return IoctlResult.of(0);
            }
            events.add((op.onDirectory() ? "directory " : "file ") + op.argument());
            return IoctlResult.of(op.argument() < 0 ? (int) op.argument() : 7);
        }

        @Override public int poll(Poll op) {
            if (op.wakeup().isPresent()) {
                wakeup = op.wakeup();
                waiting.countDown();
            }
            return ready;
        }

        @Override public long bmap(Bmap op) {
            return op.block() * 10 + op.blockSize();
        }

        @Override public long copyFileRange(CopyFileRange op) {
            return op.length();
        }

        @Override public Entry mkdir(MkDir op) {
            events.add(op.name() + " " + op.supplementaryGroups() + " " + op.securityContexts().size());
            return Entry.of(3, Attr.directory(0755));
        }
    }

    private static UserKernel connect(String address, FuseFileSystem fileSystem) throws IOException {
        return UserKernel.connect(address, fileSystem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "mem:?inline", "mem:?aliased"}) void ioctlTransfersDataInBothDirections(
            String address)
            throws IOException {
        try (UserKernel kernel = connect(address, new Rare()); OpenFile file = kernel.vfs().open("/f")) {
            int[] memory = {12, 99};
            assertThat(file.ioctl(SQUARE, MemorySegment.ofArray(memory))).isEqualTo(12);
            assertThat(memory).containsExactly(144, 99);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "mem:?inline", "mem:?aliased"}) void ioctlRetriesForMemoryOfTheCaller(
            String address) throws IOException {
        byte[] memory = new byte[300];
        MemorySegment all = MemorySegment.ofArray(memory);
        MemorySegment.copy(MemorySegment.ofArray("world".getBytes(UTF_8)), 0, all, 40, 5);
        UserMemory program = new UserMemory() {
            @Override public void read(long at, MemorySegment target) {
                MemorySegment.copy(all, at, target, 0, target.byteSize());
            }

            @Override public void write(long at, MemorySegment source) {
                MemorySegment.copy(source, 0, all, at, source.byteSize());
            }
        };
        try (UserKernel kernel = connect(address, new Rare()); OpenFile file = kernel.vfs().open("/f")) {
            assertThat(file.ioctl(GREET, 40, program)).isZero();
        }
        assertThat(new String(memory, 140, 8, UTF_8)).isEqualTo("hi world");
    }

    @Test void ioctlReportsFileOrDirectory() throws IOException {
        var rare = new Rare();
        try (UserKernel kernel = connect("mem:", rare)) {
            try (OpenFile file = kernel.vfs().open("/f"); OpenDirectory root = kernel.vfs().opendir("/")) {
                assertThat(file.ioctl(NAMELESS, 5L)).isEqualTo(7);
                assertThat(root.ioctl(NAMELESS, 6L)).isEqualTo(7);
                assertThatThrownBy(() -> file.ioctl(NAMELESS, -Errno.EBUSY.code()))
                        .hasMessage(FuseException.of(Errno.EBUSY).getMessage());
            }
        }
        assertThat(rare.events).startsWith("file 5", "directory 6");
    }

    @Test void ioctlIsEnottyWithoutAHandler() throws IOException {
        try (UserKernel kernel = connect("mem:", new FuseFileSystem() {
            @Override public Attr getattr(GetAttr op) {
                return Attr.directory(0755);
            }
        }); OpenDirectory root = kernel.vfs().opendir("/")) {
            assertThatThrownBy(() -> root.ioctl(NAMELESS, 6L)).hasMessage(
                    FuseException.of(Errno.ENOTTY).getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "mem:?inline", "mem:?aliased"}) void aPollerIsWoken(String address)
            throws Exception {
        var rare = new Rare();
        try (UserKernel kernel = connect(address, rare); OpenFile file = kernel.vfs().open("/f")) {
            assertThat(file.poll(IN)).isZero();
            var result = new CompletableFuture<Integer>();
            Thread.ofVirtual().start(() -> result.complete(file.poll(IN, Duration.ofSeconds(30))));
            assertThat(rare.waiting.await(10, TimeUnit.SECONDS)).isTrue();
            rare.ready = IN;
            assertThat(rare.wakeup.orElseThrow().wake()).isEqualTo(Errno.OK);
            assertThat(result.get(10, TimeUnit.SECONDS)).isEqualTo(IN);
        }
    }

    @Test void aPollerIsWokenWhenTheServerDisconnects() throws Exception {
        var rare = new Rare();
        UserKernel kernel = connect("mem:", rare);
        OpenFile file = kernel.vfs().open("/f");
        var result = new CompletableFuture<Integer>();
        Thread.ofVirtual().start(() -> result.complete(file.poll(IN, Duration.ofSeconds(30))));
        assertThat(rare.waiting.await(10, TimeUnit.SECONDS)).isTrue();
        kernel.server().close();
        assertThat(result.get(10, TimeUnit.SECONDS)).isEqualTo(8);
        kernel.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "mem:?aliased"}) void statxReturnsTheBirthTime(String address) throws IOException {
        try (UserKernel kernel = connect(address, new Rare())) {
            assertThat(kernel.vfs().btime("/f")).contains(BORN);
            assertThat(kernel.vfs().btime("/")).contains(BORN);
            assertThat(kernel.vfs().stat("/f").size()).isEqualTo(10);
        }
    }

    @Test void bmapReturnsTheBlock() throws IOException {
        try (UserKernel kernel = UserKernel.connect("mem:", new Rare(), VfsOptions.DEFAULT.withBlockDevice(512));
                OpenFile file = kernel.vfs().open("/f")) {
            assertThat(file.bmap(3)).isEqualTo(542);
        }
    }

    /** Linux sends SYNCFS to virtiofs and to servers on block devices, and DESTROY to the latter. */
    @Test void syncfsAndDestroyReachTheFilesystem() throws IOException {
        var rare = new Rare() {
            @Override public void syncfs(SyncFs op) {
                events.add("syncfs of " + op.node());
                if (events.size() > 1) {
                    throw FuseException.of(Errno.ENOSPC);
                }
            }

            @Override public void destroy(Session session) {
                events.add("destroy " + session.isClosed());
            }
        };
        try (UserKernel kernel = UserKernel.connect("mem:", rare, VfsOptions.DEFAULT.withBlockDevice(512))) {
            kernel.vfs().sync();
            assertThatThrownBy(() -> kernel.vfs().sync()).hasMessage(FuseException.of(Errno.ENOSPC).getMessage());
        }
        assertThat(rare.events).containsExactly("syncfs of 1", "syncfs of 1", "destroy true");
    }

    @Test void aCopyOfMoreThan32BitsIsOne() throws IOException {
        var large = new Rare() {
            @Override public Entry lookup(Lookup op) {
                return Entry.of(2, Attr.file(0666, 1L << 35));
            }
        };
        try (UserKernel kernel = connect("mem:", large); OpenFile from = kernel.vfs().open("/f");
                OpenFile to = kernel.vfs().open("/f", OpenFlag.WRITE)) {
            assertThat(from.copyFileRange(to, 0, 1L << 35, 1L << 36)).isEqualTo(1L << 35);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "mem:?inline", "mem:?aliased"}) void creatingRequestsCarryTheGroupOfTheDirectory(
            String address) throws IOException {
        var rare = new Rare() {
            @Override public void init(InitNegotiation negotiation) {
                negotiation.enable(InitFlag.CREATE_SUPP_GROUP);
                negotiation.enable(InitFlag.SECURITY_CTX);
            }
        };
        try (UserKernel kernel = connect(address, rare)) {
            Vfs user = kernel.vfs().as(Credentials.of(1000, 1000).withGroups(Set.of(77)));
            user.stat("/");
            user.mkdir("/d");
            kernel.vfs().mkdir("/e");
        }
        assertThat(rare.events).containsExactly("d [77] 0", "e [] 0");
    }

    @Test void notificationsInvalidateTheCaches() throws IOException {
        var rare = new Rare();
        try (UserKernel kernel = connect("mem:", rare)) {
            Vfs vfs = kernel.vfs();
            assertThat(vfs.stat("/f").size()).isEqualTo(10);
            assertThat(vfs.exists("/g")).isFalse();
            rare.size = 20;
            assertThat(vfs.stat("/f").size()).isEqualTo(10);
            assertThat(rare.notifier.invalidateNode(2)).isEqualTo(Errno.OK);
            assertThat(vfs.stat("/f").size()).isEqualTo(20);
            assertThat(rare.notifier.invalidateEntry(1, Name.of("g"))).isEqualTo(Errno.OK);
            assertThat(rare.notifier.invalidateEntry(1, Name.of("never"))).isEqualTo(Errno.ENOENT);
            assertThat(rare.notifier.expireEntry(1, Name.of("f"))).isEqualTo(Errno.OK);
            assertThat(rare.notifier.deleteEntry(1, 99, Name.of("f"))).isEqualTo(Errno.ENOENT);
            assertThat(rare.notifier.incrementEpoch()).isEqualTo(Errno.OK);
            assertThat(rare.notifier.prune(2)).isEqualTo(Errno.OK);
            assertThat(kernel.vfs().knownNodes()).isEqualTo(1);
        }
    }

    @Test void timesOfTheWritebackCacheReachTheServer() throws IOException {
        var told = new ConcurrentLinkedQueue<String>();
        var rare = new Rare() {
            @Override public void init(InitNegotiation negotiation) {
                negotiation.enable(InitFlag.WRITEBACK_CACHE);
            }

            @Override public int write(Write op) {
                told.add("write " + op.fromCache());
                return op.size();
            }

            @Override public Attr setattr(SetAttr op) {
                told.add("times " + op.mtime().isPresent() + " " + op.ctime().isPresent());
                return Attr.file(0666, 3);
            }
        };
        try (UserKernel kernel = connect("mem:", rare)) {
            try (OpenFile file = kernel.vfs().open("/f", OpenFlag.WRITE)) {
                file.write(new byte[5], 100);
                assertThat(file.stat().size()).isEqualTo(105);
            }
            assertThat(told).containsExactly("write true", "times true true");
            assertThat(kernel.vfs().stat("/f").size()).isEqualTo(105);
        }
    }
}
