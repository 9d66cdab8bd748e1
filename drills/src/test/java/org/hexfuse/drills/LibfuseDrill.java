package org.hexfuse.drills;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.hexfuse.libc.ChildProcess;
import org.hexfuse.libc.SocketType;
import org.hexfuse.libc.Sockets;
import org.hexfuse.libc.Spawn;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Servers that others have written, of libfuse 3, behind the VFS: one end of a pair of packet sockets is their
 * {@code /dev/fuse}. libfuse takes the mount point {@code /dev/fd/N} for a device that is open already. Their sources are the
 * examples that come with Debian's {@code libfuse3-dev}.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class LibfuseDrill {
    private static final Path EXAMPLES = Path.of("/usr/share/doc/libfuse3-dev/examples");
    private static final int SERVER_END = 3;
    private static final int CALLERS = 4;
    private static final int LARGE = 8 << 20;

    @TempDir Path directory;

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytes = new AtomicLong();

    @ParameterizedTest
    @ValueSource(strings = {"passthrough", "passthrough_ll"}) void anExampleOfLibfuse(String example) throws Exception {
        Path program = build(example);
        Path root = Files.createDirectory(directory.resolve("root"));
        String source = example.equals("passthrough") ? "fsname=drill" : "source=/";
        serve(List.of(program.toString(), "-f", "-o", source, "/dev/fd/" + SERVER_END), vfs -> {
            fill(vfs, root.toString());
            compare(vfs, root.toString(), root);
        });
        print("libfuse's " + example);
    }

    /** It splices, so that a large reply arrives in several packets. */
    @Test void fuseOverlayfs() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/fuse-overlayfs")), "Debian's fuse-overlayfs is not installed");
        Path lower = Files.createDirectory(directory.resolve("lower"));
        Path upper = Files.createDirectory(directory.resolve("upper"));
        Path work = Files.createDirectory(directory.resolve("work"));
        byte[] large = new byte[LARGE];
        new Random(1).nextBytes(large);
        Files.write(lower.resolve("large"), large);
        serve(List.of("/usr/bin/fuse-overlayfs", "-f", "-o",
                "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + work,
                "/dev/fd/" + SERVER_END), vfs -> {
                    assertThat(vfs.readAllBytes("/large")).isEqualTo(large);
                    fill(vfs, "");
                    compare(vfs, "", upper);
                });
        print("fuse-overlayfs");
    }

    private interface Work {
        void on(Vfs vfs) throws Exception;
    }

    private Path build(String example) throws IOException, InterruptedException {
        assumeTrue(Files.exists(EXAMPLES.resolve(example + ".c")), "Debian's libfuse3-dev is not installed");
        Path program = directory.resolve(example);
        Process compiler = new ProcessBuilder("sh", "-c",
                "gcc -O1 -w -o \"$0\" \"$1\" $(pkg-config --cflags --libs fuse3)",
                program.toString(), EXAMPLES.resolve(example + ".c").toString()).redirectErrorStream(true).start();
        try {
            String printed = new String(compiler.getInputStream().readAllBytes(), UTF_8);
            assumeTrue(compiler.waitFor() == 0, "gcc, pkg-config and libfuse3-dev are needed: " + printed);
            return program;
        } finally {
            compiler.destroyForcibly();
        }
    }

    private void serve(List<String> command, Work work) throws Exception {
        Sockets.Pair pair = Sockets.pair(SocketType.SEQPACKET);
        ChildProcess server = Spawn.command(command).connect(pair.second(), SERVER_END).start();
        try {
            pair.second().close();
            try (Vfs vfs = Vfs.connect(Address.parse("fd:" + pair.first().value()))) {
                work.on(vfs);
            }
            assertThat(failures).isEmpty();
            assertThat(server.waitFor(Duration.ofSeconds(10))).as("the server has ended with its connection")
                    .isPresent();
        } finally {
            if (server.poll().isEmpty()) {
                server.signal(ChildProcess.SIGKILL);
                server.waitFor();
            }
        }
    }

    /** Some callers at once make trees, files of many megabytes among them, and read them again. */
    private void fill(Vfs vfs, String root) throws InterruptedException {
        var callers = new ArrayList<Thread>();
        for (int i = 0; i < CALLERS; i++) {
            String own = root + "/d" + i;
            var random = new Random(i);
            callers.add(Thread.ofPlatform().start(() -> {
                try {
                    makeTree(vfs, own, random);
                } catch (RuntimeException | AssertionError e) {
                    failures.add(e);
                }
            }));
        }
        for (Thread caller : callers) {
            assertThat(caller.join(Duration.ofMinutes(2))).isTrue();
        }
    }

    private void makeTree(Vfs vfs, String own, Random random) {
        vfs.mkdir(own);
        for (int i = 0; i < 200; i++) {
            vfs.writeString(own + "/small" + i, "content " + i);
            assertThat(vfs.readString(own + "/small" + i)).isEqualTo("content " + i);
        }
        byte[] large = new byte[LARGE - random.nextInt(100_000)];
        random.nextBytes(large);
        vfs.writeAllBytes(own + "/large", large);
        assertThat(vfs.readAllBytes(own + "/large")).isEqualTo(large);
        bytes.addAndGet(2L * large.length);
        vfs.symlink("large", own + "/link");
        assertThat(vfs.readAllBytes(own + "/link")).isEqualTo(large);
        vfs.rename(own + "/small0", own + "/renamed");
        vfs.unlink(own + "/small1");
        vfs.truncate(own + "/small2", 3);
        vfs.chmod(own + "/small3", 0600);
        assertThat(vfs.list(own)).extracting(DirectoryEntry::name).hasSize(201);
    }

    /** The server's own files are what the VFS shows. */
    private static void compare(Vfs vfs, String root, Path real) throws IOException {
        for (int i = 0; i < CALLERS; i++) {
            Path own = real.resolve("d" + i);
            String name = root + "/d" + i;
            try (Stream<Path> files = Files.list(own)) {
                // A name that was removed is a device or a file .wh. of its own in an overlay.
                assertThat(files.filter(Files::isRegularFile).filter(f -> !f.getFileName().toString().startsWith(".")))
                        .hasSize(201);
            }
            assertThat(Files.readAllBytes(own.resolve("large"))).isEqualTo(vfs.readAllBytes(name + "/large"));
            assertThat(Files.readString(own.resolve("renamed"))).isEqualTo("content 0");
            assertThat(Files.readString(own.resolve("small2"))).isEqualTo("con");
            assertThat(Files.isRegularFile(own.resolve("small1"))).isFalse();
            assertThat(Files.getPosixFilePermissions(own.resolve("small3"))).hasSize(2);
        }
    }

    private void print(String server) {
        System.out.println("DRILL " + server + " over a packet socket: " + CALLERS + " callers, "
                + bytes.get() / (1 << 20) + " MiB written and read, no difference");
    }
}
