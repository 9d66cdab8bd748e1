package org.hexfuse.nio;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Directory streams, secure ones among them. */
@SuppressWarnings("StreamResourceLeak") // When they are closed is what is tested.
final class DirectoryStreamsTest {
    private UserKernel kernel;
    private HexfuseFileSystem files;
    private Path directory;

    @BeforeEach void mount() throws IOException {
        kernel = UserKernel.connect("mem:", new MemoryFileSystem()).failOnLeaks();
        files = HexfuseFileSystem.of(kernel.vfs());
        directory = Files.createDirectories(files.getPath("/a/d"));
        Files.writeString(directory.resolve("f"), "text");
        Files.createDirectory(directory.resolve("sub"));
    }

    @AfterEach void unmount() throws IOException {
        files.close();
        kernel.close();
    }

    private SecureDirectoryStream<Path> secure(Path path) throws IOException {
        return (SecureDirectoryStream<Path>) Files.newDirectoryStream(path);
    }

    @Test void listsADirectoryOfManyPages() throws IOException {
        Path many = Files.createDirectory(files.getPath("/many"));
        Set<Path> expected = new HashSet<>();
        for (int i = 0; i < 5000; i++) {
            expected.add(Files.createFile(many.resolve("a file with number " + i)));
        }
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(many)) {
            assertThat(stream).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test void aFilterChoosesNames() throws IOException {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, "s*")) {
            assertThat(stream).containsExactly(directory.resolve("sub"));
        }
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(files.getPath("a/d"), Files::isRegularFile)) {
            assertThat(stream).containsExactly(files.getPath("a/d/f"));
        }
    }

    @Test void anExceptionOfTheFilterIsThrownByTheIterator() throws IOException {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, (Path _) -> {
            throw new IOException("no");
        })) {
            assertThatThrownBy(() -> stream.iterator().hasNext()).isInstanceOf(DirectoryIteratorException.class);
        }
    }

    @Test void aStreamHasOneIterator() throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(directory);
        assertThat(stream.iterator()).isNotNull();

        assertThatThrownBy(stream::iterator).isInstanceOf(IllegalStateException.class);
        stream.close();
        assertThatThrownBy(stream::iterator).isInstanceOf(IllegalStateException.class);
    }

    @Test void aClosedStreamIsAtItsEnd() throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(directory);
        Iterator<Path> names = stream.iterator();
        stream.close();

        assertThat(names.hasNext()).isFalse();
        assertThatThrownBy(names::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test void closingTheFilesystemClosesStreams() throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(directory);
        files.close();

        assertThatThrownBy(stream::iterator).isInstanceOf(IllegalStateException.class);
    }

    @Test void aFileIsNoDirectory() {
        assertThatThrownBy(() -> Files.newDirectoryStream(directory.resolve("f")))
                .isInstanceOf(NotDirectoryException.class).hasMessage("/a/d/f");
        assertThatThrownBy(() -> Files.newDirectoryStream(directory.resolve("none")))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test void aDirectoryWithNamesIsNotRemoved() {
        assertThatThrownBy(() -> Files.delete(directory)).isInstanceOf(DirectoryNotEmptyException.class)
                .hasMessage("/a/d");
        assertThatThrownBy(() -> Files.delete(files.getPath("/"))).isInstanceOf(FileSystemException.class);
    }

    @Test void aMovedDirectoryIsStillTheOneOfTheStream() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure(directory)) {
            Files.move(directory, files.getPath("/moved"));
            try (var channel = stream.newByteChannel(files.getPath("new"), Set.of(WRITE, CREATE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                assertThat(channel.size()).isZero();
            }
            assertThat(Files.exists(files.getPath("/moved/new"))).isTrue();
            stream.deleteFile(files.getPath("f"));
            stream.deleteDirectory(files.getPath("sub"));
            assertThat(stream.getFileAttributeView(BasicFileAttributeView.class).readAttributes().isDirectory())
                    .isTrue();
            assertThat(stream.getFileAttributeView(files.getPath("new"), PosixFileAttributeView.class, NOFOLLOW_LINKS)
                    .readAttributes().permissions()).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
        try (var names = Files.list(files.getPath("/moved"))) {
            assertThat(names).containsExactly(files.getPath("/moved/new"));
        }
    }

    @Test void filesAreMovedFromStreamToStream() throws IOException {
        try (SecureDirectoryStream<Path> from = secure(directory);
                SecureDirectoryStream<Path> to = from.newDirectoryStream(files.getPath("sub"), NOFOLLOW_LINKS)) {
            from.move(files.getPath("f"), to, files.getPath("g"));
            assertThat(to).containsExactly(directory.resolve("sub/g"));
        }
        assertThat(Files.readString(directory.resolve("sub/g"))).isEqualTo("text");
    }

    @Test void theWrongKindIsNotRemoved() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure(files.getPath("/a"))) {
            assertThatThrownBy(() -> stream.deleteFile(files.getPath("d"))).isInstanceOf(FileSystemException.class)
                    .hasMessageContaining("EISDIR");
            assertThatThrownBy(() -> stream.deleteDirectory(files.getPath("d")))
                    .isInstanceOf(DirectoryNotEmptyException.class);
            assertThatThrownBy(() -> stream.deleteDirectory(files.getPath("d/f")))
                    .isInstanceOf(FileSystemException.class).hasMessageContaining("ENOTDIR");
        }
    }

    @Test void aClosedSecureStreamOpensNothing() throws IOException {
        SecureDirectoryStream<Path> stream = secure(directory);
        BasicFileAttributeView view = stream.getFileAttributeView(files.getPath("f"), BasicFileAttributeView.class);
        SecureDirectoryStream<Path> below = stream.newDirectoryStream(files.getPath("sub"));
        stream.close();

        assertThatThrownBy(() -> stream.deleteFile(files.getPath("f")))
                .isInstanceOf(ClosedDirectoryStreamException.class);
        assertThatThrownBy(view::readAttributes).isInstanceOf(ClosedDirectoryStreamException.class);
        assertThat(below).isEmpty();
        below.close();
    }
}
