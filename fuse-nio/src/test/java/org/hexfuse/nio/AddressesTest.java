package org.hexfuse.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.spi.FileSystemProvider;
import java.time.Duration;
import java.util.Map;
import org.hexfuse.abi.Opcode;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.record.Recorder;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.VfsOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Filesystems by their URIs. */
final class AddressesTest {
    private static final URI MEMORY = URI.create("hexfuse:memory:?size=64m!/");

    @Test void theProviderIsInstalled() {
        assertThat(FileSystemProvider.installedProviders()).extracting(FileSystemProvider::getScheme)
                .contains("hexfuse");
    }

    @Test void aFilesystemIsServedInThisProcess() throws IOException {
        try (FileSystem files = FileSystems.newFileSystem(MEMORY, Map.of())) {
            Files.writeString(files.getPath("/a"), "text");

            assertThat(Files.readString(Path.of(URI.create("hexfuse:memory:?size=64m!/a")))).isEqualTo("text");
            assertThat(files.getPath("/a").toUri()).hasToString("hexfuse:memory:?size=64m!/a");
            assertThat(FileSystems.getFileSystem(MEMORY)).isSameAs(files);
        }
    }

    @Test void aServerIsConnectedTo(@TempDir Path directory) throws Exception {
        Address address = Address.of("unix", directory.resolve("a b!.sock").toString());
        try (FuseServer server = FuseServer.serve(new MemoryFileSystem()).at(address).start()) {
            try (FileSystem files = HexfuseFileSystem.open(address, VfsOptions.DEFAULT)) {
                Path file = files.getPath("/x y");
                Files.writeString(file, "text");

                assertThat(file.toUri().toString()).endsWith("a%20b%21.sock!/x%20y");
                assertThat(Files.readString(Path.of(file.toUri()))).isEqualTo("text");
            }
            for (int i = 0; i < 500 && !server.sessions().isEmpty(); i++) {
                Thread.sleep(20);
            }
            assertThat(server.sessions()).isEmpty();
        }
    }

    @Test void oneAddressIsOneFilesystem() throws IOException {
        try (FileSystem _ = FileSystems.newFileSystem(MEMORY, Map.of())) {
            assertThatThrownBy(() -> FileSystems.newFileSystem(MEMORY, Map.of()))
                    .isInstanceOf(FileSystemAlreadyExistsException.class);
        }
        assertThatThrownBy(() -> FileSystems.getFileSystem(MEMORY)).isInstanceOf(FileSystemNotFoundException.class);
        assertThatThrownBy(() -> Path.of(MEMORY)).isInstanceOf(FileSystemNotFoundException.class);
        FileSystems.newFileSystem(MEMORY, Map.of()).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hexfuse:/a", "hexfuse:nowhere:!/", "hexfuse:memory:x!/", "hexfuse:vfs:1!/",
        "hexfuse:memory:!/#a", "hexfuse:memory:?size=%zz"}) void refusesAnAddress(String uri) {
        assertThatThrownBy(() -> FileSystems.newFileSystem(URI.create(uri), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test void aServerThatIsNotThereIsAnIoException() {
        assertThatThrownBy(() -> FileSystems.newFileSystem(URI.create("hexfuse:unix:/nowhere.sock"), Map.of()))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> FileSystems.getFileSystem(URI.create("hexfuse:unix:/nowhere.sock")))
                .isInstanceOf(FileSystemNotFoundException.class);
    }

    @Test void theEnvironmentHasOptions() throws IOException {
        Map<String, Object> env = Map.of(HexfuseFileSystemProvider.READ_ONLY, true, HexfuseFileSystemProvider.TIMEOUT,
                Duration.ofSeconds(30), HexfuseFileSystemProvider.CREDENTIALS, Credentials.of(1000, 1000));
        try (FileSystem files = FileSystems.newFileSystem(MEMORY, env)) {
            assertThat(files.isReadOnly()).isTrue();
            assertThat(files.getFileStores().iterator().next().isReadOnly()).isTrue();
            assertThatThrownBy(() -> Files.createDirectory(files.getPath("/a")))
                    .isInstanceOf(FileSystemException.class).hasMessageContaining("EROFS");
        }
        assertThatThrownBy(() -> FileSystems.newFileSystem(MEMORY, Map.of("reedOnly", true)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FileSystems.newFileSystem(MEMORY, Map.of("readOnly", "true")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"none, 2", "auto, 1", "writeback:1m, 1"}) void theEnvironmentChoosesThePageCache(String cache,
            int reads)
            throws IOException {
        var recorder = new Recorder();
        try (FuseServer _ = FuseServer.serve(new MemoryFileSystem()).decorateLinks(recorder::decorate)
                .at(Address.parse("mem:cached")).start();
                FileSystem files = FileSystems.newFileSystem(URI.create("hexfuse:mem:cached"),
                        Map.of(HexfuseFileSystemProvider.CACHE, cache));
                FileChannel file = FileChannel.open(Files.writeString(files.getPath("/a"), "text"))) {
            assertThat(file.read(ByteBuffer.allocate(4), 0)).isEqualTo(4);
            assertThat(file.read(ByteBuffer.allocate(4), 0)).isEqualTo(4);
        }
        assertThat(recorder.count(Opcode.READ)).isEqualTo(reads);
    }

    @Test void aPageCacheThatThereIsNotIsRefused() {
        assertThatThrownBy(() -> FileSystems.newFileSystem(MEMORY, Map.of("cache", "always")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("none, auto or writeback");
        assertThatThrownBy(() -> FileSystems.newFileSystem(MEMORY, Map.of("cache", true)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test void closingOneMadeOfAVfsLeavesThatOpen() throws IOException {
        try (var kernel = UserKernel.connect("mem:", new MemoryFileSystem())) {
            FileSystem files = HexfuseFileSystem.of(kernel.vfs());
            Path file = Files.writeString(files.getPath("/a"), "text");
            URI uri = file.toUri();
            files.close();
            files.close();

            assertThat(files.isOpen()).isFalse();
            assertThat(kernel.vfs().readString("/a")).isEqualTo("text");
            assertThatThrownBy(() -> Files.size(file)).isInstanceOf(ClosedFileSystemException.class);
            assertThatThrownBy(() -> Path.of(uri)).isInstanceOf(FileSystemNotFoundException.class);
        }
    }

    @Test void oneMadeOfAVfsIsCollectedWhenNothingRefersToIt() throws Exception {
        try (var kernel = UserKernel.connect("mem:", new MemoryFileSystem())) {
            var files = new WeakReference<>(HexfuseFileSystem.of(kernel.vfs()));
            for (int i = 0; i < 100 && files.get() != null; i++) {
                System.gc();
                Thread.sleep(20);
            }
            assertThat(files.get()).isNull();
        }
    }
}
