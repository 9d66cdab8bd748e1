package org.hexfuse.testkit.nio;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.DSYNC;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.SPARSE;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@link Files#newByteChannel}: what the options of opening do. */
public interface OpenContract extends NioFixture {
    /** An option that no provider knows. */
    enum Unheard implements OpenOption {
        /** The option. */
        OF
    }

    /** A file attribute that no provider knows. */
    record Strange(String name, String value) implements FileAttribute<String> {}

    private static SeekableByteChannel open(Path file, OpenOption... options) throws IOException {
        return Files.newByteChannel(file, options);
    }

    private static void touch(Path file, OpenOption... options) throws IOException {
        open(file, options).close();
    }

    @Test default void openingAMissingFileFails() {
        fails(NoSuchFileException.class, at("f"), () -> open(at("f"), READ));
        fails(NoSuchFileException.class, at("f"), () -> open(at("f"), WRITE));
        fails(NoSuchFileException.class, at("f"), () -> open(at("f"), APPEND));
    }

    @Test default void openingWithoutOptionsReads() throws IOException {
        try (SeekableByteChannel channel = open(file("f", "text"))) {
            assertThat(read(channel, 10)).isEqualTo("text");
        }
    }

    @Test default void createMakesAMissingFile() throws IOException {
        touch(at("f"), WRITE, CREATE);
        assertThat(Files.size(at("f"))).isZero();
    }

    @Test default void createOpensAnExistingFileAsItIs() throws IOException {
        touch(file("f", "text"), WRITE, CREATE);
        assertThat(content(at("f"))).isEqualTo("text");
    }

    @Test default void createIsIgnoredWhereTheFileIsOnlyRead() {
        fails(NoSuchFileException.class, at("f"), () -> open(at("f"), READ, CREATE));
    }

    @Test default void createNewIsIgnoredWhereTheFileIsOnlyRead() throws IOException {
        fails(NoSuchFileException.class, at("f"), () -> open(at("f"), READ, CREATE_NEW));
        touch(file("g", "text"), READ, CREATE_NEW);
        assertThat(content(at("g"))).isEqualTo("text");
    }

    @Test default void createNewMakesAFile() throws IOException {
        touch(at("f"), WRITE, CREATE_NEW);
        assertThat(Files.size(at("f"))).isZero();
    }

    @Test default void createNewFailsIfTheFileExists() throws IOException {
        Path file = file("f", "text");
        fails(FileAlreadyExistsException.class, file, () -> open(file, WRITE, CREATE_NEW));
        assertThat(content(file)).isEqualTo("text");
    }

    @Test default void createNewIsStrongerThanCreate() throws IOException {
        Path file = file("f", "text");
        fails(FileAlreadyExistsException.class, file, () -> open(file, WRITE, CREATE, CREATE_NEW));
    }

    @Test default void createNewFailsIfADirectoryExists() throws IOException {
        Path folder = folder("d");
        fails(FileAlreadyExistsException.class, folder, () -> open(folder, WRITE, CREATE_NEW));
    }

    @Test default void createNewFailsAtADanglingLink() throws IOException {
        Path link = symlink("s", "nowhere");
        fails(FileAlreadyExistsException.class, link, () -> open(link, WRITE, CREATE_NEW));
        assertThat(exists(at("nowhere"))).isFalse();
    }

    @Test default void createMakesTheTargetOfADanglingLink() throws IOException {
        touch(symlink("s", "f"), WRITE, CREATE);
        assertThat(names(directory())).containsExactlyInAnyOrder("s", "f");
        assertThat(Files.isSymbolicLink(at("s"))).isTrue();
    }

    @Test default void truncateExistingEmptiesAFile() throws IOException {
        touch(file("f", "text"), WRITE, TRUNCATE_EXISTING);
        assertThat(Files.size(at("f"))).isZero();
    }

    @Test default void truncateExistingIsIgnoredWhereTheFileIsOnlyRead() throws IOException {
        touch(file("f", "text"), READ, TRUNCATE_EXISTING);
        assertThat(content(at("f"))).isEqualTo("text");
    }

    @Test default void truncateExistingMakesNoFile() {
        fails(NoSuchFileException.class, at("f"), () -> open(at("f"), WRITE, TRUNCATE_EXISTING));
    }

    @Test default void writingDoesNotTruncate() throws IOException {
        try (SeekableByteChannel channel = open(file("f", "text"), WRITE)) {
            channel.write(bytes("n"));
        }
        assertThat(content(at("f"))).isEqualTo("next");
    }

