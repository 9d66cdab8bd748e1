package org.hexfuse.nio.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of an SSH server, by the provider of its client. {@link ServedProvidersTest.OfSftp} runs the whole POSIX contract. */
class SftpTest {
    @TempDir Path directory;
    private SftpServer server;
    private UserKernel kernel;
    private Vfs vfs;

    @BeforeEach void connect() throws IOException {
        server = new SftpServer(directory);
        kernel = UserKernel.connect("mem:", NioFileSystem.of(server.files().getPath("/")));
        vfs = kernel.vfs();
    }

    @AfterEach void close() throws IOException {
        kernel.close();
        server.close();
    }

    @Test void whatIsWrittenIsOnTheServer() throws IOException {
        byte[] large = new byte[300_000];
        large[299_999] = 1;
        vfs.mkdir("/d");
        vfs.writeAllBytes("/d/f", large);
        assertThat(directory.resolve("d/f")).hasBinaryContent(large);
        assertThat(vfs.readAllBytes("/d/f")).isEqualTo(large);
    }

    @Test void filesAreListedRenamedAndRemoved() throws IOException {
        Files.writeString(directory.resolve("f"), "text");
        assertThat(vfs.list("/")).extracting(entry -> entry.name().toString()).containsExactly("f");
        vfs.writeString("/g", "replaced");
        vfs.rename("/f", "/g");
        assertThat(directory.resolve("f")).doesNotExist();
        assertThat(directory.resolve("g")).hasContent("text");
        vfs.unlink("/g");
        assertThat(directory).isEmptyDirectory();
    }

    @Test void aRemovedFileStaysOpen() {
        vfs.writeString("/f", "text");
        try (OpenFile open = vfs.open("/f", OpenFlag.READ)) {
            vfs.unlink("/f");
            assertThat(vfs.list("/")).isEmpty();
            assertThat(open.read(new byte[10])).isEqualTo(4);
        }
        // RELEASE removes the hidden name, after close(2) has returned.
        await().untilAsserted(() -> assertThat(directory).isEmptyDirectory());
    }

    @Test void attributesAreTheServers() throws IOException {
        Path file = Files.writeString(directory.resolve("f"), "text");
        vfs.chmod("/f", 0640);
        assertThat(Files.getAttribute(file, "unix:mode")).isEqualTo(0100640);
        assertThat(vfs.stat("/f").size()).isEqualTo(4);
        vfs.truncate("/f", 2);
        assertThat(file).hasContent("te");
    }

    @Test void aMissingFileIsMissing() {
        assertThatThrownBy(() -> vfs.stat("/none")).isInstanceOf(FuseException.class).extracting("errno")
                .isEqualTo(Errno.ENOENT);
    }
}
