package org.hexfuse.examples.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hexfuse.examples.memory.TreeFixture.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Attr;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.Forget;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Release;
import org.hexfuse.server.Session;
import org.hexfuse.server.SetAttr;
import org.hexfuse.server.Read;
import org.hexfuse.server.StatFs;
import org.hexfuse.server.Write;
import org.hexfuse.server.filter.Fault;
import org.hexfuse.server.filter.FaultyFileSystem;
import org.hexfuse.server.filter.IdMap;
import org.hexfuse.server.filter.IdMapFileSystem;
import org.hexfuse.server.filter.InjectedFault;
import org.hexfuse.server.filter.ObservedFileSystem;
import org.hexfuse.server.filter.ReadOnlyFileSystem;
import org.hexfuse.server.filter.SubdirectoryFileSystem;
import org.hexfuse.server.observe.ObservedRequest;
import org.hexfuse.server.observe.RequestListener;
import org.hexfuse.server.observe.ServerListener;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.Test;

/** Decorators around a filesystem, and a kernel on top. */
class FilterTest {
    private final MemoryFileSystem memory = new MemoryFileSystem(1 << 20, 50);

    private static UserKernel kernel(FuseFileSystem fileSystem) throws IOException {
        return UserKernel.connect("mem:", fileSystem).failOnLeaks();
    }

    /** Calls something with the undecorated filesystem. */
    private interface Use {
        void accept(Vfs vfs) throws IOException;
    }

    private void undecorated(Use use) throws IOException {
        try (UserKernel kernel = kernel(memory)) {
            use.accept(kernel.vfs());
        }
    }

    @Test void squashedCallersOwnEverything() throws Exception {
        undecorated(vfs -> vfs.writeString("/theirs", "x"));
        IdMap squash = IdMap.squash(1000, 77);
        try (UserKernel kernel = kernel(new IdMapFileSystem(memory, squash, squash))) {
            kernel.vfs().chmod("/", 0777);
            kernel.vfs().as(Credentials.of(77, 77)).writeString("/own", "y");
            kernel.vfs().chown("/own", 5, 6);
            assertThat(kernel.vfs().stat("/own").uid()).isEqualTo(77);
            assertThat(kernel.vfs().stat("/theirs").gid()).isEqualTo(77);
        }
        undecorated(vfs -> {
            assertThat(vfs.stat("/own").uid()).isEqualTo(1000);
            assertThat(vfs.stat("/own").gid()).isEqualTo(1000);
            assertThat(vfs.stat("/theirs").uid()).isZero();
        });
    }

    @Test void idsOutsideTheRangeAreNobodysAndCannotBeGivenAFile() throws Exception {
        undecorated(vfs -> vfs.writeString("/roots", "x"));
        IdMap range = IdMap.range(0, 100_000, 1000);
        try (UserKernel kernel = kernel(new IdMapFileSystem(memory, range, range))) {
            kernel.vfs().writeString("/own", "y");
            assertThat(kernel.vfs().stat("/own").uid()).isZero();
            assertThat(kernel.vfs().stat("/roots").uid()).isEqualTo(IdMapFileSystem.NOBODY);
            kernel.vfs().chown("/own", 999, 999);
            assertThat(failure(() -> kernel.vfs().chown("/own", 1000, 0))).isEqualTo(Errno.EINVAL);
        }
        undecorated(vfs -> assertThat(vfs.stat("/own").uid()).isEqualTo(100_999));
    }

    @Test void aFaultFailsTheOperationsThatItIsFor() throws Exception {
        var faulty = new FaultyFileSystem(memory, 1, new Fault.Failure(Fault.on(Write.class), 1, Errno.ENOSPC));
        try (UserKernel kernel = kernel(faulty)) {
            assertThat(failure(() -> kernel.vfs().writeString("/f", "x"))).isEqualTo(Errno.ENOSPC);
            assertThat(kernel.vfs().stat("/f").size()).isZero();
        }
    }

