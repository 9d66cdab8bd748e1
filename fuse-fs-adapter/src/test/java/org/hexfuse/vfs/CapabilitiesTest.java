package org.hexfuse.vfs;

import static org.hexfuse.vfs.FuseAssertions.assertFails;

import org.hexfuse.vfs.cache.CacheClock;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.cache.InodeTable;
import org.hexfuse.vfs.lock.DirectoryLocks;
import org.hexfuse.vfs.mount.Superblock;
import org.hexfuse.vfs.notify.PollTable;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.hexfuse.abi.BmapIn;
import org.hexfuse.abi.BmapOut;
import org.hexfuse.abi.CopyFileRangeIn;
import org.hexfuse.abi.CopyFileRangeOut;
import org.hexfuse.abi.CreateIn;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenIn;
import org.hexfuse.abi.SetattrFlag;
import org.hexfuse.abi.SetattrIn;
import org.hexfuse.abi.StatxData;
import org.hexfuse.abi.StatxIn;
import org.hexfuse.abi.StatxOut;
import org.hexfuse.abi.SxTime;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.device.Request;
import org.hexfuse.vfs.StandInServer.Node;
import org.hexfuse.posix.Timespec;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What INIT negotiated or ENOSYS showed, and the requests that follow from it. */
class CapabilitiesTest {
    private final StandInServer server = new StandInServer();
    private final Node file = server.file(server.root, "f");

    private Vfs vfs() {
        return Vfs.mount(server, VfsOptions.DEFAULT);
    }

    @Nested class Creation {
        private final List<String> extensions = new ArrayList<>();
        private final Vfs user = vfs().as(Credentials.of(1000, 1000).withGroups(Set.of(77, 88)));

        private void make() {
            for (Opcode opcode : List.of(Opcode.MKNOD, Opcode.MKDIR, Opcode.SYMLINK, Opcode.CREATE, Opcode.TMPFILE)) {
                server.answers.put(opcode, request -> {
                    int units = InHeader.TOTAL_EXTLEN.getUnsigned(request.head(), 0);
                    byte[] tail = request.head().asSlice(request.headSize() - 8L * units, 8L * units)
                            .toArray(JAVA_BYTE);
                    extensions.add(opcode + " " + HexFormat.of().formatHex(tail));
                    throw FuseException.of(Errno.EDQUOT);
                });
            }
            assertFails(Errno.EDQUOT, () -> user.mknod("/a", 0100644, 0));
            assertFails(Errno.EDQUOT, () -> user.mkdir("/a"));
            assertFails(Errno.EDQUOT, () -> user.symlink("x", "/a"));
            assertFails(Errno.EDQUOT, () -> user.open("/a", OpenFlag.CREATE, OpenFlag.WRITE));
            assertFails(Errno.EDQUOT, () -> user.tmpfile("/", 0600));
        }

        private void assertAll(String tail) {
            make();
            assertThat(extensions).containsExactly("MKNOD " + tail, "MKDIR " + tail, "SYMLINK " + tail,
                    "CREATE " + tail, "TMPFILE " + tail);
        }

        @Test void carriesNoExtensionThatWasNotNegotiated() {
            server.root.gid = 77;
            user.stat("/");
            assertAll("");
        }

        @Test void carriesAnEmptyListOfSecurityContexts() {
            server.flags |= InitFlag.SECURITY_CTX.mask();
            assertAll("0800000000000000");
        }

        @Test void carriesTheDirectorysGroupIfItIsASupplementaryGroup() {
            server.flags |= InitFlag.CREATE_SUPP_GROUP.mask();
            server.root.gid = 77;
            user.stat("/");
            assertAll("1000000020000000" + "010000004d000000");
        }

        @ParameterizedTest
        @ValueSource(ints = {1000, 99, -1}) void carriesNeitherTheCallersGroupNorAForeignOne(int group) {
            server.flags |= InitFlag.CREATE_SUPP_GROUP.mask();
            server.root.gid = group;
            user.stat("/");
            assertAll("");
        }

        @Test void carriesBothContextsFirst() {
            server.flags |= InitFlag.CREATE_SUPP_GROUP.mask() | InitFlag.SECURITY_CTX.mask();
            server.root.gid = 88;
            user.stat("/");
            assertAll("0800000000000000" + "1000000020000000" + "0100000058000000");
        }
    }

    @Nested class MappedIds {
        private final List<String> callers = new ArrayList<>();

        private void noting(Opcode opcode) {
            var before = server.answers.get(opcode);
            server.answers.put(opcode, request -> {
                callers.add(opcode + " " + InHeader.UID.get(request.head()) + " " + InHeader.GID.get(request.head()));
                if (before != null) {
                    return before.to(request);
                }
                throw FuseException.of(Errno.EDQUOT);
            });
        }

