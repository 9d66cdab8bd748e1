package org.hexfuse.examples.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.LockCalls;
import org.hexfuse.libc.LockCalls.RecordLock;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.Fuse;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Mount;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A mount of the running kernel that one filesystem object takes over from another. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class MemoryHandoverTest {
    private static final int MEBIBYTE = 1 << 20;

    @TempDir(cleanup = CleanupMode.NEVER) private Path scratch;
    private Path point;
    private Path socket;
    /** The last one serves. */
    private final Deque<Mount> mounts = new ArrayDeque<>();

    @BeforeEach void mount() throws Exception {
        Assumptions.assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no /dev/fuse here");
        point = Files.createDirectory(scratch.resolve("point"));
        socket = scratch.resolve("handover.sock");
        try {
            mounts.add(Fuse.mount(new MemoryFileSystem(64 << 20, 5000), point));
        } catch (IOException e) {
            Assumptions.abort("this user may not mount: " + e.getMessage());
        }
        mounts.getLast().offerHandover(socket);
    }

    @AfterEach void unmount() throws IOException {
        while (!mounts.isEmpty()) {
            mounts.removeLast().close();
        }
        Files.deleteIfExists(point);
        Files.deleteIfExists(socket);
        Files.deleteIfExists(scratch);
    }

    private void handOver() throws Exception {
        handOver(new MemoryFileSystem(64 << 20, 5000));
    }

    private void handOver(FuseFileSystem successor) throws Exception {
        Mount before = mounts.getLast();
        mounts.add(Fuse.takeOver(successor, point, socket));
        before.await();
        assertThat(before.successor()).hasValue(ProcessHandle.current().pid());
        mounts.getLast().offerHandover(socket);
    }

    private static void write(FileChannel channel, String text) throws IOException {
        assertThat(channel.write(ByteBuffer.wrap(text.getBytes(UTF_8)))).isEqualTo(text.length());
    }

    @Test void anOpenFileIsWrittenOnAndReadBack() throws Exception {
        Path file = point.resolve("file");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            write(channel, "first half, ");
            handOver();
            write(channel, "second half");
            channel.force(true);
        }
        assertThat(file).hasContent("first half, second half");
    }

    @Test void handsOverAgainAndAgain() throws Exception {
        Path file = point.resolve("file");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int i = 0; i < 5; i++) {
                write(channel, Integer.toString(i));
                handOver();
            }
        }
        assertThat(file).hasContent("01234");
    }

    @Test void theSuccessorUnmounts() throws Exception {
        handOver();
        mounts.removeFirst().close();
        Files.writeString(point.resolve("file"), "served on");
        mounts.removeLast().close();
        assertThat(point).isEmptyDirectory();
        assertThat(socket).doesNotExist();
    }

    @Test void everythingOfANodeIsThere() throws Exception {
        Path directory = Files.createDirectories(point.resolve("a/b/c"));
        Path file = Files.writeString(directory.resolve("file"), "content");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x---"));
        Files.createLink(point.resolve("link"), file);
        Files.createSymbolicLink(point.resolve("symbolic"), Path.of("a/b"));
        var view = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
        view.write("name", ByteBuffer.wrap("value".getBytes(UTF_8)));
        Object times = Files.getAttribute(file, "unix:ctime");

        handOver();

        Path link = point.resolve("symbolic/c/file");
        assertThat(Files.isSameFile(link, point.resolve("link"))).isTrue();
        assertThat(link).hasContent("content");
        assertThat(Files.getAttribute(link, "unix:mode")).isEqualTo(0100750);
        assertThat(Files.getAttribute(link, "unix:nlink")).isEqualTo(2);
        assertThat(Files.getAttribute(link, "unix:ctime")).isEqualTo(times);
        assertThat(Files.getAttribute(point.resolve("a"), "unix:nlink", LinkOption.NOFOLLOW_LINKS)).isEqualTo(3);
        ByteBuffer value = ByteBuffer.allocate(5);
        Files.getFileAttributeView(link, UserDefinedFileAttributeView.class).read("name", value);
        assertThat(new String(value.array(), UTF_8)).isEqualTo("value");
    }

    @Test void anOpenFileWithoutANameStays() throws Exception {
        Path file = point.resolve("file");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            write(channel, "before");
            Files.delete(file);
            handOver();
            write(channel, " and after");
            ByteBuffer content = ByteBuffer.allocate(16);
            channel.read(content, 0);
            assertThat(new String(content.array(), UTF_8)).isEqualTo("before and after");
        }
        assertThat(point).isEmptyDirectory();
    }

    @Test void aSparseFileStaysSparse() throws Exception {
        Path file = point.resolve("sparse");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap("end".getBytes(UTF_8)), 1L << 40);
        }
        handOver();
        assertThat(Files.size(file)).isEqualTo((1L << 40) + 3);
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer end = ByteBuffer.allocate(3);
            channel.read(end, 1L << 40);
            assertThat(new String(end.array(), UTF_8)).isEqualTo("end");
        }
    }

    @Test void recordLocksAreReleasedByTheirProcess() throws Exception {
        String file = Files.createFile(point.resolve("file")).toString();
        try (Fd holder = Fd.open(file, OpenFlags.RDWR)) {
            LockCalls.set(holder, new RecordLock(1, 10, 5, 0));
            handOver();
        }
        Process flock = new ProcessBuilder("flock", "--nonblock", file, "true").start();
        assertThat(flock.waitFor()).isZero();
    }

    @Test void aCallerThatWaitsForALockGetsItFromTheSuccessor() throws Exception {
        String file = Files.createFile(point.resolve("file")).toString();
        try (Fd holder = Fd.open(file, OpenFlags.RDWR); Fd waiter = Fd.open(file, OpenFlags.RDWR)) {
            LockCalls.flock(holder, LockCalls.LOCK_EX);
            CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> {
                try {
                    LockCalls.flock(waiter, LockCalls.LOCK_EX);
                } catch (LibcException e) {
                    throw new AssertionError(e);
                }
            }, task -> Thread.ofPlatform().daemon().start(task));
            // Until it waits in the kernel for the server.
            TimeUnit.MILLISECONDS.sleep(300);
            long start = System.nanoTime();
            handOver();
            assertThat(System.nanoTime() - start).as("a wait without bound is not waited for")
                    .isLessThan(TimeUnit.SECONDS.toNanos(4));
            handOver();
            assertThat(waiting).isNotDone();
            LockCalls.flock(holder, LockCalls.LOCK_UN);
            await().untilAsserted(() -> assertThat(waiting).isCompleted());
        }
    }

    @Test void aSuccessorWithTooLittleSpaceIsRefused() throws Exception {
        Path file = Files.write(point.resolve("file"), new byte[4 * MEBIBYTE]);
        assertThatThrownBy(() -> handOver(new MemoryFileSystem(MEBIBYTE, 5000))).isInstanceOf(IOException.class)
                .hasMessageContaining("the files do not fit here");
        assertThat(Files.readAllBytes(file)).hasSize(4 * MEBIBYTE);
        handOver();
        assertThat(Files.readAllBytes(file)).hasSize(4 * MEBIBYTE);
    }

    @Test void aSuccessorThatHasFilesIsRefused() throws Exception {
        var used = new MemoryFileSystem(64 << 20, 5000);
        Path other = Files.createDirectory(scratch.resolve("other"));
        try (Mount mount = Fuse.mount(used, other)) {
            Files.createFile(mount.mountPoint().resolve("file"));
            assertThatThrownBy(() -> handOver(used)).isInstanceOf(IOException.class)
                    .hasMessage("there are files already");
        } finally {
            Files.delete(other);
        }
        Files.writeString(point.resolve("file"), "served on");
    }
}
