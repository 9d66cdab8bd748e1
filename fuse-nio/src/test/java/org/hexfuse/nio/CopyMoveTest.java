package org.hexfuse.nio;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code copy} and {@code move}, within a server and to another one. */
final class CopyMoveTest {
    private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2001-02-03T04:05:06.789123456Z"));

    private UserKernel kernel;
    private UserKernel another;
    private HexfuseFileSystem files;
    private HexfuseFileSystem others;

    @BeforeEach void mount() throws IOException {
        kernel = UserKernel.connect("mem:", new MemoryFileSystem()).failOnLeaks();
        another = UserKernel.connect("mem:", new MemoryFileSystem()).failOnLeaks();
        files = HexfuseFileSystem.of(kernel.vfs());
        others = HexfuseFileSystem.of(another.vfs());
    }

    @AfterEach void unmount() throws IOException {
        files.close();
        others.close();
        kernel.close();
        another.close();
    }

    private Path path(String text) {
        return files.getPath(text);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(path(text), text);
    }

    @Test void copiesContentAndPermissions() throws IOException {
        byte[] content = new byte[700_001];
        new Random(3).nextBytes(content);
        Files.write(path("/a"), content);
        Files.setPosixFilePermissions(path("/a"), PosixFilePermissions.fromString("rwxr-x---"));
        for (Path target : new Path[]{path("/b"), others.getPath("/b")}) {
            Files.copy(path("/a"), target);

            assertThat(Arrays.equals(Files.readAllBytes(target), content)).isTrue();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target))).isEqualTo("rwxr-x---");
        }
    }

    @Test void copiesAttributesIfItIsToDoSo() throws IOException {
        Path source = file("/a");
        Files.setAttribute(source, "unix:uid", 1000);
        Files.setAttribute(source, "unix:mode", 04755);
        Files.setAttribute(source, "user:x", new byte[]{1, 2});
        Files.setLastModifiedTime(source, LONG_AGO);
        for (Path target : new Path[]{path("/b"), others.getPath("/b")}) {
            Files.copy(source, target, COPY_ATTRIBUTES);

            assertThat(Files.getLastModifiedTime(target)).isEqualTo(LONG_AGO);
            assertThat((Integer) Files.getAttribute(target, "unix:mode") & 07777).isEqualTo(04755);
            assertThat(Files.getAttribute(target, "unix:uid")).isEqualTo(1000);
            assertThat(Files.getAttribute(target, "user:x")).isEqualTo(new byte[]{1, 2});
        }
    }

    @Test void aTargetIsReplacedOnlyIfItIsToBe() throws IOException {
        file("/a");
        file("/b");

        assertThatThrownBy(() -> Files.copy(path("/a"), path("/b"))).isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageStartingWith("/b");
        assertThatThrownBy(() -> Files.move(path("/a"), path("/b"))).isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageStartingWith("/b");
        Files.copy(path("/a"), path("/b"), REPLACE_EXISTING);
        assertThat(Files.readString(path("/b"))).isEqualTo("/a");
        Files.move(path("/a"), path("/b"), REPLACE_EXISTING);
        assertThat(Files.exists(path("/a"))).isFalse();
    }

    @Test void aDirectoryThatIsNotEmptyIsNotReplaced() throws IOException {
        Files.createDirectories(path("/d/e"));
        Files.createDirectory(path("/empty"));
        file("/a");

        for (Path source : new Path[]{path("/a"), path("/empty")}) {
            assertThatThrownBy(() -> Files.copy(source, path("/d"), REPLACE_EXISTING))
                    .isInstanceOf(DirectoryNotEmptyException.class).hasMessage("/d");
            assertThatThrownBy(() -> Files.move(source, path("/d"), REPLACE_EXISTING))
                    .isInstanceOf(DirectoryNotEmptyException.class).hasMessage("/d");
        }
        Files.move(path("/a"), path("/empty"), REPLACE_EXISTING);
        assertThat(Files.readString(path("/empty"))).isEqualTo("/a");
        Files.move(path("/d"), path("/empty"), REPLACE_EXISTING);
        assertThat(Files.isDirectory(path("/empty/e"))).isTrue();
    }

    @Test void oneFileIsLeftAlone() throws IOException {
        Path file = file("/a");
        Path link = Files.createLink(path("/link"), file);

        Files.copy(file, file);
        Files.move(file, file);
        Files.copy(file, link);
        Files.move(file, link);
        assertThat(Files.readString(file)).isEqualTo("/a");
        assertThat(Files.exists(link)).isTrue();
    }

    @Test void aLinkIsCopiedOrItsFile() throws IOException {
        file("/a");
        Files.createSymbolicLink(path("/link"), path("a"));
        Files.copy(path("/link"), path("/file"));
        Files.copy(path("/link"), path("/link2"), NOFOLLOW_LINKS);
        Files.copy(path("/link"), others.getPath("/link2"), NOFOLLOW_LINKS);
        Files.move(path("/link"), path("/link3"));

        assertThat(Files.isRegularFile(path("/file"), NOFOLLOW_LINKS)).isTrue();
        assertThat(Files.readSymbolicLink(path("/link2"))).hasToString("a");
        assertThat(Files.readSymbolicLink(others.getPath("/link2"))).hasToString("a");
        assertThat(Files.readSymbolicLink(path("/link3"))).hasToString("a");
    }

    @Test void aMoveToAnotherServerIsACopy() throws IOException {
        Path file = file("/a");
        Files.setLastModifiedTime(file, LONG_AGO);
        Files.createDirectories(path("/d/e"));

        assertThatThrownBy(() -> Files.move(file, others.getPath("/a"), ATOMIC_MOVE))
                .isInstanceOf(AtomicMoveNotSupportedException.class);
        Files.move(file, others.getPath("/a"));
        assertThat(Files.exists(file)).isFalse();
        assertThat(Files.readString(others.getPath("/a"))).isEqualTo("/a");
        assertThat(Files.getLastModifiedTime(others.getPath("/a"))).isEqualTo(LONG_AGO);
        assertThatThrownBy(() -> Files.move(path("/d"), others.getPath("/d")))
                .isInstanceOf(DirectoryNotEmptyException.class);
        assertThat(Files.exists(others.getPath("/d"))).isFalse();
        Files.move(path("/d/e"), others.getPath("/e"));
        assertThat(Files.isDirectory(others.getPath("/e"))).isTrue();
    }

    @Test void aMissingSourceIsNoSuchFile() throws IOException {
        file("/a");
        for (String source : new String[]{"/none", "/a/b"}) {
            assertThatThrownBy(() -> Files.copy(path(source), path("/x"))).isInstanceOf(NoSuchFileException.class);
            assertThatThrownBy(() -> Files.move(path(source), path("/x"))).isInstanceOf(NoSuchFileException.class);
        }
    }

    @Test void copiesFromAndToTheDefaultProvider(@TempDir Path directory) throws IOException {
        Path here = Files.writeString(directory.resolve("a"), "text");
        Files.copy(here, path("/a"));
        Files.move(path("/a"), directory.resolve("b"));

        assertThat(Files.readString(directory.resolve("b"))).isEqualTo("text");
        assertThat(Files.exists(path("/a"))).isFalse();
    }

    @Test void optionsOfTheOtherOperationAreRefused() {
        assertThatThrownBy(() -> Files.copy(path("/a"), path("/b"), ATOMIC_MOVE))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> Files.move(path("/a"), path("/b"), COPY_ATTRIBUTES))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> Files.copy(path("/a"), path("/b"), (java.nio.file.CopyOption) null))
                .isInstanceOf(NullPointerException.class);
    }

    @Test void aFileIsTheSameByAnyName() throws IOException {
        Path file = file("/a");
        Files.createSymbolicLink(path("/link"), file);

        assertThat(Files.isSameFile(file, path("/link"))).isTrue();
        assertThat(Files.isSameFile(file, file("/b"))).isFalse();
        assertThat(Files.readAttributes(file, "fileKey")).isEqualTo(Map.of("fileKey",
                Files.readAttributes(path("/link"), java.nio.file.attribute.BasicFileAttributes.class).fileKey()));
    }
}
