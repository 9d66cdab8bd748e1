package org.hexfuse.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.hexfuse.abi.FuseException;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The files of a server in this process, by {@link Files}. */
final class HexfuseFileSystemTest {
    private UserKernel kernel;
    private FileSystem files;

    @BeforeEach void mount() throws IOException {
        kernel = UserKernel.connect("mem:", new MemoryFileSystem()).failOnLeaks();
        files = HexfuseFileSystem.of(kernel.vfs());
    }

    @AfterEach void unmount() throws IOException {
        files.close();
        kernel.close();
    }

    private Path path(String text) {
        return files.getPath(text);
    }

    @Test void writtenTextIsReadAgain() throws IOException {
        Files.writeString(path("/a"), "hello");

        assertThat(Files.readString(path("/a"))).isEqualTo("hello");
        assertThat(kernel.vfs().readString("/a")).isEqualTo("hello");
    }

    @Test void walksATree() throws IOException {
        Files.createDirectories(path("/a/b/c"));
        Files.writeString(path("/a/b/c/file"), "1");
        Files.createSymbolicLink(path("/a/link"), path("b"));

        try (Stream<Path> walk = Files.walk(path("/a"))) {
            assertThat(walk.map(Path::toString)).containsExactlyInAnyOrder("/a", "/a/b", "/a/b/c", "/a/b/c/file",
                    "/a/link");
        }
    }

    @Test void anErrorHasTheErrnoInItsReasonAndAsItsCause() {
        assertThatThrownBy(() -> Files.readString(path("none"))).isInstanceOf(NoSuchFileException.class)
                .hasMessage("none: No such file or directory (ENOENT)").hasCauseInstanceOf(FuseException.class);
    }
}
