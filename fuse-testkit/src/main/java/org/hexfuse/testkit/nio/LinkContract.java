package org.hexfuse.testkit.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.attribute.BasicFileAttributes;
import org.junit.jupiter.api.Test;

/** Symbolic links, hard links and {@link Path#toRealPath}. */
public interface LinkContract extends NioFixture {
    private Path link(String name, String existing) throws IOException {
        needs(NioFeature.HARD_LINKS);
        return Files.createLink(at(name), at(existing));
    }

    private Path real() throws IOException {
        return directory().toRealPath();
    }

    @Test default void aLinkHasItsTargetAsGiven() throws IOException {
        for (String target : new String[]{"f", "../x/./y", "/absolute", "nowhere at all"}) {
            Path link = symlink("to " + target.replace('/', ':'), target);
            assertThat(Files.readSymbolicLink(link)).hasToString(target).isEqualTo(path(target));
        }
    }

    @Test default void createSymbolicLinkReturnsTheLink() throws IOException {
        assertThat(symlink("s", "f")).isEqualTo(at("s"));
        assertThat(Files.isSymbolicLink(at("s"))).isTrue();
    }

    @Test default void createSymbolicLinkFailsIfTheNameExists() throws IOException {
        file("f", "");
        fails(FileAlreadyExistsException.class, at("f"), () -> symlink("f", "x"));
        symlink("s", "f");
        fails(FileAlreadyExistsException.class, at("s"), () -> symlink("s", "x"));
    }

    @Test default void createSymbolicLinkNeedsTheParent() {
        fails(NoSuchFileException.class, at("d/s"), () -> symlink("d/s", "x"));
    }

    @Test default void aLinkToAPathOfAnotherProviderIsRefused() {
        needs(NioFeature.SYMBOLIC_LINKS);
        refuses(ProviderMismatchException.class, () -> Files.createSymbolicLink(at("s"), foreign("/x")));
    }

    @Test default void readSymbolicLinkNeedsALink() throws IOException {
        needs(NioFeature.SYMBOLIC_LINKS);
        file("f", "");
        folder("d");
        fails(NotLinkException.class, at("f"), () -> Files.readSymbolicLink(at("f")));
        fails(NotLinkException.class, at("d"), () -> Files.readSymbolicLink(at("d")));
        fails(NoSuchFileException.class, at("x"), () -> Files.readSymbolicLink(at("x")));
    }

    @Test default void aRelativeTargetStartsAtTheDirectoryOfTheLink() throws IOException {
        folder("d");
        file("d/f", "text");
        assertThat(content(symlink("d/s", "f"))).isEqualTo("text");
        assertThat(content(symlink("d/t", "../d/f"))).isEqualTo("text");
    }

    @Test default void anAbsoluteTargetStartsAtTheRoot() throws IOException {
        file("f", "text");
        assertThat(content(symlink("s", at("f").toString()))).isEqualTo("text");
    }

    @Test default void linksInTheMiddleOfAPathAreFollowed() throws IOException {
        folder("d");
        folder("d/e");
        file("d/f", "text");
        symlink("s", "d/e");
        assertThat(content(at("s/../f"))).isEqualTo("text");
    }

    @Test default void aLinkIsFollowedUnlessToldNotTo() throws IOException {
        file("f", "text");
        Path link = symlink("s", "f");
        assertThat(Files.isRegularFile(link)).isTrue();
        assertThat(Files.isRegularFile(link, LinkOption.NOFOLLOW_LINKS)).isFalse();
        assertThat(Files.size(link)).isEqualTo(4);
    }

    @Test default void aDanglingLinkExistsOnlyAsALink() throws IOException {
        Path link = symlink("s", "nowhere");
        assertThat(Files.exists(link)).isFalse();
        assertThat(Files.notExists(link)).isTrue();
        assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isTrue();
    }

