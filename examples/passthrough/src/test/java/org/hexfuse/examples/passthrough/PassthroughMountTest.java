package org.hexfuse.examples.passthrough;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.LockCalls;
import org.hexfuse.libc.Syscalls;
import org.hexfuse.posix.AccessControlList;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Read;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.testkit.posix.LibcClient;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.PosixFile;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.OpenFlag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A mirrored directory that the running kernel has mounted. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class PassthroughMountTest {
    private static final Credentials ALICE = Credentials.of(1001, 1001).withUmask(027);
    private static final int PROJECT = 2000;

    @TempDir private Path backing;
    private PassthroughFileSystem fileSystem;
    private RunningKernel kernel;
    private Path point;

    @BeforeEach void allowAll() throws IOException {
        Files.setPosixFilePermissions(backing, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    @AfterEach void unmount() throws IOException {
        try {
            if (kernel != null) {
                kernel.close();
            }
        } finally {
            if (fileSystem != null) {
                fileSystem.close();
            }
        }
        assertThat(OpenFilesOf.directory(backing)).isEmpty();
    }

    private void mount(String... options) throws Exception {
        mount(PassthroughFileSystem.of(backing, PassthroughOptions.of(options)));
    }

    private void mount(PassthroughFileSystem mirror) throws Exception {
        fileSystem = mirror;
        kernel = RunningKernel.mountForContract(fileSystem);
        point = kernel.path();
    }

    private Object attribute(String name, String attribute) throws IOException {
        return Files.getAttribute(backing.resolve(name), "unix:" + attribute, LinkOption.NOFOLLOW_LINKS);
    }

    private void belongsTo(String name, int uid, int gid, int permissions) throws IOException {
        assertThat(attribute(name, "uid")).isEqualTo(uid);
        assertThat(attribute(name, "gid")).isEqualTo(gid);
        assertThat((int) attribute(name, "mode") & 07777).isEqualTo(permissions);
    }

    @Test void whatAUserMakesBelongsToTheUser() throws Exception {
        mount();
        try (var root = new LibcClient(point); PosixClient alice = root.as(ALICE)) {
            alice.create("/f").close();
            alice.mkdir("/d", 0777);
            alice.symlink("f", "/s");
            alice.mknod("/p", FileType.FIFO.mode() | 0666, 0);
            try (PosixFile unnamed = alice.tmpfile("/d", 0666)) {
                alice.link(unnamed, "/named");
            }
            root.create("/rootsfile").close();
            alice.create("/d/again").close();
        }
        belongsTo("f", 1001, 1001, 0640);
        belongsTo("d", 1001, 1001, 0750);
        belongsTo("s", 1001, 1001, 0777);
        belongsTo("p", 1001, 1001, 0640);
        belongsTo("named", 1001, 1001, 0640);
        belongsTo("rootsfile", 0, 0, 0644);
        belongsTo("d/again", 1001, 1001, 0640);
    }

    @Test void aDirectoryOfAGroupGivesItsGroup() throws Exception {
        Path shared = Files.createDirectory(backing.resolve("shared"));
        Files.setAttribute(shared, "unix:gid", PROJECT);
        Files.setAttribute(shared, "unix:mode", 02777);
        mount();
        try (var root = new LibcClient(point); PosixClient member = root.as(ALICE.withGroups(Set.of(PROJECT)));
                PosixClient other = root.as(ALICE)) {
            member.mkdir("/shared/d", 0777);
            member.open("/shared/f", 02775, OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.EXCLUSIVE).close();
            other.open("/shared/g", 02775, OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.EXCLUSIVE).close();
        }
        belongsTo("shared/d", 1001, PROJECT, 02750);
        belongsTo("shared/f", 1001, PROJECT, 02750);
        belongsTo("shared/g", 1001, PROJECT, 0750);
    }

    @Test void aDefaultListWinsOverTheUmask() throws Exception {
        mount();
        try (var root = new LibcClient(point); PosixClient alice = root.as(ALICE.withUmask(077))) {
            root.mkdir("/d", 0777);
            root.setxattr("/d", AccessControlList.DEFAULT.toString(), AccessControlList.ofMode(0775).toBytes(), 0);
            root.chmod("/d", 0777);
            alice.create("/d/f").close();
            alice.mkdir("/d/d", 0777);
            alice.create("/plain").close();
        }
        belongsTo("d/f", 1001, 1001, 0664);
        belongsTo("d/d", 1001, 1001, 0775);
        belongsTo("plain", 1001, 1001, 0600);
    }

    @Test void onlyTheKernelsPermissionsCount() throws Exception {
        Path closed = Files.createDirectory(backing.resolve("closed"));
        Files.writeString(closed.resolve("f"), "secret");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        mount();
        try (var root = new LibcClient(point); PosixClient alice = root.as(ALICE)) {
            assertThatThrownBy(() -> alice.open("/closed/f")).hasMessageContaining("EACCES");
            assertThatThrownBy(() -> alice.mkdir("/closed/d", 0777)).hasMessageContaining("EACCES");
            assertThatThrownBy(() -> alice.mknod("/dev", FileType.BLOCK_DEVICE.mode() | 0666, 0x0801))
                    .hasMessageContaining("EPERM");
            assertThat(root.stat("/closed/f").size()).isEqualTo(6);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cache=auto", "cache=auto&backing=off", "cache=never", "cache=always", "writeback",
        "cache=never&direct", "handles=off"}) void dataArrivesByEachWay(String options) throws Exception {
        mount(options);
        byte[] data = new byte[3_000_001];
        new Random(7).nextBytes(data);
        Path file = point.resolve("f");
        Files.write(file, data);
        assertThat(Files.readAllBytes(backing.resolve("f"))).isEqualTo(data);
        assertThat(Files.readAllBytes(file)).isEqualTo(data);
        try (FileChannel open = FileChannel.open(file, READ, WRITE)) {
            var map = open.map(FileChannel.MapMode.READ_WRITE, 1_000_000, 10);
            map.put(0, (byte) (data[1_000_000] + 1));
            map.force();
            open.truncate(2_000_000);
            open.force(true);
        }
        byte[] now = Files.readAllBytes(backing.resolve("f"));
        assertThat(now).hasSize(2_000_000);
        assertThat(now[1_000_000]).isEqualTo((byte) (data[1_000_000] + 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cache=auto", "backing=off", "cache=never", "writeback"}) void appendsToTheEnd(
            String options) throws Exception {
        mount(options);
        Path file = Files.createFile(point.resolve("f"));
        try (FileChannel one = FileChannel.open(file, APPEND); FileChannel other = FileChannel.open(file, APPEND)) {
            for (int i = 0; i < 50; i++) {
                one.write(ByteBuffer.wrap("one\n".getBytes(UTF_8)));
                other.write(ByteBuffer.wrap("two\n".getBytes(UTF_8)));
            }
        }
        assertThat(Files.readString(backing.resolve("f"))).isEqualTo("one\ntwo\n".repeat(50));
    }

    @Test void aFileThatIsOpenForWritingOnlyIsWrittenInPartWithWriteback() throws Exception {
        Files.writeString(backing.resolve("f"), "0123456789");
        mount("writeback");
        try (FileChannel open = FileChannel.open(point.resolve("f"), WRITE)) {
            open.write(ByteBuffer.wrap("ab".getBytes(UTF_8)), 3);
        }
        assertThat(Files.readString(backing.resolve("f"))).isEqualTo("012ab56789");
    }

    @Test void withoutACacheChangesAreSeenAtOnce() throws Exception {
        Files.writeString(backing.resolve("f"), "old");
        mount("cache=never");
        try (FileChannel open = FileChannel.open(point.resolve("f"), READ)) {
            assertThat(Files.readString(point.resolve("f"))).isEqualTo("old");
            Files.writeString(backing.resolve("f"), "changed");
            ByteBuffer data = ByteBuffer.allocate(100);
            assertThat(open.read(data, 0)).isEqualTo(7);
            assertThat(Files.size(point.resolve("f"))).isEqualTo(7);
            Files.delete(backing.resolve("f"));
            assertThatThrownBy(() -> Files.size(point.resolve("f"))).isInstanceOf(NoSuchFileException.class);
            Files.writeString(backing.resolve("g"), "new");
            assertThat(Files.readString(point.resolve("g"))).isEqualTo("new");
        }
    }

    @Test void changesAreSeenAfterTheTimeout() throws Exception {
        Files.writeString(backing.resolve("f"), "old");
        mount("timeout=100ms", "backing=off");
        assertThat(Files.readString(point.resolve("f"))).isEqualTo("old");
        Files.writeString(backing.resolve("f"), "changed");
        await().atMost(5, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(Files.readString(point.resolve("f"))).isEqualTo("changed"));
    }

    /** A root whose files count the reads that come here. */
    private static final class Counting extends PassthroughNode {
        private final AtomicInteger reads;

        Counting(BackingInode inode, AtomicInteger reads) {
            super(inode);
            this.reads = reads;
        }

        @Override protected PassthroughNode newChild(BackingInode child) {
            return new Counting(child, reads);
        }

        @Override protected PassthroughFile newFile(BackingFile file) {
            return new PassthroughFile(file) {
                @Override public void read(Read op, DataReply out) throws IOException, InterruptedException {
                    reads.incrementAndGet();
                    super.read(op, out);
                }

                @Override protected boolean mayBeBackingFile() {
                    return true;
                }
            };
        }
    }

    private int readsOfAFile(String options) throws Exception {
        var reads = new AtomicInteger();
        Files.write(backing.resolve("f"), new byte[100_000]);
        BackingInode root = PassthroughFileSystem.root(backing, PassthroughOptions.of(options));
        mount(new PassthroughFileSystem(new Counting(root, reads)));
        assertThat(Files.readAllBytes(point.resolve("f"))).hasSize(100_000);
        return reads.get();
    }

    @Test void theKernelReadsBackingFilesItself() throws Exception {
        int reads = readsOfAFile("backing=auto");
        boolean offered = ((PassthroughNode) fileSystem.root()).inode().mirror().sessions().iterator().next()
                .has(InitFlag.PASSTHROUGH);
        assumeTrue(offered, "a kernel without passthrough");
        assertThat(reads).isZero();
    }

    @Test void withoutBackingFilesReadsComeHere() throws Exception {
        assertThat(readsOfAFile("backing=off")).isPositive();
    }

    @Test void aKernelForgetsFilesWhenThereAreNoDescriptorsLeft() throws Exception {
        for (int i = 0; i < 1500; i++) {
            Files.writeString(backing.resolve("f" + i), Integer.toString(i));
        }
        mount("handles=off", "descriptors=256", "timeout=60s");
        for (int i = 0; i < 1500; i++) {
            assertThat(readPatiently("f" + i)).isEqualTo(Integer.toString(i));
            assertThat(fileSystem.descriptors()).isLessThanOrEqualTo(256);
        }
    }

    /** While the kernel is asked to forget files there may be none left for a moment. */
    private String readPatiently(String name) throws Exception {
        for (int i = 0; i < 500; i++) {
            try {
                return Files.readString(point.resolve(name));
            } catch (FileSystemException e) {
                assertThat(e).hasMessageContaining(Errno.ENFILE.message());
                Thread.sleep(10);
            }
        }
        throw new AssertionError("no descriptor for " + name);
    }

    @Test void locksAreSeenByOtherProgramsIfAsked() throws Exception {
        Files.writeString(backing.resolve("f"), "0123456789");
        mount("locks=backing");
        LockCalls.RecordLock write = new LockCalls.RecordLock(1, 2, 3, 0);
        try (Fd other = Fd.open(backing.resolve("f").toString(), OpenFlags.RDWR)) {
            try (Fd open = Fd.open(point.resolve("f").toString(), OpenFlags.RDWR)) {
                LockCalls.set(open, write);
                assertThat(LockCalls.get(other, new LockCalls.RecordLock(0, 0, 0, 0)))
                        .extracting("type", "start", "length").containsExactly(1, 2L, 3L);
                assertThatThrownBy(() -> LockCalls.set(other, write)).isInstanceOfSatisfying(LibcException.class,
                        e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN));
                LockCalls.flock(open, LockCalls.LOCK_EX);
                assertThatThrownBy(() -> LockCalls.flock(other, LockCalls.LOCK_EX | LockCalls.LOCK_NB))
                        .isInstanceOf(LibcException.class);
            }
            await().atMost(5, TimeUnit.SECONDS).ignoreExceptions().until(() -> {
                LockCalls.set(other, write);
                LockCalls.flock(other, LockCalls.LOCK_EX | LockCalls.LOCK_NB);
                return true;
            });
            waitsUntilUnlocked(other, write);
        }
    }

    /** The other way round: a program on the mount waits until the other one unlocks. */
    private void waitsUntilUnlocked(Fd other, LockCalls.RecordLock lock) throws Exception {
        Thread waiter = Thread.ofPlatform().start(() -> {
            try (Fd again = Fd.open(point.resolve("f").toString(), OpenFlags.RDWR)) {
                LockCalls.setlkw(again, lock);
            } catch (LibcException e) {
                throw new IllegalStateException(e);
            }
        });
        waiter.join(100);
        assertThat(waiter.isAlive()).isTrue();
        LockCalls.set(other, new LockCalls.RecordLock(2, 0, 0, 0));
        waiter.join(5000);
        assertThat(waiter.isAlive()).isFalse();
    }

    @Test void directIoReachesTheFile() throws Exception {
        mount("direct", "backing=off");
        Path file = Files.write(point.resolve("f"), new byte[8192]);
        try (Fd open = Fd.open(file.toString(), OpenFlags.RDWR | OpenFlags.DIRECT); Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(4096, 4096);
            data.set(ValueLayout.JAVA_BYTE, 0, (byte) 7);
            assertThat(Syscalls.pwrite(open, data, 4096, 4096)).isEqualTo(4096);
            MemorySegment back = arena.allocate(4096, 4096);
            assertThat(Syscalls.pread(open, back, 4096, 4096)).isEqualTo(4096);
            assertThat(back.mismatch(data)).isEqualTo(-1);
        }
        assertThat(Files.readAllBytes(backing.resolve("f"))[4096]).isEqualTo((byte) 7);
    }

    @Test void extendedAttributesCanBeOff() throws Exception {
        Files.writeString(backing.resolve("f"), "");
        mount("xattr=off");
        try (var root = new LibcClient(point)) {
            assertThatThrownBy(() -> root.setxattr("/f", "user.colour", new byte[1], 0))
                    .hasMessageContaining("EOPNOTSUPP");
        }
    }

    @Test void timesAndBirthAreThoseOfTheFile() throws Exception {
        Path file = Files.writeString(backing.resolve("f"), "");
        Instant time = Instant.ofEpochSecond(1_000_000_000, 123_456_789);
        mount();
        Files.setLastModifiedTime(point.resolve("f"), FileTime.from(time));
        assertThat(Files.getLastModifiedTime(file).toInstant()).isEqualTo(time);
        assertThat(Files.getAttribute(point.resolve("f"), "creationTime"))
                .isEqualTo(Files.getAttribute(file, "creationTime"));
        assertThat(Files.getAttribute(point.resolve("f"), "unix:ino")).isEqualTo(Files.getAttribute(file, "unix:ino"));
    }

    @Test void programsCopyPackAndRemoveATree() throws Exception {
        mount();
        String script = """
                set -e
                mkdir -p src/a/b/c; for i in 1 2 3 4 5 6 7 8 9; do head -c 100000 /dev/urandom > src/a/b/f$i; done
                ln src/a/b/f1 src/a/hard; ln -s ../b src/a/soft; mkfifo src/a/pipe; chmod 4750 src/a/b/f2
                cp -a src copy; diff -r --no-dereference src/a/b copy/a/b
                tar cf src.tar src; mkdir out; tar xf src.tar -C out; diff -r out/src/a/b src/a/b
                test $(stat -c %h out/src/a/hard) = 2; test $(stat -c %a out/src/a/b/f2) = 4750
                mv out/src moved; find moved -type f | wc -l; truncate -s 5 moved/a/hard; sync -f moved
                rm -r src copy out moved src.tar; test -z "$(ls -A)"
                """;
        Process shell = new ProcessBuilder("sh", "-c", script).directory(point.toFile()).inheritIO().start();
        assertThat(shell.waitFor()).isZero();
        assertThat(backing).isEmptyDirectory();
    }
}
