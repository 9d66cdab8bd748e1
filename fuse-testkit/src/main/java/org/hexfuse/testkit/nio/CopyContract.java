package org.hexfuse.testkit.nio;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@link Files#copy}. */
public interface CopyContract extends NioFixture {
    @Test default void copyMakesAnotherFileOfTheSameContent() throws IOException {
        assertThat(Files.copy(file("f", "text"), at("g"))).isEqualTo(at("g"));
        Files.writeString(at("f"), "other");
        assertThat(content(at("g"))).isEqualTo("text");
    }

    @Test default void copyCopiesAnEmptyFile() throws IOException {
        Files.copy(file("f", ""), at("g"));
        assertThat(Files.size(at("g"))).isZero();
    }

    @Test default void copyCopiesAMebibyte() throws IOException {
        byte[] content = new byte[(1 << 20) + 3];
        new Random(3).nextBytes(content);
        Files.copy(Files.write(at("f"), content), at("g"));
        assertThat(Arrays.equals(Files.readAllBytes(at("g")), content)).isTrue();
    }

    @Test default void copyFailsIfTheTargetExists() throws IOException {
        file("f", "text");
        file("g", "other");
        fails(FileAlreadyExistsException.class, at("g"), () -> Files.copy(at("f"), at("g")));
        assertThat(content(at("g"))).isEqualTo("other");
    }

    @Test default void copyFailsIfTheTargetIsADirectory() throws IOException {
        file("f", "text");
        folder("d");
        fails(FileAlreadyExistsException.class, at("d"), () -> Files.copy(at("f"), at("d")));
    }

    @Test default void copyFailsIfTheTargetIsALinkToNowhere() throws IOException {
        file("f", "text");
        Path link = symlink("s", "nowhere");
        fails(FileAlreadyExistsException.class, link, () -> Files.copy(at("f"), link));
    }

    @Test default void copyReplacesAFile() throws IOException {
        Files.copy(file("f", "text"), file("g", "something longer"), REPLACE_EXISTING);
        assertThat(content(at("g"))).isEqualTo("text");
    }

    @Test default void copyReplacesAnEmptyDirectory() throws IOException {
        Files.copy(file("f", "text"), folder("d"), REPLACE_EXISTING);
        assertThat(content(at("d"))).isEqualTo("text");
    }

    @Test default void copyDoesNotReplaceADirectoryThatIsNotEmpty() throws IOException {
        file("f", "text");
        folder("d");
        file("d/g", "");
        fails(DirectoryNotEmptyException.class, at("d"), () -> Files.copy(at("f"), at("d"), REPLACE_EXISTING));
        assertThat(exists(at("d/g"))).isTrue();
    }

    @Test default void copyReplacesALinkAndNotItsTarget() throws IOException {
        file("f", "text");
        file("g", "other");
        Files.copy(at("f"), symlink("s", "g"), REPLACE_EXISTING);
        assertThat(Files.isSymbolicLink(at("s"))).isFalse();
        assertThat(content(at("s"))).isEqualTo("text");
        assertThat(content(at("g"))).isEqualTo("other");
    }

    @Test default void copyOfADirectoryIsAnEmptyDirectory() throws IOException {
        folder("d");
        file("d/f", "");
        Files.copy(at("d"), at("e"));
        assertThat(names(at("e"))).isEmpty();
    }

    @Test default void copyFollowsALink() throws IOException {
        file("f", "text");
        Files.copy(symlink("s", "f"), at("g"));
        assertThat(Files.isSymbolicLink(at("g"))).isFalse();
        assertThat(content(at("g"))).isEqualTo("text");
    }

    @Test default void copyCopiesALinkItselfWhereItMustNotFollow() throws IOException {
        Files.copy(symlink("s", "nowhere"), at("t"), LinkOption.NOFOLLOW_LINKS);
        assertThat(Files.readSymbolicLink(at("t"))).hasToString("nowhere");
    }

    @Test default void copyNeedsItsSource() throws IOException {
        fails(NoSuchFileException.class, at("f"), () -> Files.copy(at("f"), at("g")));
        Path link = symlink("s", "nowhere");
        fails(NoSuchFileException.class, link, () -> Files.copy(link, at("g")));
        assertThat(exists(at("g"))).isFalse();
    }

    @Test default void copyKeepsItsTargetIfTheSourceIsMissing() throws IOException {
        file("g", "text");
        fails(NoSuchFileException.class, at("f"), () -> Files.copy(at("f"), at("g"), REPLACE_EXISTING));
        assertThat(content(at("g"))).isEqualTo("text");
    }