        @Test void areCarriedByCreatingRequestsOnly() {
            server.flags |= InitFlag.ALLOW_IDMAP.mask();
            Vfs user = vfs().as(Credentials.of(1000, 1001));
            for (Opcode opcode : List.of(Opcode.UNLINK, Opcode.MKDIR, Opcode.CREATE, Opcode.RENAME2)) {
                noting(opcode);
            }
            assertFails(Errno.EDQUOT, () -> user.unlink("/f"));
            assertFails(Errno.EDQUOT, () -> user.mkdir("/d"));
            assertFails(Errno.EDQUOT, () -> user.open("/g", OpenFlag.CREATE, OpenFlag.WRITE));
            assertFails(Errno.EDQUOT, () -> user.rename("/f", "/g", 1));
            assertFails(Errno.EDQUOT, () -> user.rename("/f", "/g", 4));
            assertThat(callers).containsExactly("UNLINK -1 -1", "MKDIR 1000 1001", "CREATE 1000 1001",
                    "RENAME2 -1 -1", "RENAME2 1000 1001");
        }

        @Test void areCarriedByAllRequestsWithoutAllowIdmap() {
            Vfs user = vfs().as(Credentials.of(1000, 1001));
            noting(Opcode.UNLINK);
            assertFails(Errno.EDQUOT, () -> user.unlink("/f"));
            assertThat(callers).containsExactly("UNLINK 1000 1001");
        }
    }