    @Test default void appendWritesAtTheEnd() throws IOException {
        try (SeekableByteChannel channel = open(file("f", "text"), APPEND)) {
            assertThat(channel.write(bytes("ure"))).isEqualTo(3);
        }
        assertThat(content(at("f"))).isEqualTo("texture");
    }

    @Test default void appendWritesAtTheEndThatTheFileHasThen() throws IOException {
        try (SeekableByteChannel one = open(file("f", ""), APPEND); SeekableByteChannel two = open(at("f"), APPEND)) {
            one.write(bytes("a"));
            two.write(bytes("b"));
            one.write(bytes("c"));
        }
        assertThat(content(at("f"))).isEqualTo("abc");
    }

    @Test default void appendIgnoresThePosition() throws IOException {
        try (SeekableByteChannel channel = open(file("f", "text"), APPEND)) {
            channel.position(0);
            channel.write(bytes("ure"));
        }
        assertThat(content(at("f"))).isEqualTo("texture");
    }

    @Test default void appendMovesThePositionToTheEnd() throws IOException {
        try (SeekableByteChannel channel = open(file("f", "text"), APPEND)) {
            channel.write(bytes("ure"));
            assertThat(channel.position()).isEqualTo(7);
        }
    }

    @Test default void appendMayCreate() throws IOException {
        touch(at("f"), APPEND, CREATE);
        assertThat(Files.size(at("f"))).isZero();
    }

    @Test default void appendMayBeSaidBesideWrite() throws IOException {
        try (SeekableByteChannel channel = open(file("f", "text"), WRITE, APPEND)) {
            channel.write(bytes("ure"));
        }
        assertThat(content(at("f"))).isEqualTo("texture");
    }

    @Test default void appendAndReadTogetherAreRefused() throws IOException {
        Path file = file("f", "");
        refuses(IllegalArgumentException.class, () -> open(file, READ, APPEND));
    }

    @Test default void appendAndTruncateExistingTogetherAreRefused() throws IOException {
        Path file = file("f", "text");
        refuses(IllegalArgumentException.class, () -> open(file, APPEND, TRUNCATE_EXISTING));
        assertThat(content(file)).isEqualTo("text");
    }

    @Test default void aFileIsDeletedOnClose() throws IOException {
        try (SeekableByteChannel channel = open(at("f"), WRITE, CREATE, DELETE_ON_CLOSE)) {
            assertThat(channel.write(bytes("text"))).isEqualTo(4);
        }
        assertThat(exists(at("f"))).isFalse();
    }

    @Test default void aFileToDeleteOnCloseCanBeReadAndWritten() throws IOException {
        try (SeekableByteChannel channel = open(file("f", "text"), READ, WRITE, DELETE_ON_CLOSE)) {
            channel.write(bytes("n"));
            channel.position(0);
            assertThat(read(channel, 10)).isEqualTo("next");
        }
        assertThat(names(directory())).isEmpty();
    }

