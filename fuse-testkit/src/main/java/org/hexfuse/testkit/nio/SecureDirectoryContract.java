package org.hexfuse.testkit.nio;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@link SecureDirectoryStream}: calls relative to an open directory. */
public interface SecureDirectoryContract extends NioFixture {
    /** A stream of the directory "d" with the file "d/f". */
    private SecureDirectoryStream<Path> secure() throws IOException {
        needs(NioFeature.SECURE_DIRECTORY_STREAMS);
        folder("d");
        file("d/f", "text");
        return secure(at("d"));
    }

    private SecureDirectoryStream<Path> secure(Path path) throws IOException {
        needs(NioFeature.SECURE_DIRECTORY_STREAMS);
        return (SecureDirectoryStream<Path>) fileSystem().provider().newDirectoryStream(path, _ -> true);
    }

    private String content(SecureDirectoryStream<Path> stream, String name, OpenOption... options) throws IOException {
        try (SeekableByteChannel channel = stream.newByteChannel(path(name), Set.of(options))) {
            return read(channel, 100);
        }
    }

    @Test default void aSecureStreamHasTheEntriesOfItsDirectory() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            assertThat(stream).containsExactly(at("d/f"));
        }
    }

    @Test default void aSecureStreamReadsAFileOfItsDirectory() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            assertThat(content(stream, "f", READ)).isEqualTo("text");
        }
    }

    @Test default void aSecureStreamStaysInAMovedDirectory() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            Files.move(at("d"), at("e"));
            folder("d");
            file("d/f", "false");
            assertThat(content(stream, "f", READ)).isEqualTo("text");
        }
    }

    @Test default void aSecureStreamMakesAFileInAMovedDirectory() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            Files.move(at("d"), at("e"));
            stream.newByteChannel(path("new"), Set.of(WRITE, CREATE_NEW)).close();
            assertThat(exists(at("e/new"))).isTrue();
        }
    }

    @Test default void aSecureStreamTakesAbsolutePathsAsTheyAre() throws IOException {
        file("g", "other");
        try (SecureDirectoryStream<Path> stream = secure()) {
            assertThat(content(stream, at("g").toString(), READ)).isEqualTo("other");
        }
    }

    @Test default void aSecureStreamMakesAFileWithTheGivenPermissions() throws IOException {
        needs(NioFeature.POSIX_ATTRIBUTES);
        var mine = PosixFilePermissions.fromString("r--------");
        try (SecureDirectoryStream<Path> stream = secure()) {
            stream.newByteChannel(path("new"), Set.of(WRITE, CREATE), PosixFilePermissions.asFileAttribute(mine))
                    .close();
        }
        assertThat(Files.getPosixFilePermissions(at("d/new"))).isEqualTo(mine);
    }

    @Test default void theFailuresOfASecureStreamNameTheGivenPath() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            fails(NoSuchFileException.class, path("x"), () -> stream.newByteChannel(path("x"), Set.of(READ)));
            fails(FileAlreadyExistsException.class, path("f"),
                    () -> stream.newByteChannel(path("f"), Set.of(WRITE, CREATE_NEW)));
            fails(NoSuchFileException.class, path("x"), () -> stream.deleteFile(path("x")));
            fails(NoSuchFileException.class, path("x"), () -> stream.deleteDirectory(path("x")));
        }
    }

    @Test default void aSecureStreamFollowsNoLinkWhereItMustNot() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            symlink("d/s", "f");
            assertThat(content(stream, "s", READ)).isEqualTo("text");
            assertThatThrownBy(() -> content(stream, "s", READ, LinkOption.NOFOLLOW_LINKS))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test default void aSecureStreamOpensADirectoryInIt() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            folder("d/e");
            file("d/e/g", "inner");
            Files.move(at("d"), at("moved"));
            try (SecureDirectoryStream<Path> inner = stream.newDirectoryStream(path("e"))) {
                assertThat(names(inner)).containsExactly("g");
                assertThat(content(inner, "g", READ)).isEqualTo("inner");
            }
        }
    }

    @Test default void aSecureStreamOpensNoLinkAsADirectoryWhereItMustNot() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            folder("d/e");
            symlink("d/s", "e");
            stream.newDirectoryStream(path("s")).close();
            assertThatThrownBy(() -> stream.newDirectoryStream(path("s"), LinkOption.NOFOLLOW_LINKS))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test default void aSecureStreamDeletesAFile() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            Files.move(at("d"), at("e"));
            stream.deleteFile(path("f"));
        }
        assertThat(names(at("e"))).isEmpty();
    }

    @Test default void aSecureStreamDeletesALinkAndNotItsTarget() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            symlink("d/s", "f");
            stream.deleteFile(path("s"));
        }
        assertThat(names(at("d"))).containsExactly("f");
    }

    @Test default void aSecureStreamDeletesADirectory() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            folder("d/e");
            stream.deleteDirectory(path("e"));
        }
        assertThat(names(at("d"))).containsExactly("f");
    }

    @Test default void aSecureStreamKeepsADirectoryThatIsNotEmpty() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            folder("d/e");
            file("d/e/g", "");
            refuses(DirectoryNotEmptyException.class, () -> stream.deleteDirectory(path("e")));
        }
        assertThat(exists(at("d/e/g"))).isTrue();
    }

    @Test default void aSecureStreamTellsFilesFromDirectoriesWhenItDeletes() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            folder("d/e");
            assertThatThrownBy(() -> stream.deleteFile(path("e"))).isInstanceOf(FileSystemException.class);
            assertThatThrownBy(() -> stream.deleteDirectory(path("f"))).isInstanceOf(FileSystemException.class);
        }
        assertThat(names(at("d"))).containsExactlyInAnyOrder("e", "f");
    }

    @Test default void aSecureStreamMovesAFileToAnother() throws IOException {
        folder("e");
        try (SecureDirectoryStream<Path> from = secure(); SecureDirectoryStream<Path> to = secure(at("e"))) {
            from.move(path("f"), to, path("g"));
        }
        assertThat(names(at("d"))).isEmpty();
        assertThat(content(at("e/g"))).isEqualTo("text");
    }

    @Test default void aSecureStreamMovesAFileOverAnother() throws IOException {
        folder("e");
        file("e/g", "old");
        try (SecureDirectoryStream<Path> from = secure(); SecureDirectoryStream<Path> to = secure(at("e"))) {
            from.move(path("f"), to, path("g"));
        }
        assertThat(content(at("e/g"))).isEqualTo("text");
    }

    @Test default void aSecureStreamMovesOnlyAFileThatExists() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            assertThatThrownBy(() -> stream.move(path("x"), stream, path("y")))
                    .isExactlyInstanceOf(NoSuchFileException.class);
        }
    }

    @Test default void aSecureStreamHasTheAttributesOfItsDirectory() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            Files.move(at("d"), at("e"));
            var attributes = stream.getFileAttributeView(BasicFileAttributeView.class).readAttributes();
            assertThat(attributes.isDirectory()).isTrue();
            assertThat(attributes.lastModifiedTime()).isEqualTo(Files.getLastModifiedTime(at("e")));
        }
    }

    @Test default void aSecureStreamHasTheAttributesOfAFile() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            Files.move(at("d"), at("e"));
            var view = stream.getFileAttributeView(path("f"), BasicFileAttributeView.class);
            assertThat(view.readAttributes().size()).isEqualTo(4);
            view.setTimes(LONG_AGO, null, null);
        }
        assertThat(Files.getLastModifiedTime(at("e/f"))).isEqualTo(LONG_AGO);
    }

    @Test default void aSecureStreamChangesThePermissionsOfAFile() throws IOException {
        needs(NioFeature.POSIX_ATTRIBUTES);
        var mine = PosixFilePermissions.fromString("r-x-w---x");
        try (SecureDirectoryStream<Path> stream = secure()) {
            Files.move(at("d"), at("e"));
            stream.getFileAttributeView(path("f"), PosixFileAttributeView.class).setPermissions(mine);
        }
        assertThat(Files.getPosixFilePermissions(at("e/f"))).isEqualTo(mine);
    }

    @Test default void aSecureStreamHasTheAttributesOfALinkItself() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            symlink("d/s", "f");
            var view = stream.getFileAttributeView(path("s"), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
            assertThat(view.readAttributes().isSymbolicLink()).isTrue();
        }
    }

    @Test default void aSecureStreamHasNoViewThatTheProviderLacks() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            assertThat(stream.getFileAttributeView(UnknownView.class)).isNull();
        }
    }

    /** A view that no provider has. */
    interface UnknownView extends BasicFileAttributeView {}

    @Test default void aSecureStreamRefusesAPathOfAnotherProvider() throws IOException {
        try (SecureDirectoryStream<Path> stream = secure()) {
            refuses(ProviderMismatchException.class, () -> stream.deleteFile(foreign("f")));
        }
    }

    @Test default void aClosedSecureStreamDoesNothing() throws IOException {
        SecureDirectoryStream<Path> stream = secure();
        stream.close();
        refuses(ClosedDirectoryStreamException.class, () -> stream.newByteChannel(path("f"), Set.of(READ)));
        refuses(ClosedDirectoryStreamException.class, () -> stream.newDirectoryStream(path("f")));
        refuses(ClosedDirectoryStreamException.class, () -> stream.deleteFile(path("f")));
        refuses(ClosedDirectoryStreamException.class, () -> stream.deleteDirectory(path("f")));
        refuses(ClosedDirectoryStreamException.class, () -> stream.move(path("f"), stream, path("g")));
        refuses(ClosedDirectoryStreamException.class,
                () -> stream.getFileAttributeView(BasicFileAttributeView.class).readAttributes());
        assertThat(names(at("d"))).containsExactly("f");
    }

    @Test default void aStreamOfASecureStreamOutlivesIt() throws IOException {
        SecureDirectoryStream<Path> stream = secure();
        folder("d/e");
        try (SecureDirectoryStream<Path> inner = stream.newDirectoryStream(path("e"))) {
            stream.close();
            inner.newByteChannel(path("g"), Set.of(WRITE, CREATE_NEW)).close();
        }
        assertThat(exists(at("d/e/g"))).isTrue();
    }
}