    @Test default void theSizeOfALinkIsThatOfItsTarget() throws IOException {
        Path link = symlink("s", "a target");
        var attributes = Files.readAttributes(link, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        assertThat(attributes.size()).isEqualTo(8);
        assertThat(attributes.isSymbolicLink()).isTrue();
        assertThat(attributes.isOther()).isFalse();
    }

    @Test default void aLoopOfLinksFails() throws IOException {
        symlink("a", "b");
        symlink("b", "a");
        fails(at("a"), () -> Files.readAllBytes(at("a")));
        assertThat(Files.exists(at("a"))).isFalse();
    }

    @Test default void aLinkToItselfFails() throws IOException {
        Path link = symlink("s", "s");
        fails(link, () -> Files.newDirectoryStream(link));
        fails(link, () -> link.toRealPath());
    }

    @Test default void aChainOfTwentyLinksIsFollowed() throws IOException {
        file("s0", "text");
        for (int i = 1; i <= 20; i++) {
            symlink("s" + i, "s" + (i - 1));
        }
        assertThat(content(at("s20"))).isEqualTo("text");
    }

    @Test default void createLinkGivesAFileAnotherName() throws IOException {
        file("f", "text");
        assertThat(link("g", "f")).isEqualTo(at("g"));
        assertThat(content(at("g"))).isEqualTo("text");
        assertThat(Files.isSameFile(at("f"), at("g"))).isTrue();
    }

    @Test default void whatIsWrittenByOneNameIsReadByTheOther() throws IOException {
        file("f", "text");
        Files.writeString(link("g", "f"), "other");
        assertThat(content(at("f"))).isEqualTo("other");
    }

    @Test default void aFileLivesUntilItsLastNameIsGone() throws IOException {
        file("f", "text");
        link("g", "f");
        Files.delete(at("f"));
        assertThat(content(at("g"))).isEqualTo("text");
    }

    @Test default void createLinkFailsIfTheNameExists() throws IOException {
        needs(NioFeature.HARD_LINKS);
        file("f", "");
        file("g", "");
        fails(FileAlreadyExistsException.class, at("g"), at("f"), () -> Files.createLink(at("g"), at("f")));
    }

    @Test default void createLinkNeedsItsFile() {
        needs(NioFeature.HARD_LINKS);
        fails(NoSuchFileException.class, at("g"), at("f"), () -> Files.createLink(at("g"), at("f")));
    }

    @Test default void directoriesHaveOneName() throws IOException {
        needs(NioFeature.HARD_LINKS);
        folder("d");
        assertThatThrownBy(() -> link("e", "d")).isInstanceOf(FileSystemException.class);
        assertThat(exists(at("e"))).isFalse();
    }

    @Test default void aRealPathHasNoDots() throws IOException {
        folder("d");
        file("d/f", "");
        assertThat(at("d/./../d/f").toRealPath()).isEqualTo(real().resolve("d/f"));
    }

    @Test default void aRealPathHasNoLinks() throws IOException {
        folder("d");
        file("d/f", "");
        symlink("s", "d");
        symlink("d/t", "f");
        assertThat(at("s/t").toRealPath()).isEqualTo(real().resolve("d/f"));
    }

    @Test default void aRealPathKeepsLinksWhereTheyAreNotFollowed() throws IOException {
        folder("d");
        symlink("s", "d");
        assertThat(at("./s").toRealPath(LinkOption.NOFOLLOW_LINKS).endsWith("s")).isTrue();
    }

    @Test default void aRealPathGoesUpFromTheTargetOfALink() throws IOException {
        folder("d");
        folder("d/e");
        symlink("s", "d/e");
        assertThat(at("s/..").toRealPath()).isEqualTo(real().resolve("d"));
    }

    @Test default void aRealPathNeedsItsFile() throws IOException {
        fails(NoSuchFileException.class, at("x"), () -> at("x").toRealPath());
        fails(NoSuchFileException.class, at("x"), () -> at("x").toRealPath(LinkOption.NOFOLLOW_LINKS));
        Path link = symlink("s", "nowhere");
        fails(NoSuchFileException.class, link, () -> link.toRealPath());
    }

    @Test default void aPathIsTheSameFileAsItself() throws IOException {
        assertThat(Files.isSameFile(at("missing"), at("missing"))).isTrue();
        file("f", "");
        folder("d");
        assertThat(Files.isSameFile(at("f"), at("d/../f"))).isTrue();
    }

    @Test default void twoFilesAreNotTheSame() throws IOException {
        file("f", "text");
        file("g", "text");
        assertThat(Files.isSameFile(at("f"), at("g"))).isFalse();
    }

    @Test default void aLinkIsTheSameFileAsItsTarget() throws IOException {
        file("f", "text");
        assertThat(Files.isSameFile(symlink("s", "f"), at("f"))).isTrue();
    }

    @Test default void isSameFileNeedsBothFiles() throws IOException {
        file("f", "");
        fails(NoSuchFileException.class, at("x"), () -> Files.isSameFile(at("f"), at("x")));
        fails(NoSuchFileException.class, at("x"), () -> Files.isSameFile(at("x"), at("f")));
    }

    @Test default void aPathOfAnotherProviderIsAnotherFile() throws IOException {
        file("f", "");
        assertThat(Files.isSameFile(at("f"), foreign("/"))).isFalse();
    }
}
