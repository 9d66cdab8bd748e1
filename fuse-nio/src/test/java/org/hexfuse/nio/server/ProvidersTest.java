package org.hexfuse.nio.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.StreamSupport;
import java.util.zip.ZipFile;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The filesystems by their addresses. */
@Timeout(60) class ProvidersTest {
    @TempDir Path directory;

    private static FuseFileSystem create(String address) throws IOException {
        Address parsed = Address.parse(address);
        return StreamSupport.stream(ServiceLoader.load(FuseFileSystemProvider.class).spliterator(), false)
                .filter(provider -> provider.scheme().equals(parsed.scheme())).findAny().orElseThrow().create(parsed);
    }

    /** What a test does with a mount. */
    private interface Use {
        void in(Vfs vfs) throws Exception;
    }

    private static void mounted(String address, Use test) throws Exception {
        FuseFileSystem files = create(address);
        try (var closing = (AutoCloseable) files; var kernel = UserKernel.connect("mem:", files).failOnLeaks()) {
            test.in(kernel.vfs());
            assertThat(closing).isNotNull();
        }
    }

    private static void fails(Errno errno, Runnable call) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(FuseException.class,
                e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test void aDirectoryIsReadAndWritten() throws Exception {
        mounted("dir:" + directory, vfs -> {
            vfs.writeString("/f", "content");
            assertThat(Files.readString(directory.resolve("f"))).isEqualTo("content");
            Files.writeString(directory.resolve("g"), "theirs");
            assertThat(vfs.readString("/g")).isEqualTo("theirs");
        });
    }

    @Test void aDirectoryThatIsOnlyReadIsNotWritten() throws Exception {
        Files.writeString(directory.resolve("f"), "content");
        mounted("dir:" + directory + "?ro", vfs -> {
            assertThat(vfs.readString("/f")).isEqualTo("content");
            fails(Errno.EROFS, () -> vfs.writeString("/f", ""));
            fails(Errno.EROFS, () -> vfs.unlink("/f"));
        });
    }

    @Test void theModulesOfJavaAreListedAndRead() throws Exception {
        mounted("jrt:", vfs -> {
            assertThat(vfs.list("/modules").stream().map(entry -> entry.name().toString())).contains("java.base",
                    "jdk.zipfs");
            byte[] theirs = Object.class.getResourceAsStream("Object.class").readAllBytes();
            assertThat(vfs.readAllBytes("/modules/java.base/java/lang/Object.class")).isEqualTo(theirs);
            assertThat(vfs.stat("/modules/java.base/java/lang/Object.class").permissions()).isEqualTo(0444);
            assertThat(vfs.stat("/packages/java.lang/java.base").isDirectory()).isTrue();
            assertThat(vfs.readlink("/packages/java.lang/java.base")).isEqualTo("/modules/java.base");
            fails(Errno.EROFS, () -> vfs.writeString("/modules/f", ""));
        });
        mounted("jrt:/modules/java.base", vfs -> assertThat(vfs.exists("/java/util/List.class")).isTrue());
    }

    @Test void anOpenProviderIsFoundByItsUri() throws Exception {
        try (FileSystem jimfs = Jimfs.newFileSystem("providers", Configuration.unix())) {
            Files.createDirectory(jimfs.getPath("/root"));
            mounted("nio:" + jimfs.getPath("/root").toUri(), vfs -> vfs.writeString("/f", "content"));
            assertThat(Files.readString(jimfs.getPath("/root/f"))).isEqualTo("content");
        }
    }

    @Test void aProviderIsOpenedByItsUri() throws Exception {
        Path zip = directory.resolve("archive.zip");
        mounted("zip:" + zip + "?create", vfs -> vfs.writeString("/f", "content"));
        mounted("nio:jar:" + zip.toUri() + "!/", vfs -> assertThat(vfs.readString("/f")).isEqualTo("content"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {"zip:|takes a zip or jar",
        "zip:D/none.zip|D/none.zip: no such file",
        "zip:D|no zip archive, but a directory", "zip:D/text|D/text: no zip archive",
        "zip:D/none/f.zip?create|no such file", "zip:D/a.zip?create&ro|create and ro exclude each other",
        "zip:D/a.zip?size=3|has no parameter 'size'; it has create, ro", "zip:D/a.zip?ro=maybe|'ro' is a switch",
        "dir:|takes a directory", "dir:D/none|D/none: no such directory", "dir:D/text|D/text: no such directory",
        "jrt:/none|/none: no directory of this Java", "jrt:?ro|has no parameter 'ro'",
        "nio:relative|takes a URI", "nio:nobody://x/y|no provider of nobody: files",
        "nio:file:///none/such|no such directory"}) void anAddressThatIsWrongIsAnErrorOfOneLine(String address,
                String message) throws Exception {
        Files.writeString(directory.resolve("text"), "this is text");
        assertThatThrownBy(() -> create(address.replace("D", directory.toString())))
                .isInstanceOfAny(IllegalArgumentException.class, IOException.class)
                .hasMessageContaining(message.replace("D", directory.toString()))
                .message().doesNotContain("\n");
    }

    @Test void aZipWithoutPermissionToWriteIsReadOnly() throws Exception {
        Path zip = directory.resolve("archive.zip");
        mounted("zip:" + zip + "?create", vfs -> vfs.writeString("/f", "content"));
        mounted("zip:" + zip + "?ro", vfs -> {
            fails(Errno.EROFS, () -> vfs.open("/f", OpenFlag.WRITE).close());
            fails(Errno.EROFS, () -> vfs.mkdir("/d"));
            assertThat(vfs.readString("/f")).isEqualTo("content");
        });
    }

    @Test void theRealKernelReadsAndWritesAZip() throws Exception {
        Path zip = directory.resolve("archive.zip");
        try (var files = ZipFileSystem.open(zip, true, false)) {
            try (var kernel = RunningKernel.mount(files)) {
                Path f = kernel.path().resolve("d/f");
                Files.createDirectory(f.getParent());
                Files.writeString(f, "content");
                Files.move(f, f.resolveSibling("g"));
                try (var channel = java.nio.channels.FileChannel.open(f.resolveSibling("g"),
                        java.nio.file.StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
                try (var written = new ZipFile(zip.toFile())) {
                    assertThat(written.getInputStream(written.getEntry("d/g")).readAllBytes()).asString()
                            .isEqualTo("content");
                }
                Files.writeString(kernel.path().resolve("last"), "one");
            }
        }
        try (var written = new ZipFile(zip.toFile())) {
            assertThat(List.of(written.getEntry("last").getSize(), (long) written.size())).containsExactly(3L, 3L);
        }
    }

    @Test void theRealKernelReadsTheModules() throws Exception {
        try (var kernel = RunningKernel.mount(create("jrt:"))) {
            Path module = kernel.path().resolve("modules/java.base/java/lang");
            assertThat(Files.readAllBytes(module.resolve("Object.class")))
                    .isEqualTo(Object.class.getResourceAsStream("Object.class").readAllBytes());
            try (var names = Files.list(module)) {
                assertThat(names.count()).isGreaterThan(200);
            }
        }
    }

    @Test void interruptedCallersOfADirectoryCloseNothing() throws Exception {
        Files.writeString(directory.resolve("f"), "content");
        try (var kernel = UserKernel.connect("mem:?inline", create("dir:" + directory));
                OpenFile shared = kernel.vfs().open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
            for (int i = 0; i < 20; i++) {
                Thread caller = Thread.ofPlatform().start(() -> {
                    Thread.currentThread().interrupt();
                    try {
                        shared.read(new byte[7], 0);
                        shared.write(new byte[1], 7);
                    } catch (FuseException _) {
                        // The call may be interrupted, but not the file of all others.
                    }
                });
                caller.join(20_000);
                assertThat(caller.isAlive()).isFalse();
            }
            assertThat(new String(shared.readAll(0), java.nio.charset.StandardCharsets.UTF_8)).startsWith("content");
        }
    }
}
