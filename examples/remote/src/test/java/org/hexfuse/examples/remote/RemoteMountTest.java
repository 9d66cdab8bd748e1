package org.hexfuse.examples.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.hexfuse.examples.remote.script.ScriptedStore;
import org.hexfuse.examples.remote.store.Store;
import org.hexfuse.examples.remote.webdav.WebDavStore;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.transport.Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The filesystem on the kernel that runs the test. */
@Timeout(60) class RemoteMountTest {
    private final ScriptedStore script = new ScriptedStore();

    /** What a test does below a mount point. */
    private interface Use {
        void at(Path point) throws Exception;
    }

    private static RunningKernel mount(Store store, String parameters) throws Exception {
        Address address = Address.parse("remote:script?" + parameters);
        return RunningKernel.mount(new RemoteFileSystem(store, RemoteOptions.of(address)));
    }

    private void mounted(String parameters, Use test) throws Exception {
        try (RunningKernel kernel = mount(script, parameters)) {
            test.at(kernel.path());
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(42).nextBytes(bytes);
        return bytes;
    }

    private static Process cat(Path file) throws IOException {
        return new ProcessBuilder("cat", file.toString()).redirectErrorStream(true).start();
    }

    @Test void isAWebDavServersDirectory() throws Exception {
        byte[] data = random(1 << 20);
        script.directory("/d");
        script.file("/d/f", data);
        try (var server = new DavServer(script);
                RunningKernel kernel = mount(new WebDavStore(server.url(), Optional.empty()), "ttl=0ms")) {
            Path point = kernel.path();
            assertThat(Files.readAllBytes(point.resolve("d/f"))).isEqualTo(data);
            Files.createDirectories(point.resolve("\u00fc 1/2"));
            Files.write(point.resolve("\u00fc 1/2/new"), data);
            assertThat(script.content("/\u00fc 1/2/new")).isEqualTo(data);
            Files.writeString(point.resolve("\u00fc 1/2/new"), "more", APPEND);
            assertThat(script.content("/\u00fc 1/2/new")).hasSize(data.length + 4);
            assertThatThrownBy(() -> Files.delete(point.resolve("d"))).isInstanceOf(DirectoryNotEmptyException.class);
            Files.move(point.resolve("\u00fc 1"), point.resolve("moved"));
            Files.delete(point.resolve("d/f"));
            Files.delete(point.resolve("d"));
            try (Stream<Path> all = Files.walk(point)) {
                assertThat(all.map(path -> point.relativize(path).toString())).containsExactlyInAnyOrder("", "moved",
                        "moved/2", "moved/2/new");
            }
            assertThatThrownBy(() -> Files.size(point.resolve("d"))).isInstanceOf(NoSuchFileException.class);
        }
    }

    @Test void isReadFromThePageCacheAsLongAsItDoesNotChange() throws Exception {
        byte[] data = random(1 << 20);
        script.file("/f", data);
        mounted("ttl=100ms&cache=0", point -> {
            assertThat(Files.readAllBytes(point.resolve("f"))).isEqualTo(data);
            long reads = script.calls("read", "/f");
            assertThat(Files.readAllBytes(point.resolve("f"))).isEqualTo(data);
            assertThat(script.calls("read", "/f")).isEqualTo(reads);
            byte[] other = data.clone();
            other[5] ^= 1;
            script.file("/f", other);
            await().untilAsserted(() -> assertThat(Files.readAllBytes(point.resolve("f"))).isEqualTo(other));
        });
    }

    @Test void hasTheChangeOfAFileReadByWhoeverHasItOpen() throws Exception {
        script.file("/f", "old".getBytes(UTF_8));
        mounted("ttl=100ms", point -> {
            try (var open = new RandomAccessFile(point.resolve("f").toFile(), "r")) {
                byte[] data = new byte[3];
                open.readFully(data);
                assertThat(data).asString(UTF_8).isEqualTo("old");
                script.file("/f", "new".getBytes(UTF_8));
                await().untilAsserted(() -> {
                    open.seek(0);
                    open.readFully(data);
                    assertThat(data).asString(UTF_8).isEqualTo("new");
                });
            }
        });
    }

    /** The kernel has the size of the old version for a minute yet. */
    @Test void isReadToItsNewEndWhenItBecameShorter() throws Exception {
        script.file("/f", "a long text".getBytes(UTF_8));
        mounted("ttl=60s", point -> {
            assertThat(Files.size(point.resolve("f"))).isEqualTo(11);
            script.file("/f", "short".getBytes(UTF_8));
            assertThat(Files.readString(point.resolve("f"))).isEqualTo("short");
            await().untilAsserted(() -> assertThat(Files.size(point.resolve("f"))).isEqualTo(5));
        });
    }

    @Test void hasItsNewSizeWhenItIsOpened() throws Exception {
        script.file("/f", "short".getBytes(UTF_8));
        mounted("ttl=500ms", point -> {
            Thread.sleep(400);
            assertThat(Files.size(point.resolve("f"))).isEqualTo(5);
            script.file("/f", "a long text".getBytes(UTF_8));
            Thread.sleep(550);
            assertThat(Files.readString(point.resolve("f"))).isEqualTo("a long text");
        });
    }

    @Test void isListed() throws Exception {
        script.directory("/many");
        IntStream.range(0, 10_000).forEach(i -> script.file("/many/" + i, new byte[0]));
        mounted("ttl=60s", point -> {
            try (Stream<Path> names = Files.list(point.resolve("many"))) {
                assertThat(names).hasSize(10_000).doesNotHaveDuplicates();
            }
        });
    }

    @Test void isWrittenThroughAMemoryMap() throws Exception {
        script.file("/f", "0123".getBytes(UTF_8));
        mounted("ttl=0ms", point -> {
            try (var file = FileChannel.open(point.resolve("f"), READ, WRITE)) {
                var map = file.map(FileChannel.MapMode.READ_WRITE, 0, 4);
                map.put(1, (byte) 'x');
                map.force();
                assertThat(script.content("/f")).asString(UTF_8).isEqualTo("0x23");
            }
        });
    }

    @Test void isWrittenByAShell() throws Exception {
        mounted("ttl=0ms", point -> {
            var shell = new ProcessBuilder("sh", "-c", "echo one > f && echo two >> f && cp f g && mv g h && rm f")
                    .directory(point.toFile()).inheritIO().start();
            assertThat(shell.waitFor()).isZero();
            assertThat(script.content("/h")).asString(UTF_8).isEqualTo("one\ntwo\n");
            assertThat(Files.exists(point.resolve("f"))).isFalse();
        });
    }

    @Test void reportsAnUploadThatFailsWhenTheFileIsClosed() throws Exception {
        script.fail("put", "/f", 1);
        mounted("attempts=1", point -> {
            assertThatThrownBy(() -> Files.writeString(point.resolve("f"), "x")).isInstanceOf(IOException.class)
                    .hasMessageContaining("Input/output error");
        });
    }

    @Test void letsAKilledReaderGoAndServesTheOthers() throws Exception {
        script.file("/f", "at last".getBytes(UTF_8));
        script.file("/g", "other".getBytes(UTF_8));
        CountDownLatch latch = script.hang("read", "/f");
        mounted("timeout=9999s", point -> {
            Process killed = cat(point.resolve("f"));
            await().until(() -> script.calls("read", "/f") == 1);
            Process patient = cat(point.resolve("f"));
            assertThat(Files.readString(point.resolve("g"))).isEqualTo("other");
            killed.destroy();
            assertThat(killed.waitFor(20, TimeUnit.SECONDS)).isTrue();
            latch.countDown();
            assertThat(new String(patient.getInputStream().readAllBytes(), UTF_8)).isEqualTo("at last");
            assertThat(script.calls("read", "/f")).isEqualTo(1);
        });
    }

    @Test void isUnmountedWhileTheStoreHangs() throws Exception {
        script.file("/f", "never".getBytes(UTF_8));
        script.hang("read", "/f");
        Process reader;
        try (RunningKernel kernel = mount(script, "timeout=9999s")) {
            reader = cat(kernel.path().resolve("f"));
            await().until(() -> script.calls("read", "/f") == 1);
        }
        assertThat(reader.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test void isHandedOverWithWhatWasWritten() throws Exception {
        script.file("/f", "old".getBytes(UTF_8));
        Address address = Address.parse("remote:script?ttl=60s");
        try (RunningKernel kernel = mount(script, "ttl=60s");
                var file = new RandomAccessFile(kernel.path().resolve("f").toFile(), "rw")) {
            file.write("before".getBytes(UTF_8));
            kernel.handOver(new RemoteFileSystem(script, RemoteOptions.of(address)));
            assertThat(script.content("/f")).asString(UTF_8).isEqualTo("before");
            file.write(" and after".getBytes(UTF_8));
            file.seek(0);
            assertThat(file.readLine()).isEqualTo("before and after");
            assertThatThrownBy(() -> kernel
                    .handOver(new RemoteFileSystem(new ScriptedStore(), RemoteOptions.of(address))))
                    .isInstanceOf(IOException.class).hasMessage(
                            "it serves " + script.name() + ", and another store is wanted");
            assertThat(Files.size(kernel.path().resolve("f"))).isEqualTo(16);
        }
        await().untilAsserted(
                () -> assertThat(script.content("/f")).asString(UTF_8).isEqualTo("before and after"));
    }
}
