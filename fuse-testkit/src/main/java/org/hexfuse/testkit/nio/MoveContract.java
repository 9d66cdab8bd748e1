package org.hexfuse.testkit.nio;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** {@link Files#move}, also atomically. */
public interface MoveContract extends NioFixture {
    private Path atomically(Path from, Path to, CopyOption... options) throws IOException {
        needs(NioFeature.ATOMIC_MOVE);
        CopyOption[] all = Arrays.copyOf(options, options.length + 1);
        all[options.length] = ATOMIC_MOVE;
        return Files.move(from, to, all);
    }

    @Test default void moveGivesAFileAnotherName() throws IOException {
        assertThat(Files.move(file("f", "text"), at("g"))).isEqualTo(at("g"));
        assertThat(names(directory())).containsExactly("g");
        assertThat(content(at("g"))).isEqualTo("text");
    }

    @Test default void moveGivesAFileAnotherDirectory() throws IOException {
        folder("d");
        Files.move(file("f", "text"), at("d/f"));
        assertThat(names(directory())).containsExactly("d");
        assertThat(content(at("d/f"))).isEqualTo("text");
    }

    @Test default void moveTakesADirectoryWithItsFiles() throws IOException {
        folder("d");
        folder("e");
        file("d/f", "text");
        Files.move(at("d"), at("e/d"));
        assertThat(content(at("e/d/f"))).isEqualTo("text");
        assertThat(exists(at("d"))).isFalse();
    }

    @Test default void moveFailsIfTheTargetExists() throws IOException {
        file("f", "text");
        file("g", "other");
        fails(FileAlreadyExistsException.class, at("g"), () -> Files.move(at("f"), at("g")));
        assertThat(content(at("f"))).isEqualTo("text");
        assertThat(content(at("g"))).isEqualTo("other");
    }

    @Test default void moveFailsIfTheTargetIsALinkToNowhere() throws IOException {
        file("f", "text");
        Path link = symlink("s", "nowhere");
        fails(FileAlreadyExistsException.class, link, () -> Files.move(at("f"), link));
    }

    @Test default void moveReplacesAFile() throws IOException {
        Files.move(file("f", "text"), file("g", "other"), REPLACE_EXISTING);
        assertThat(names(directory())).containsExactly("g");
        assertThat(content(at("g"))).isEqualTo("text");
    }

    @Test default void moveReplacesAnEmptyDirectory() throws IOException {
        Files.move(file("f", "text"), folder("d"), REPLACE_EXISTING);
        assertThat(content(at("d"))).isEqualTo("text");
    }

    @Test default void moveReplacesAnEmptyDirectoryWithADirectory() throws IOException {
        folder("d");
        file("d/f", "text");
        Files.move(at("d"), folder("e"), REPLACE_EXISTING);
        assertThat(content(at("e/f"))).isEqualTo("text");
    }

    @Test default void moveReplacesAFileWithADirectory() throws IOException {
        folder("d");
        file("d/f", "text");
        Files.move(at("d"), file("g", ""), REPLACE_EXISTING);
        assertThat(content(at("g/f"))).isEqualTo("text");
    }

    @Test default void moveDoesNotReplaceADirectoryThatIsNotEmpty() throws IOException {
        file("f", "text");
        folder("d");
        file("d/g", "");
        fails(DirectoryNotEmptyException.class, at("d"), () -> Files.move(at("f"), at("d"), REPLACE_EXISTING));
        assertThat(content(at("f"))).isEqualTo("text");
        assertThat(exists(at("d/g"))).isTrue();
    }

    @Test default void moveReplacesALinkAndNotItsTarget() throws IOException {
        file("f", "text");
        file("g", "other");
        Files.move(at("f"), symlink("s", "g"), REPLACE_EXISTING);
        assertThat(content(at("s"))).isEqualTo("text");
        assertThat(content(at("g"))).isEqualTo("other");
    }

    @Test default void moveMovesALinkItself() throws IOException {
        file("f", "text");
        Files.move(symlink("s", "f"), at("t"));
        assertThat(Files.readSymbolicLink(at("t"))).hasToString("f");
        assertThat(names(directory())).containsExactlyInAnyOrder("f", "t");
    }

    @Test default void moveMovesALinkToNowhere() throws IOException {
        Files.move(symlink("s", "nowhere"), at("t"));
        assertThat(Files.isSymbolicLink(at("t"))).isTrue();
    }

    @Test default void moveNeedsItsSource() {
        fails(NoSuchFileException.class, at("f"), () -> Files.move(at("f"), at("g")));
        fails(NoSuchFileException.class, at("f"), () -> Files.move(at("f"), at("g"), REPLACE_EXISTING));
    }

    @Test default void moveKeepsItsTargetIfTheSourceIsMissing() throws IOException {
        file("g", "text");
        fails(NoSuchFileException.class, at("f"), () -> Files.move(at("f"), at("g"), REPLACE_EXISTING));
        assertThat(content(at("g"))).isEqualTo("text");
    }

    @Test default void moveNeedsTheParentOfItsTarget() throws IOException {
        file("f", "text");
        assertThatThrownBy(() -> Files.move(at("f"), at("d/f"))).isExactlyInstanceOf(NoSuchFileException.class);
        assertThat(content(at("f"))).isEqualTo("text");
    }

    @Test default void moveToTheSameFileDoesNothing() throws IOException {
        file("f", "text");
        Files.move(at("f"), at("f"));
        Files.move(at("f"), at("f"), REPLACE_EXISTING);
        assertThat(content(at("f"))).isEqualTo("text");
    }

    @Test default void moveToAnotherNameOfTheSameFileDoesNothing() throws IOException {
        needs(NioFeature.HARD_LINKS);
        Files.createLink(at("g"), file("f", "text"));
        Files.move(at("f"), at("g"));
        assertThat(names(directory())).containsExactlyInAnyOrder("f", "g");
    }

    @Test default void moveDoesNotPutADirectoryIntoItself() throws IOException {
        folder("d");
        folder("d/e");
        assertThatThrownBy(() -> Files.move(at("d"), at("d/e/f"))).isInstanceOf(FileSystemException.class);
        assertThat(Files.isDirectory(at("d/e"))).isTrue();
    }

    @Test default void moveKeepsTheTimeOfModification() throws IOException {
        Files.setLastModifiedTime(file("f", "text"), LONG_AGO);
        Files.move(at("f"), at("g"));
        assertThat(Files.getLastModifiedTime(at("g"))).isEqualTo(LONG_AGO);
    }

    @Test default void moveKeepsPermissions() throws IOException {
        needs(NioFeature.POSIX_ATTRIBUTES);
        var mine = PosixFilePermissions.fromString("rwx-w---x");
        Files.setPosixFilePermissions(file("f", "text"), mine);
        Files.move(at("f"), at("g"));
        assertThat(Files.getPosixFilePermissions(at("g"))).isEqualTo(mine);
    }

    @Test default void moveRefusesToCopyAttributes() throws IOException {
        file("f", "text");
        refuses(UnsupportedOperationException.class, () -> Files.move(at("f"), at("g"), COPY_ATTRIBUTES));
        assertThat(exists(at("f"))).isTrue();
    }

    @Test default void moveTakesNoNullOption() throws IOException {
        file("f", "text");
        refuses(NullPointerException.class, () -> Files.move(at("f"), at("g"), null, REPLACE_EXISTING));
    }

    @Test default void anAtomicMoveGivesAFileAnotherName() throws IOException {
        assertThat(atomically(file("f", "text"), at("g"))).isEqualTo(at("g"));
        assertThat(names(directory())).containsExactly("g");
    }

    @Test default void anAtomicMoveReplacesAFile() throws IOException {
        atomically(file("f", "text"), file("g", "other"));
        assertThat(content(at("g"))).isEqualTo("text");
    }

    @Test default void anAtomicMoveIgnoresReplaceExisting() throws IOException {
        atomically(file("f", "text"), file("g", "other"), REPLACE_EXISTING);
        assertThat(content(at("g"))).isEqualTo("text");
    }

    @Test default void anAtomicMoveMovesADirectory() throws IOException {
        folder("d");
        file("d/f", "text");
        atomically(at("d"), at("e"));
        assertThat(content(at("e/f"))).isEqualTo("text");
    }

    @Test default void anAtomicMoveMovesALinkItself() throws IOException {
        symlink("s", "nowhere");
        atomically(at("s"), at("t"));
        assertThat(Files.readSymbolicLink(at("t"))).hasToString("nowhere");
    }

    @Test default void anAtomicMoveNeedsItsSource() throws IOException {
        file("g", "text");
        assertThatThrownBy(() -> atomically(at("f"), at("g"))).isExactlyInstanceOf(NoSuchFileException.class)
                .isInstanceOfSatisfying(FileSystemException.class,
                        e -> assertThat(e.getFile()).isEqualTo(at("f").toString()));
        assertThat(content(at("g"))).isEqualTo("text");
    }

    @Test default void anAtomicMoveDoesNotReplaceADirectoryThatIsNotEmpty() throws IOException {
        folder("d");
        folder("e");
        file("e/f", "text");
        fails(at("d"), () -> atomically(at("d"), at("e")));
        assertThat(content(at("e/f"))).isEqualTo("text");
        assertThat(exists(at("d"))).isTrue();
    }
}