    @Test default void copyNeedsTheParentOfItsTarget() throws IOException {
        file("f", "text");
        fails(NoSuchFileException.class, at("d/g"), () -> Files.copy(at("f"), at("d/g")));
    }

    @Test default void copyToTheSameFileDoesNothing() throws IOException {
        file("f", "text");
        assertThat(Files.copy(at("f"), at("f"))).isEqualTo(at("f"));
        Files.copy(at("f"), at("f"), REPLACE_EXISTING);
        assertThat(content(at("f"))).isEqualTo("text");
    }

    @Test default void copyToAnotherNameOfTheSameFileDoesNothing() throws IOException {
        needs(NioFeature.HARD_LINKS);
        Files.createLink(at("g"), file("f", "text"));
        Files.copy(at("f"), at("g"), REPLACE_EXISTING);
        assertThat(Files.isSameFile(at("f"), at("g"))).isTrue();
        assertThat(content(at("g"))).isEqualTo("text");
    }

    @Test default void copyKeepsTheTimeOfModificationOnDemand() throws IOException {
        Files.setLastModifiedTime(file("f", "text"), LONG_AGO);
        Files.copy(at("f"), at("g"), COPY_ATTRIBUTES);
        Files.copy(at("f"), at("h"));
        assertThat(Files.getLastModifiedTime(at("g"))).isEqualTo(LONG_AGO);
        assertThat(Files.getLastModifiedTime(at("h"))).isGreaterThan(LONG_AGO);
    }

    @Test default void copyKeepsTheTimesOfADirectoryOnDemand() throws IOException {
        Files.setLastModifiedTime(folder("d"), LONG_AGO);
        Files.copy(at("d"), at("e"), COPY_ATTRIBUTES);
        assertThat(Files.getLastModifiedTime(at("e"))).isEqualTo(LONG_AGO);
    }

    @Test default void copyKeepsPermissionsOnDemand() throws IOException {
        needs(NioFeature.POSIX_ATTRIBUTES);
        var mine = PosixFilePermissions.fromString("rwx-w---x");
        Files.setPosixFilePermissions(file("f", "text"), mine);
        Files.copy(at("f"), at("g"), COPY_ATTRIBUTES);
        assertThat(Files.getPosixFilePermissions(at("g"))).isEqualTo(mine);
    }

    @Test default void copyKeepsOwnersOnDemand() throws IOException {
        needs(NioFeature.CHANGING_OWNERS);
        needs(NioFeature.UNIX_ATTRIBUTES);
        Files.setAttribute(file("f", ""), "unix:uid", 1234);
        Files.setAttribute(at("f"), "unix:gid", 2345);
        Files.copy(at("f"), at("g"), COPY_ATTRIBUTES);
        assertThat(Files.readAttributes(at("g"), "unix:uid,gid")).containsEntry("uid", 1234).containsEntry("gid", 2345);
    }

    @Test default void copyIsNeverAnAtomicMove() throws IOException {
        file("f", "text");
        refuses(UnsupportedOperationException.class, () -> Files.copy(at("f"), at("g"), ATOMIC_MOVE));
    }

    @Test default void copyTakesNoNullOption() throws IOException {
        file("f", "text");
        refuses(NullPointerException.class, () -> Files.copy(at("f"), at("g"), null, REPLACE_EXISTING));
    }

    @Test default void copyReadsAStream() throws IOException {
        assertThat(Files.copy(new ByteArrayInputStream(new byte[]{'a', 'b'}), at("f"))).isEqualTo(2);
        assertThat(content(at("f"))).isEqualTo("ab");
    }

    @Test default void copyOfAStreamReplacesOnlyOnDemand() throws IOException {
        file("f", "text");
        var empty = new ByteArrayInputStream(new byte[0]);
        fails(FileAlreadyExistsException.class, at("f"), () -> Files.copy(empty, at("f")));
        assertThat(Files.copy(empty, at("f"), REPLACE_EXISTING)).isZero();
        assertThat(content(at("f"))).isEmpty();
    }

    @Test default void copyWritesToAStream() throws IOException {
        var out = new ByteArrayOutputStream();
        assertThat(Files.copy(file("f", "text"), out)).isEqualTo(4);
        assertThat(out).hasToString("text");
    }

    @Test default void copyReadsAFileOfAnotherProvider() throws IOException {
        Path foreign = foreign("/modules/java.base/java/lang/Object.class");
        Files.copy(foreign, at("f"));
        assertThat(Files.mismatch(foreign, at("f"))).isEqualTo(-1);
    }
}
