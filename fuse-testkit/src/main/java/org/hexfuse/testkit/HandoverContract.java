package org.hexfuse.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.LockCalls;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Handover;
import org.hexfuse.server.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What callers see of a mount that is handed over: nothing. For a filesystem that callers may change, with links and locks, on the kernel
 * that runs the test.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) public abstract class HandoverContract {
    private RunningKernel kernel;
    private Path point;

    /** For a subclass. */
    protected HandoverContract() {}

    /** A filesystem as it is when it is made: empty, or with the files of the one before. */
    protected abstract FuseFileSystem create() throws IOException;

    @BeforeEach final void mount() throws Exception {
        kernel = RunningKernel.mount(create());
        point = kernel.path();
    }

    @AfterEach final void unmount() throws IOException {
        if (kernel != null) {
            kernel.close();
        }
    }

    private void handOver() throws Exception {
        kernel.handOver(create());
    }

    private static void write(FileChannel channel, String text) throws IOException {
        assertThat(channel.write(ByteBuffer.wrap(text.getBytes(UTF_8)))).isEqualTo(text.length());
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(1000);
        channel.read(content, 0);
        return new String(content.array(), 0, content.position(), UTF_8);
    }

    @Test void anOpenFileIsReadAndWrittenOn() throws Exception {
        try (FileChannel channel = FileChannel.open(point.resolve("file"), CREATE_NEW, READ, WRITE)) {
            write(channel, "before");
            handOver();
            assertThat(read(channel)).isEqualTo("before");
            write(channel, " and after");
            handOver();
            assertThat(read(channel)).isEqualTo("before and after");
        }
        assertThat(point.resolve("file")).hasContent("before and after");
    }

    @Test void filesAreWhereTheyWere() throws Exception {
        Path directory = Files.createDirectories(point.resolve("a/b"));
        Path file = Files.writeString(directory.resolve("file"), "content");
        Files.createSymbolicLink(point.resolve("symbolic"), Path.of("a/b/file"));
        Object ino = Files.getAttribute(file, "unix:ino");
        handOver();
        assertThat(point.resolve("symbolic")).hasContent("content");
        assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(ino);
        assertThat(Files.getAttribute(directory, "unix:nlink")).isEqualTo(2);
        Files.delete(point.resolve("symbolic"));
        Files.delete(file);
        Files.delete(directory);
        assertThat(point.resolve("a")).isEmptyDirectory();
    }

    @Test void aFileWithTwoNamesIsOne() throws Exception {
        Path file = Files.writeString(point.resolve("file"), "content");
        Path link = Files.createLink(point.resolve("link"), file);
        try (FileChannel channel = FileChannel.open(file, READ, WRITE)) {
            handOver();
            write(channel, "changed");
            assertThat(link).hasContent("changed");
            assertThat(Files.isSameFile(file, link)).isTrue();
            assertThat(Files.getAttribute(link, "unix:nlink")).isEqualTo(2);
            Files.delete(file);
            assertThat(read(channel)).isEqualTo("changed");
        }
        assertThat(link).hasContent("changed");
    }

    @Test void anOpenFileWithoutANameStaysUntilItIsClosed() throws Exception {
        Path file = point.resolve("file");
        try (FileChannel channel = FileChannel.open(file, CREATE_NEW, READ, WRITE);
                FileChannel other = FileChannel.open(file, READ)) {
            write(channel, "before");
            Files.delete(file);
            Files.writeString(file, "another");
            handOver();
            write(channel, " and after");
            assertThat(read(other)).isEqualTo("before and after");
            assertThat(file).hasContent("another");
        }
        Files.delete(file);
        assertThat(point).isEmptyDirectory();
    }

    @Test void aFileThatWasRenamedHasItsNewName() throws Exception {
        Files.createDirectory(point.resolve("old"));
        Path file = Files.writeString(point.resolve("old/file"), "moved");
        try (FileChannel channel = FileChannel.open(file, READ, WRITE)) {
            Files.move(file, point.resolve("old/new"));
            Files.move(point.resolve("old"), point.resolve("directory"));
            Files.createDirectory(point.resolve("old"));
            Files.writeString(file, "another");
            handOver();
            assertThat(read(channel)).isEqualTo("moved");
            write(channel, "MOVED");
        }
        assertThat(point.resolve("directory/new")).hasContent("MOVED");
        assertThat(file).hasContent("another");
    }

    @Test void aListingGoesOnWhereItWas() throws Exception {
        for (int i = 0; i < 2000; i++) {
            Files.createFile(point.resolve("file-" + i));
        }
        Set<Path> seen = new HashSet<>();
        try (var listing = Files.newDirectoryStream(point)) {
            for (Path path : listing) {
                assertThat(seen.add(path)).isTrue();
                if (seen.size() == 10 || seen.size() == 1000) {
                    handOver();
                }
            }
        }
        assertThat(seen).hasSize(2000);
    }

    @Test void locksAreHeldOn() throws Exception {
        String file = Files.createFile(point.resolve("file")).toString();
        try (Fd holder = Fd.open(file, OpenFlags.RDWR); Fd other = Fd.open(file, OpenFlags.RDWR)) {
            LockCalls.flock(holder, LockCalls.LOCK_EX);
            handOver();
            assertThatThrownBy(() -> LockCalls.flock(other, LockCalls.LOCK_EX | LockCalls.LOCK_NB))
                    .isInstanceOfSatisfying(LibcException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN));
            LockCalls.flock(holder, LockCalls.LOCK_UN);
            LockCalls.flock(other, LockCalls.LOCK_EX | LockCalls.LOCK_NB);
        }
    }

    /** A filesystem that restores everything, and fails then. */
    private static final class Failing extends FilterFileSystem {
        Failing(FuseFileSystem delegate) {
            super(delegate);
        }

        @Override public Optional<Handover> handover() {
            Handover handover = super.handover().orElseThrow();
            return Optional.of(new Handover() {
                @Override public String format() {
                    return handover.format();
                }

                @Override public void save(Session session, DataOutput out) throws IOException {
                    handover.save(session, out);
                }

                @Override public void restore(Session session, DataInput in) throws IOException {
                    handover.restore(session, in);
                    throw new IOException("not today");
                }
            });
        }
    }

    @Test void aSuccessorThatFailsLeavesEverythingToThePredecessor() throws Exception {
        Path file = point.resolve("file");
        Path removed = point.resolve("removed");
        try (FileChannel channel = FileChannel.open(file, CREATE_NEW, READ, WRITE);
                FileChannel nameless = FileChannel.open(removed, CREATE_NEW, READ, WRITE)) {
            write(channel, "before");
            write(nameless, "nameless");
            Files.delete(removed);
            FuseFileSystem failing = new Failing(create());
            assertThatThrownBy(() -> kernel.handOver(failing)).isInstanceOf(IOException.class)
                    .hasMessage("not today");
            write(channel, " and after");
            assertThat(read(channel)).isEqualTo("before and after");
            assertThat(read(nameless)).isEqualTo("nameless");
            handOver();
            assertThat(read(channel)).isEqualTo("before and after");
            assertThat(read(nameless)).isEqualTo("nameless");
        }
        assertThat(file).hasContent("before and after");
    }

    @Test void aRemovedDirectoryThatSomebodyIsInIsThere() throws Exception {
        Path directory = Files.createDirectory(point.resolve("directory"));
        Process shell = new ProcessBuilder("sh", "-c", "read line; stat -c %h .").directory(directory.toFile()).start();
        Files.delete(directory);
        Files.createFile(point.resolve("file"));
        handOver();
        assertThatThrownBy(() -> Files.size(directory)).isInstanceOf(NoSuchFileException.class);
        shell.outputWriter().write("\n");
        shell.outputWriter().close();
        assertThat(shell.inputReader().readLine()).as("the number of links").isEqualTo("0");
        assertThat(shell.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test void callersAtWorkNoticeNothing() throws Exception {
        var stop = new AtomicBoolean();
        CompletableFuture<?>[] callers = new CompletableFuture<?>[3];
        for (int i = 0; i < callers.length; i++) {
            Path directory = Files.createDirectory(point.resolve("d" + i));
            callers[i] = new CompletableFuture<Integer>().completeAsync(() -> work(directory, stop),
                    task -> Thread.ofPlatform().daemon().start(task));
        }
        for (int i = 0; i < 8; i++) {
            handOver();
        }
        stop.set(true);
        for (CompletableFuture<?> caller : callers) {
            assertThat((Integer) caller.get(20, TimeUnit.SECONDS)).isPositive();
        }
    }

    private static int work(Path directory, AtomicBoolean stop) {
        int rounds = 0;
        try {
            while (!stop.get()) {
                Path file = directory.resolve("f" + rounds % 5);
                String text = "round " + rounds;
                try (FileChannel channel = FileChannel.open(file, CREATE_NEW, READ, WRITE)) {
                    write(channel, text);
                    Path moved = Files.move(file, directory.resolve("moved"));
                    assertThat(read(channel)).isEqualTo(text);
                    Files.createLink(file, moved);
                    Files.delete(moved);
                    assertThat(file).hasContent(text);
                    Files.delete(file);
                    assertThat(read(channel)).isEqualTo(text);
                }
                try (var names = Files.list(directory)) {
                    assertThat(names).isEmpty();
                }
                rounds++;
            }
            return rounds;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