    @Nested class Directories {
        /** How many of two lookups are in flight at once. */
        private int atOnce(String first, String second) throws InterruptedException {
            var inside = new AtomicInteger();
            var most = new AtomicInteger();
            var both = new CountDownLatch(2);
            Vfs vfs = vfs();
            server.answers.put(Opcode.LOOKUP, request -> {
                String name = StandInServer.name(request);
                if (name.equals("d") || name.equals("e")) {
                    return server.entry(request, server.root.children.get(name));
                }
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                both.countDown();
                try {
                    boolean _ = both.await(150, TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                } finally {
                    inside.decrementAndGet();
                }
                throw FuseException.of(Errno.ENOENT);
            });
            server.directory(server.root, "d");
            server.directory(server.root, "e");
            Thread one = Thread.ofPlatform().start(() -> vfs.exists(first));
            Thread two = Thread.ofPlatform().start(() -> vfs.exists(second));
            assertThat(one.join(Duration.ofSeconds(20))).isTrue();
            assertThat(two.join(Duration.ofSeconds(20))).isTrue();
            return most.get();
        }

        @Test void areLookedUpInParallelWithParallelDirops() throws InterruptedException {
            assertThat(atOnce("/d/x", "/d/y")).isEqualTo(2);
        }

        @Test void areLockedWithoutParallelDirops() throws InterruptedException {
            server.flags &= ~InitFlag.PARALLEL_DIROPS.mask();
            assertThat(atOnce("/d/x", "/d/y")).isEqualTo(1);
        }

        @Test void doNotBlockEachOther() throws InterruptedException {
            server.flags &= ~InitFlag.PARALLEL_DIROPS.mask();
            assertThat(atOnce("/d/x", "/e/y")).isEqualTo(2);
        }

        @Test void aWaiterForTheLockCanBeInterrupted() throws Exception {
            server.flags &= ~InitFlag.PARALLEL_DIROPS.mask();
            var locks = new DirectoryLocks(server);
            var directory = new InodeTable(CacheLimits.NONE, CacheClock.SYSTEM).root();
            locks.locked(directory, () -> {
                Thread waiting = Thread.ofPlatform().unstarted(() -> assertFails(Errno.EINTR,
                        () -> locks.locked(directory, () -> {
                            throw new AssertionError("the lock was held");
                        })));
                var failure = new Throwable[1];
                waiting.setUncaughtExceptionHandler((_, e) -> failure[0] = e);
                waiting.start();
                waiting.interrupt();
                try {
                    assertThat(waiting.join(Duration.ofSeconds(20))).isTrue();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                assertThat(failure[0]).isNull();
                return 0;
            });
            assertThat(locks.locked(directory, () -> 5)).isEqualTo(5);
        }
    }

    @Nested class Birth {
        private final List<Integer> masks = new ArrayList<>();
        private int mask = 0xFFF;
        private int mode = 0100600;
        private long size = 12;

        private int answer(Request request) {
            masks.add(StatxIn.SX_MASK.get(request.arguments()));
            MemorySegment out = request.reply();
            out.asSlice(0, StatxOut.SIZE).fill((byte) 0);
            long base = StatxOut.STAT.offset();
            StatxOut.ATTR_VALID.set(out, 60);
            StatxData.MASK.set(out, base, mask);
            StatxData.MODE.set(out, base, (short) mode);
            StatxData.SIZE_FIELD.set(out, base, size);
            StatxData.RDEV_MAJOR.set(out, base, 8);
            StatxData.RDEV_MINOR.set(out, base, 0x101);
            SxTime.TV_SEC.set(out, base + StatxData.BTIME.offset(), -5);
            SxTime.TV_NSEC.set(out, base + StatxData.BTIME.offset(), 6);
            return StatxOut.SIZE;
        }

        @Test void isRequestedByStatx() {
            server.answers.put(Opcode.STATX, this::answer);
            Vfs vfs = vfs();
            assertThat(vfs.btime("/f")).contains(new Timespec(-5, 6));
            assertThat(masks).containsExactly(0xFFF);
        }

        @Test void comesWithAttributesThatAreCached() {
            server.answers.put(Opcode.STATX, this::answer);
            Vfs vfs = vfs();
            server.entrySeconds = 60;
            assertThat(vfs.btime("/f")).isPresent();
            assertThat(vfs.stat("/f").size()).isEqualTo(12);
            assertThat(vfs.stat("/f").rdev()).isEqualTo(0x1 | 8 << 8 | 0x100 << 12);
            assertThat(server.count(Opcode.GETATTR)).isZero();
        }

        @Test void isAbsentWithoutItsBitInTheMask() {
            mask = 0x7FF;
            server.answers.put(Opcode.STATX, this::answer);
            assertThat(vfs().btime("/f")).isEmpty();
        }

        @Test void isNotRequestedAgainAfterEnosys() {
            Vfs vfs = vfs();
            assertThat(vfs.btime("/f")).isEmpty();
            assertThat(vfs.btime("/f")).isEmpty();
            assertThat(server.count(Opcode.STATX)).isEqualTo(1);
        }

        @ParameterizedTest
        @CsvSource({"16832,12", "0,12", "33152,-1"}) void ofAnotherTypeMakesTheInodeBad(int otherMode,
                long otherSize) {
            mode = otherMode;
            size = otherSize;
            server.answers.put(Opcode.STATX, this::answer);
            Vfs vfs = vfs();
            assertFails(Errno.EIO, () -> vfs.btime("/f"));
        }
    }

    @Nested class Copies {
        private final List<Long> lengths = new ArrayList<>();

        private int answer(Request request, long copied) {
            lengths.add(CopyFileRangeIn.LEN.get(request.arguments()));
            if (request.opcode() == Opcode.COPY_FILE_RANGE_64) {
                CopyFileRangeOut.BYTES_COPIED.set(request.reply(), copied);
                return CopyFileRangeOut.SIZE;
            }
            WriteOut.SIZE_FIELD.set(request.reply(), (int) copied);
            return WriteOut.SIZE;
        }

        private long copy(Vfs vfs) {
            file.size = 1L << 40;
            server.file(server.root, "target");
            try (OpenFile from = vfs.open("/f"); OpenFile to = vfs.open("/target", OpenFlag.WRITE)) {
                return from.copyFileRange(to, 0, 0, 1L << 41);
            }
        }

        @Test void haveALengthOf64Bits() {
            server.answers.put(Opcode.COPY_FILE_RANGE_64, request -> answer(request, 1L << 39));
            assertThat(copy(vfs())).isEqualTo(1L << 39);
            assertThat(lengths).containsExactly(1L << 40);
        }

        @Test void haveALengthOf32BitsAfterEnosys() {
            server.answers.put(Opcode.COPY_FILE_RANGE, request -> answer(request, 7));
            Vfs vfs = vfs();
            assertThat(copy(vfs)).isEqualTo(7);
            assertThat(copy(vfs)).isEqualTo(7);
            assertThat(lengths).containsExactly(0xFFFFF000L, 0xFFFFF000L);
            assertThat(server.count(Opcode.COPY_FILE_RANGE_64)).isEqualTo(1);
        }

        @Test void areReadAndWrittenIfTheServerSupportsNeither() {
            server.answers.put(Opcode.READ, _ -> {
                throw FuseException.of(Errno.EDQUOT);
            });
            Vfs vfs = vfs();
            assertFails(Errno.EDQUOT, () -> copy(vfs));
            assertFails(Errno.EDQUOT, () -> copy(vfs));
            assertThat(server.count(Opcode.COPY_FILE_RANGE)).isEqualTo(1);
        }

        @ParameterizedTest
        @ValueSource(longs = {(1L << 40) + 1, -1}) void ofMoreThanWasRequestedAreEio(long copied) {
            server.answers.put(Opcode.COPY_FILE_RANGE_64, request -> answer(request, copied));
            Vfs vfs = vfs();
            assertFails(Errno.EIO, () -> copy(vfs));
        }
    }

    @Nested class BlockDevices {
        private final VfsOptions onDevice = VfsOptions.DEFAULT.withBlockDevice(512);

        @Test void mapBlocks() {
            server.answers.put(Opcode.BMAP, request -> {
                assertThat(BmapIn.BLOCKSIZE.get(request.arguments())).isEqualTo(512);
                BmapOut.BLOCK.set(request.reply(), 1000 + BmapIn.BLOCK.get(request.arguments()));
                return BmapOut.SIZE;
            });
            try (OpenFile open = Vfs.mount(server, onDevice).open("/f")) {
                assertThat(open.bmap(5)).isEqualTo(1005);
            }
            try (OpenFile open = vfs().open("/f")) {
                assertThat(open.bmap(5)).isZero();
            }
            assertThat(server.count(Opcode.BMAP)).isEqualTo(1);
        }

        @Test void getNoBmapAfterEnosys() {
            try (OpenFile open = Vfs.mount(server, onDevice).open("/f")) {
                assertThat(open.bmap(5)).isZero();
                assertThat(open.bmap(5)).isZero();
            }
            assertThat(server.count(Opcode.BMAP)).isEqualTo(1);
        }

        @Test void getDestroyAtUnmount() {
            new Superblock(server, new DentryCache(1, CacheClock.SYSTEM), new PollTable(), onDevice).destroy();
            new Superblock(server, new DentryCache(1, CacheClock.SYSTEM), new PollTable(), VfsOptions.DEFAULT)
                    .destroy();
            assertThat(server.count(Opcode.DESTROY)).isEqualTo(1);
        }

        @Test void haveFilesReleasedBeforeCloseReturns() {
            server.fail(Opcode.RELEASE, Errno.EIO);
            Vfs.mount(server, onDevice).open("/f").close();
            assertThat(server.count(Opcode.RELEASE)).isEqualTo(1);
            assertThat(file.size).isZero();
        }
    }

    @Nested class Privileges {
        private final List<String> flags = new ArrayList<>();

        private void open(Credentials who, OpenFlag... how) {
            Vfs vfs = vfs().as(who);
            server.answers.put(Opcode.OPEN, request -> {
                flags.add("open " + OpenIn.OPEN_FLAGS.get(request.arguments()));
                return StandInServer.opened(request, 0, 7, 0);
            });
            server.answers.put(Opcode.CREATE, request -> {
                flags.add("create " + CreateIn.OPEN_FLAGS.get(request.arguments()));
                throw FuseException.of(Errno.EDQUOT);
            });
            vfs.open("/f", how).close();
            assertFails(Errno.EDQUOT, () -> vfs.open("/g", Stream.concat(Stream.of(OpenFlag.CREATE),
                    Stream.of(how)).toArray(OpenFlag[]::new)));
        }

        @Test void areKilledByAnOpenThatTruncatesWithKillprivV2() {
            server.flags |= InitFlag.HANDLE_KILLPRIV_V2.mask();
            open(Credentials.of(1000, 1000), OpenFlag.WRITE, OpenFlag.TRUNCATE);
            open(Credentials.of(1000, 1000), OpenFlag.WRITE);
            open(Credentials.ROOT, OpenFlag.WRITE, OpenFlag.TRUNCATE);
            assertThat(flags).containsExactly("open 1", "create 1", "open 0", "create 0", "open 0", "create 0");
        }

        @Test void areKilledByEveryChangeOfTheSizeWithKillprivV2() {
            server.flags |= InitFlag.HANDLE_KILLPRIV_V2.mask();
            var kills = new ArrayList<Boolean>();
            server.answers.put(Opcode.SETATTR, request -> {
                kills.add(SetattrFlag.KILL_SUIDGID.in(SetattrIn.VALID.get(request.arguments())));
                return server.attributes(request, file);
            });
            vfs().as(Credentials.of(1000, 1000)).truncate("/f", 5);
            try (OpenFile open = vfs().as(Credentials.of(1000, 1000)).open("/f", OpenFlag.WRITE)) {
                open.truncate(6);
            }
            vfs().truncate("/f", 7);
            vfs().as(Credentials.of(1000, 1000)).chmod("/f", 0600);
            assertThat(kills).containsExactly(true, true, false, false);
        }

        @Test void setNoFlagWithoutKillprivV2() {
            open(Credentials.of(1000, 1000), OpenFlag.WRITE, OpenFlag.TRUNCATE);
            assertThat(flags).containsExactly("open 0", "create 0");
        }

        @Test void areNotCarriedByRelease() {
            var users = new ArrayList<Integer>();
            server.answers.put(Opcode.RELEASE, request -> {
                users.add(InHeader.UID.get(request.head()));
                return 0;
            });
            vfs().as(Credentials.of(1000, 1000)).open("/f").close();
            assertThat(users).containsExactly(0);
        }
    }
}