    private List<Errno> outcomes(long seed) throws IOException {
        var outcomes = new ArrayList<Errno>();
        var fault = new Fault.Failure(Fault.on(GetAttr.class, SetAttr.class), 0.5, Errno.EIO);
        try (UserKernel kernel = kernel(new FaultyFileSystem(memory, seed, fault))) {
            for (int i = 0; i < 50; i++) {
                int mode = 0700 | i % 8;
                try {
                    kernel.vfs().chmod("/", mode);
                    outcomes.add(Errno.OK);
                } catch (FuseException e) {
                    outcomes.add(e.errno());
                }
            }
        }
        return outcomes;
    }

    @Test void theSameSeedHasTheSameFaults() throws Exception {
        assertThat(outcomes(7)).isEqualTo(outcomes(7)).contains(Errno.OK, Errno.EIO).isNotEqualTo(outcomes(8));
    }

    @Test void theLogNamesEachFaultByItsOperationAndItsNumber() throws Exception {
        var faulty = new FaultyFileSystem(memory, 42,
                new Fault.Failure(op -> op instanceof Write write && write.offset() == 2, 1, Errno.ENOSPC),
                new Fault.ShortRead(_ -> true, 1));
        try (UserKernel kernel = kernel(faulty);
                OpenFile file = kernel.vfs().open("/f", OpenFlag.READ, OpenFlag.WRITE, OpenFlag.CREATE)) {
            for (int offset = 0; offset < 3; offset++) {
                int at = offset;
                failure(() -> file.write(new byte[2], at));
            }
            file.read(new byte[2], 0);
        }
        assertThat(faulty.log()).containsExactly(
                new InjectedFault(InjectedFault.Kind.FAILURE, Opcode.WRITE, 2, Errno.ENOSPC.code()),
                new InjectedFault(InjectedFault.Kind.SHORT_READ, Opcode.READ, 0, 1));
        assertThat(faulty)
                .hasToString("seed 42, 2 faults: [FAILURE WRITE #2 with ENOSPC, SHORT_READ READ #0 to 1 bytes]");
    }

    @Test void aReplayHasTheFaultsOfTheLogAndNoOthers() throws Exception {
        undecorated(vfs -> vfs.writeString("/f", "0123456789"));
        var random = new FaultyFileSystem(memory, 9,
                new Fault.Delay(Fault.on(Read.class), 0.3, Duration.ZERO, Duration.ofMillis(1)),
                new Fault.ShortRead(_ -> true, 0.5), new Fault.Failure(Fault.on(Read.class), 0.3, Errno.ENOSPC));
        List<String> outcomes = reads(random);
        var replay = FaultyFileSystem.replaying(memory, random.log());
        assertThat(reads(replay)).isEqualTo(outcomes);
        assertThat(replay.log()).isEqualTo(random.log());
        InjectedFault only = random.log().stream().filter(fault -> fault.kind() == InjectedFault.Kind.FAILURE)
                .findFirst().orElseThrow();
        assertThat(reads(FaultyFileSystem.replaying(memory, List.of(only)))).filteredOn("ENOSPC"::equals).hasSize(1);
    }

    /** What twenty reads return, or their error. */
    private List<String> reads(FuseFileSystem files) throws IOException {
        var outcomes = new ArrayList<String>();
        try (UserKernel kernel = kernel(files); OpenFile file = kernel.vfs().open("/f")) {
            for (int i = 0; i < 20; i++) {
                try {
                    outcomes.add("" + file.read(new byte[10], 0));
                } catch (FuseException e) {
                    outcomes.add(e.errno().toString());
                }
            }
        }
        return outcomes;
    }

    /** The faults of an operation do not depend on what happens between. */
    @Test void otherOperationsLeaveTheFaultsOfOneAsTheyAre() throws Exception {
        assertThat(faultsOfChmod(_ -> {})).isNotEmpty().isEqualTo(faultsOfChmod(Vfs::statfs));
    }