    @Test default void aFileToDeleteOnCloseMayBeGone() throws IOException {
        SeekableByteChannel channel = open(file("f", "text"), READ, DELETE_ON_CLOSE);
        Files.deleteIfExists(at("f"));
        channel.close();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test default void synchronousWritesWrite() throws IOException {
        for (OpenOption option : Set.of(SYNC, DSYNC)) {
            try (SeekableByteChannel channel = open(at(option.toString()), WRITE, CREATE, option)) {
                channel.write(bytes("text"));
            }
            assertThat(content(at(option.toString()))).isEqualTo("text");
        }
    }

    @Test default void sparseIsAHint() throws IOException {
        try (SeekableByteChannel channel = open(at("f"), WRITE, CREATE_NEW, SPARSE)) {
            channel.position(100_000).write(bytes("x"));
        }
        assertThat(Files.size(at("f"))).isEqualTo(100_001);
    }

    @Test default void anUnknownOptionIsRefused() throws IOException {
        Path file = file("f", "");
        refuses(UnsupportedOperationException.class, () -> open(file, READ, Unheard.OF));
    }

    @Test default void nullIsNoOption() throws IOException {
        Path file = file("f", "");
        refuses(NullPointerException.class, () -> open(file, READ, null));
    }

    @Test default void aDirectoryCannotBeWritten() throws IOException {
        Path folder = folder("d");
        fails(folder, () -> open(folder, WRITE));
        fails(folder, () -> open(folder, WRITE, CREATE));
        fails(folder, () -> open(folder, APPEND));
    }

    @Test default void aDirectoryCannotBeRead() throws IOException {
        Path folder = folder("d");
        assertThatThrownBy(() -> {
            try (SeekableByteChannel channel = open(folder, READ)) {
                read(channel, 1);
            }
        }).isInstanceOf(IOException.class);
    }

    @Test default void openingNeedsTheParent() {
        fails(NoSuchFileException.class, at("d/f"), () -> open(at("d/f"), WRITE, CREATE));
        fails(NoSuchFileException.class, at("d/f"), () -> open(at("d/f"), READ));
    }

    @Test default void openingNeedsAParentThatIsADirectory() throws IOException {
        file("f", "");
        fails(at("f/g"), () -> open(at("f/g"), WRITE, CREATE));
        fails(at("f/g"), () -> open(at("f/g"), READ));
    }

    @Test default void openingFollowsLinks() throws IOException {
        file("f", "text");
        symlink("s", "f");
        try (SeekableByteChannel channel = open(symlink("t", "s"), READ)) {
            assertThat(read(channel, 10)).isEqualTo("text");
        }
    }

    @Test default void openingADanglingLinkFails() throws IOException {
        Path link = symlink("s", "nowhere");
        fails(NoSuchFileException.class, link, () -> open(link, READ));
    }

    @Test default void openingDoesNotFollowALinkWhereItMustNot() throws IOException {
        file("f", "text");
        Path link = symlink("s", "f");
        assertThatThrownBy(() -> open(link, READ, LinkOption.NOFOLLOW_LINKS)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> open(link, WRITE, TRUNCATE_EXISTING, LinkOption.NOFOLLOW_LINKS))
                .isInstanceOf(IOException.class);
        assertThat(content(at("f"))).isEqualTo("text");
    }

    @Test default void aFileIsOpenedAlsoWhereNoLinkIsFollowed() throws IOException {
        folder("d");
        file("d/f", "text");
        symlink("s", "d");
        try (SeekableByteChannel channel = open(at("s/f"), READ, LinkOption.NOFOLLOW_LINKS)) {
            assertThat(read(channel, 10)).isEqualTo("text");
        }
    }

    @Test default void aNewFileHasTheGivenPermissions() throws IOException {
        needs(NioFeature.POSIX_ATTRIBUTES);
        Set<PosixFilePermission> mine = PosixFilePermissions.fromString("r-x------");
        Files.newByteChannel(at("f"), Set.of(WRITE, CREATE), PosixFilePermissions.asFileAttribute(mine)).close();
        assertThat(Files.getPosixFilePermissions(at("f"))).isEqualTo(mine);
    }

    @Test default void anExistingFileKeepsItsPermissions() throws IOException {
        needs(NioFeature.POSIX_ATTRIBUTES);
        Set<PosixFilePermission> mine = PosixFilePermissions.fromString("r-x------");
        Set<PosixFilePermission> before = Files.getPosixFilePermissions(file("f", ""));
        Files.newByteChannel(at("f"), Set.of(WRITE, CREATE), PosixFilePermissions.asFileAttribute(mine)).close();
        assertThat(Files.getPosixFilePermissions(at("f"))).isEqualTo(before);
    }

    @Test default void anUnknownAttributeOfANewFileIsRefused() {
        refuses(UnsupportedOperationException.class,
                () -> Files.newByteChannel(at("f"), Set.of(WRITE, CREATE), new Strange("no:such", "x")));
        assertThat(exists(at("f"))).isFalse();
    }

    @Test default void anUnlinkedFileIsReadAndWrittenOn() throws IOException {
        needs(NioFeature.OPEN_FILES_WITHOUT_NAME);
        try (SeekableByteChannel channel = open(file("f", "text"), READ, WRITE)) {
            Files.delete(at("f"));
            channel.position(4).write(bytes("ure"));
            channel.position(0);
            assertThat(read(channel, 10)).isEqualTo("texture");
        }
        assertThat(exists(at("f"))).isFalse();
    }

    @Test default void aReplacedFileIsReadOn() throws IOException {
        needs(NioFeature.OPEN_FILES_WITHOUT_NAME);
        try (SeekableByteChannel channel = open(file("f", "old"), READ)) {
            Files.move(file("g", "new"), at("f"), REPLACE_EXISTING);
            assertThat(read(channel, 10)).isEqualTo("old");
        }
        assertThat(content(at("f"))).isEqualTo("new");
    }

    @Test default void aMovedFileIsReadOn() throws IOException {
        try (SeekableByteChannel channel = open(file("f", "text"), READ)) {
            Files.move(at("f"), at("g"));
            assertThat(read(channel, 10)).isEqualTo("text");
        }
    }
}
