package org.hexfuse.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.hexfuse.nio.path.HexfuseUri;
import org.hexfuse.transport.Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The files of a server that another project has written, started by the address in a URI. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) final class ForeignServerTest {
    @TempDir Path directory;

    @Test void anImageOfSquashfsIsReadWithoutAMount() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/squashfuse_ll")), "Debian's squashfuse is not installed");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mksquashfs")), "Debian's squashfs-tools is not installed");
        Path source = Files.createDirectory(directory.resolve("source"));
        Files.writeString(Files.createDirectory(source.resolve("a")).resolve("b c"), "text");
        Path image = directory.resolve("an image");
        assertThat(new ProcessBuilder("mksquashfs", source.toString(), image.toString(), "-quiet", "-no-progress")
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor()).isZero();

        URI uri = HexfuseUri.of(Address.of("exec", "squashfuse_ll -f '" + image + "' {}"), "/");
        assertThat(uri).asString().startsWith("hexfuse:exec:squashfuse_ll%20-f%20'").endsWith("an%20image'%20%7B%7D!/");
        try (FileSystem files = FileSystems.newFileSystem(uri, Map.of());
                Stream<Path> tree = Files.walk(files.getPath("/"))) {
            assertThat(tree.map(Path::toString)).containsExactly("/", "/a", "/a/b c");
            Path file = Path.of(URI.create(uri + "a/b%20c"));
            assertThat(Files.readString(file)).isEqualTo("text");
            assertThatThrownBy(() -> Files.delete(file)).isInstanceOf(FileSystemException.class);
        }
    }

    @Test void aServerThatDoesNotStartIsAnIoException() {
        URI uri = HexfuseUri.of(Address.of("exec", "sh -c 'echo cause >&2; exit 4' {}"), "/");
        assertThatThrownBy(() -> FileSystems.newFileSystem(uri, Map.of())).isInstanceOf(IOException.class)
                .hasMessageContaining("sh has exited with status 4; it wrote: cause");
    }
}