    private List<InjectedFault> faultsOfChmod(Consumer<Vfs> between) throws IOException {
        var faulty = new FaultyFileSystem(memory, 5, new Fault.Failure(Fault.on(SetAttr.class), 0.5, Errno.EIO));
        try (UserKernel kernel = kernel(faulty)) {
            for (int i = 0; i < 20; i++) {
                failure(() -> kernel.vfs().chmod("/", 0700));
                between.accept(kernel.vfs());
            }
        }
        return faulty.log();
    }

    /** The kernel ignores their errors: the filesystem would leak. */
    @Test void faultsNeverSwallowForgetAndRelease() throws Exception {
        long before = free();
        var faulty = new FaultyFileSystem(memory, 1,
                new Fault.Failure(op -> op instanceof Forget || op instanceof Release, 1, Errno.EIO));
        try (UserKernel kernel = kernel(faulty)) {
            kernel.vfs().writeString("/f", "x");
            kernel.vfs().unlink("/f");
            kernel.assertNothingLeaked();
        }
        assertThat(free()).isEqualTo(before);
    }

    @Test void aReadIsShort() throws Exception {
        undecorated(vfs -> vfs.writeString("/f", "0123456789"));
        var faulty = new FaultyFileSystem(memory, 3, new Fault.ShortRead(_ -> true, 1));
        try (UserKernel kernel = kernel(faulty); OpenFile file = kernel.vfs().open("/f")) {
            byte[] bytes = new byte[10];
            int read = file.read(bytes, 0);
            assertThat(read).isBetween(1, 9);
            assertThat("0123456789").startsWith(new String(bytes, 0, read, UTF_8));
        }
    }

