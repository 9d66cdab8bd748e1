package org.hexfuse.examples.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.time.Instant;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.LockCalls;
import org.hexfuse.libc.LockCalls.RecordLock;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.Mount;
import org.hexfuse.server.observe.ObservedRequest;
import org.hexfuse.server.observe.RequestListener;
import org.hexfuse.server.observe.ServerListener;
import org.hexfuse.testkit.RunningKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The filesystem mounted by the running kernel. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class MemoryMountTest {
    @TempDir private Path scratch;
    private Path point;
    private RunningKernel kernel;

    private final MemoryFileSystem fileSystem = new MemoryFileSystem(64 << 20, 5000);

    @BeforeEach void mount() throws Exception {
        kernel = RunningKernel.mount(fileSystem);
        point = kernel.path();
    }

    @AfterEach void unmount() throws IOException {
        if (kernel != null) {
            kernel.close();
        }
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(output).isEmpty();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test void aMountIsObserved() throws Exception {
        Path other = Files.createDirectory(scratch.resolve("observed"));
        var operations = ConcurrentHashMap.<Opcode>newKeySet();
        var listener = new ServerListener() {
            @Override public RequestListener started(ObservedRequest request) {
                Opcode operation = request.operation();
                return (error, _, bytes) -> {
                    if (error == Errno.OK && (operation != Opcode.WRITE || bytes == 5)) {
                        operations.add(operation);
                    }
                };
            }
        };
        try (Mount observed = FuseServer.serve(fileSystem).listener(listener).mount(other, "fsname=observed")) {
            Files.writeString(other.resolve("f"), "hello");
            assertThat(Files.readString(other.resolve("f"))).isEqualTo("hello");
            assertThat(observed.mountPoint()).isEqualTo(other);
        }
        assertThat(operations).contains(Opcode.INIT, Opcode.CREATE, Opcode.WRITE, Opcode.RELEASE);
    }

    /** A tree of all that {@code cp -a} copies: sizes around those of pages and chunks, links of both kinds, a hole. */
    private Path makeTree() throws IOException {
        var random = new Random(7);
        Path tree = Files.createDirectories(scratch.resolve("tree"));
        for (int i = 0; i < 60; i++) {
            Path directory = Files.createDirectories(tree.resolve("d" + i % 7).resolve("e" + i % 3));
            byte[] content = new byte[Math.max(0, (1 << i % 19) + random.nextInt(3) - 1)];
            random.nextBytes(content);
            Path file = Files.write(directory.resolve("file " + i), content);
            Files.createSymbolicLink(directory.resolve("symbolic" + i), Path.of("../file " + i));
            Files.createLink(directory.resolve("hard" + i), file);
            Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(i * 100_000_000L, i)));
        }
        try (FileChannel sparse = FileChannel.open(tree.resolve("sparse"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE)) {
            sparse.write(ByteBuffer.wrap("end".getBytes(UTF_8)), 1L << 32);
        }
        return tree;
    }

    @Test void takesACopyOfATreeAndGivesAllBack() throws Exception {
        Path tree = makeTree();
        run("cp", "-a", "--sparse=always", tree.toString(), point.toString());
        run("diff", "-r", "--no-dereference", "--exclude=sparse", tree.toString(), point.resolve("tree").toString());
        Path copy = point.resolve("tree");
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.toList()) {
                Path twin = copy.resolve(tree.relativize(file).toString());
                for (String attribute : List.of("mode", "size", "nlink", "uid", "gid")) {
                    if (Files.isRegularFile(file) || attribute.equals("mode")) {
                        assertThat(attribute(twin, attribute)).as(attribute + " of " + twin)
                                .isEqualTo(attribute(file, attribute));
                    }
                }
                assertThat(attribute(twin, "lastModifiedTime")).isEqualTo(attribute(file, "lastModifiedTime"));
            }
        }
        run("rm", "-r", copy.toString());
        // RELEASE and FORGET are asynchronous.
        await().untilAsserted(() -> assertThat(fileSystem.limits().usedBytes()).isZero());
    }

    private static Object attribute(Path path, String name) throws IOException {
        return Files.getAttribute(path, "unix:" + name, LinkOption.NOFOLLOW_LINKS);
    }

    @Test void behavesAsAnyFilesystem() throws Exception {
        Path a = Files.writeString(point.resolve("a"), "one");
        Path b = Files.writeString(point.resolve("b"), "two");
        Files.move(a, b, StandardCopyOption.ATOMIC_MOVE);
        assertThat(b).hasContent("one");
        Files.writeString(b, " more", StandardOpenOption.APPEND);
        assertThat(b).hasContent("one more");
        try (FileChannel open = FileChannel.open(b, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            Files.delete(b);
            open.write(ByteBuffer.wrap("ONE".getBytes(UTF_8)), 0);
            open.truncate(5);
            var read = ByteBuffer.allocate(10);
            open.read(read, 0);
            assertThat(new String(read.array(), 0, read.position(), UTF_8)).isEqualTo("ONE m");
        }
        Path directory = Files.createDirectory(point.resolve("d"));
        Files.createFile(directory.resolve("inside"));
        assertThatThrownBy(() -> Files.delete(directory)).isInstanceOf(DirectoryNotEmptyException.class);
        assertThat(Files.getAttribute(point, "unix:nlink")).isEqualTo(3);
    }

    /** Those of {@link FileChannel}. Another open file's locks see them, though it is of the same process. */
    @Test void recordLocksOfAProcessEndWithAnyOfItsDescriptors() throws Exception {
        Path file = Files.createFile(point.resolve("f"));
        var wanted = new RecordLock(1, 0, 0, 0);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                Fd other = Fd.open(file.toString(), OpenFlags.RDWR)) {
            assertThat(channel.tryLock(5, 10, false)).isNotNull();
            assertThat(LockCalls.get(other, wanted))
                    .isEqualTo(new RecordLock(1, 5, 10, -1));
            assertThatThrownBy(() -> LockCalls.set(other, wanted)).isInstanceOfSatisfying(LibcException.class,
                    e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN));
            assertThat(Files.readAllBytes(file)).isEmpty();
            LockCalls.set(other, wanted);
        }
    }

    @Test void saysWhenItIsFull() throws Exception {
        Path file = point.resolve("f");
        assertThatThrownBy(() -> Files.write(file, new byte[(64 << 20) + 1])).isInstanceOf(IOException.class)
                .hasMessageContaining("No space left");
        assertThat(Files.getFileStore(point).getUsableSpace()).isZero();
        Files.delete(file);
        await().untilAsserted(() -> assertThat(Files.getFileStore(point).getUsableSpace()).isEqualTo(64 << 20));
    }
}