    @Test void anOperationIsDelayed() throws Exception {
        var faulty = new FaultyFileSystem(memory, 1,
                new Fault.Delay(Fault.on(SetAttr.class), 1, Duration.ofMillis(30), Duration.ofMillis(40)));
        try (UserKernel kernel = kernel(faulty)) {
            long start = System.nanoTime();
            kernel.vfs().chmod("/", 0700);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(30));
        }
    }

    @Test void theEndOfASessionEndsADelay() throws Exception {
        var faulty = new FaultyFileSystem(memory, 1,
                new Fault.Delay(Fault.on(SetAttr.class), 1, Duration.ofHours(1), Duration.ofHours(1)));
        var ended = new CountDownLatch(1);
        FuseFileSystem watched = new FilterFileSystem(faulty) {
            @Override public Attr setattr(SetAttr op) throws IOException, InterruptedException {
                try {
                    return super.setattr(op);
                } finally {
                    ended.countDown();
                }
            }
        };
        try (UserKernel kernel = UserKernel.connect("mem:", watched)) {
            Thread caller = Thread.startVirtualThread(() -> failure(() -> kernel.vfs().chmod("/", 0700)));
            await().until(() -> kernel.server().statistics().running() == 1);
            kernel.server().close();
            assertThat(ended.getCount()).as("handlers that run when the session has ended").isZero();
            assertThat(caller.join(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test void aLayerIsObserved() throws Exception {
        Queue<String> events = new ConcurrentLinkedQueue<>();
        FuseFileSystem observed = new ReadOnlyFileSystem(new ObservedFileSystem(memory, new ServerListener() {
            @Override public RequestListener started(ObservedRequest request) {
                Opcode operation = request.operation();
                return (error, nanos, bytes) -> events
                        .add(operation + " " + error + " " + bytes + (nanos > 0 ? "" : " without time"));
            }
        }));
        undecorated(vfs -> vfs.writeString("/f", "0123456789"));
        try (UserKernel kernel = kernel(observed)) {
            kernel.vfs().readString("/f");
            assertThat(failure(() -> kernel.vfs().writeString("/f", "x"))).isEqualTo(Errno.EROFS);
            assertThat(failure(() -> kernel.vfs().stat("/g"))).isEqualTo(Errno.ENOENT);
        }
        assertThat(events).contains("LOOKUP OK 0", "READ OK 10", "RELEASE OK 0", "FORGET OK 0")
                .noneMatch(event -> event.startsWith("WRITE"));
    }

    private void trees() throws IOException {
        undecorated(vfs -> {
            vfs.mkdir("/a");
            vfs.mkdir("/a/b");
            vfs.writeString("/a/b/inner", "in");
            vfs.writeString("/outer", "out");
            vfs.symlink("/a/b", "/link");
        });
    }

    @Test void aSubdirectoryIsServedAsTheRoot() throws Exception {
        trees();
        try (UserKernel kernel = kernel(new SubdirectoryFileSystem(memory, "/a/b/"))) {
            Vfs vfs = kernel.vfs();
            assertThat(vfs.readString("/inner")).isEqualTo("in");
            assertThat(vfs.readString("/../../inner")).isEqualTo("in");
            assertThat(failure(() -> vfs.stat("/outer"))).isEqualTo(Errno.ENOENT);
            vfs.mkdir("/d");
            vfs.rename("/inner", "/d/moved");
            vfs.rename("/d/moved", "/back");
            vfs.chmod("/", 0750);
            kernel.assertNothingLeaked();
        }
        undecorated(vfs -> {
            assertThat(vfs.readString("/a/b/back")).isEqualTo("in");
            assertThat(vfs.stat("/a/b").mode() & 07777).isEqualTo(0750);
        });
    }

    @Test void aSubdirectoryIsForgottenAtTheEndOfTheSession() throws Exception {
        trees();
        for (int i = 0; i < 3; i++) {
            kernel(new SubdirectoryFileSystem(memory, "a/b")).close();
        }
        long before = free();
        undecorated(vfs -> {
            vfs.unlink("/a/b/inner");
            vfs.rmdir("/a/b");
        });
        assertThat(free()).isEqualTo(before + 2);
    }

    /** The inodes that are free: those of files without names are, once they are forgotten. */
    private long free() {
        return memory.statfs(StatFs.of(1)).ffree();
    }

    @Test void aSessionNeedsItsSubdirectory() throws Exception {
        trees();
        for (String path : List.of("a/c", "outer", "link", "a/b/inner/x")) {
            assertThatThrownBy(() -> UserKernel.connect("mem:", new SubdirectoryFileSystem(memory, path)))
                    .as(path).isInstanceOfAny(IOException.class, FuseException.class);
        }
        assertThatThrownBy(() -> new SubdirectoryFileSystem(memory, "a/../b"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test void notificationsReachTheNodesOfASubdirectory() throws Exception {
        trees();
        Queue<Session> sessions = new ConcurrentLinkedQueue<>();
        FuseFileSystem notifying = new FilterFileSystem(memory) {
            @Override public void init(InitNegotiation negotiation) throws IOException, InterruptedException {
                sessions.add(negotiation.session());
                super.init(negotiation);
            }
        };
        try (UserKernel kernel = kernel(new SubdirectoryFileSystem(notifying, "a/b"))) {
            Session session = sessions.element();
            Queue<String> lines = new ConcurrentLinkedQueue<>();
            kernel.vfs().stat("/inner");
            long root = memory.lookup(Lookup.of(1, Name.of("a"))).node();
            long sub = memory.lookup(Lookup.of(root, Name.of("b"))).node();
            assertThat(session.notifier().invalidateEntry(sub, Name.of("inner"))).isEqualTo(Errno.OK);
            session.traceTo(lines::add);
            kernel.vfs().stat("/inner");
            session.stopTrace();
            assertThat(lines).anyMatch(line -> line.contains("LOOKUP") && line.contains("node=1 "));
            memory.forget(Forget.of(root, 1));
            memory.forget(Forget.of(sub, 1));
        }
    }
}
