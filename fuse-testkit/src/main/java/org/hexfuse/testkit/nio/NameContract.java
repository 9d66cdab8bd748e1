package org.hexfuse.testkit.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The names of files, and the URIs of paths. */
public interface NameContract extends NioFixture {
    private void works(String name) throws IOException {
        file(name, name);
        assertThat(names(directory())).containsExactly(name);
        assertThat(content(at(name))).isEqualTo(name);
        Files.move(at(name), at("other"));
        Files.move(at("other"), at(name));
        Files.delete(at(name));
        assertThat(names(directory())).isEmpty();
    }

    /** A path of the bytes that the escaped octets say, in the directory of the test. */
    private Path escaped(String name) {
        needs(NioFeature.NAMES_OF_ANY_BYTES);
        String directory = directory().toUri().toString();
        return Path.of(URI.create(directory + (directory.endsWith("/") ? "" : "/") + name));
    }

    @Test default void namesHaveSpaces() throws IOException {
        works("a name with spaces");
        works(" ");
        works(" a ");
    }

    @Test default void namesHaveCharactersThatShellsAndUrisTreatSpecially() throws IOException {
        for (String name : List.of("*", "?", "#", "%20", "a:b", "a\\b", "\"", "'", "&", "-rf", "~", "$HOME", "|", "<>",
                "a;b", "{x}", "[y]", "@", "+", "=", "^", "`")) {
            works(name);
        }
    }

    @Test default void namesHaveControlCharacters() throws IOException {
        works("a\nb\tc\u0001\u007f");
    }

    @Test default void namesBeginAndEndWithDots() throws IOException {
        works("...");
        works(".a");
        works("a.");
    }

    @Test default void namesHaveUnicode() throws IOException {
        needs(NioFeature.UNICODE_NAMES);
        works("\u00e4\u00f6\u00fc\u00df");
        works("\u65e5\u672c\u8a9e");
        works("\ud83d\ude00");
        works("\u05e9\u05dc\u05d5\u05dd");
    }

    @Test default void namesAreNotNormalized() throws IOException {
        needs(NioFeature.UNICODE_NAMES);
        file("\u00e9", "one character");
        file("e\u0301", "two characters");
        assertThat(names(directory())).containsExactlyInAnyOrder("\u00e9", "e\u0301");
    }

    @Test default void namesAreCaseSensitive() throws IOException {
        file("a", "small");
        file("A", "capital");
        assertThat(content(at("a"))).isEqualTo("small");
        assertThat(names(directory())).containsExactlyInAnyOrder("a", "A");
    }

    @Test default void namesHaveUpTo255Bytes() throws IOException {
        works("x".repeat(255));
    }

    @Test default void namesHaveUpTo255BytesOfUnicode() throws IOException {
        needs(NioFeature.UNICODE_NAMES);
        works("\u65e5".repeat(85));
    }

    @Test default void aNameOf256BytesFails() {
        needs(NioFeature.NAMES_OF_255_BYTES);
        Path path = at("x".repeat(256));
        fails(path, () -> Files.createFile(path));
        fails(path, () -> Files.createDirectory(path));
        fails(path, () -> Files.size(path));
    }

    @Test default void aNameOf256BytesOfUnicodeFails() {
        needs(NioFeature.UNICODE_NAMES);
        needs(NioFeature.NAMES_OF_255_BYTES);
        Path path = at("\u65e5".repeat(85) + "x");
        assertThatThrownBy(() -> Files.createFile(path)).isInstanceOf(FileSystemException.class);
    }

    @Test default void treesHaveAHundredLevels() throws IOException {
        Path deep = directory();
        for (int i = 0; i < 100; i++) {
            deep = deep.resolve("level " + i);
        }
        Files.createDirectories(deep);
        Files.writeString(deep.resolve("f"), "text");
        assertThat(content(deep.resolve("f"))).isEqualTo("text");
        for (; !deep.equals(directory()); deep = deep.getParent()) {
            Files.deleteIfExists(deep.resolve("f"));
            Files.delete(deep);
        }
    }

    @Test default void dotsInAPathAreResolvedByTheFileSystem() throws IOException {
        folder("d");
        file("f", "text");
        assertThat(content(at("d/../f"))).isEqualTo("text");
        assertThat(content(at("./f"))).isEqualTo("text");
        assertThatThrownBy(() -> content(at("missing/../f"))).isInstanceOf(IOException.class);
    }

    @Test default void aUriNamesItsPath() {
        for (String name : List.of("a", "a b", "#", "?", "%", "a:b", "%41", "[x]", "\\", "a;b")) {
            URI uri = at(name).toUri();
            assertThat(uri.getScheme()).isEqualTo(fileSystem().provider().getScheme());
            assertThat(Path.of(uri)).isEqualTo(at(name));
            assertThat(fileSystem().provider().getPath(uri)).isEqualTo(at(name));
        }
    }

    @Test default void aUriNamesAPathOfUnicode() {
        needs(NioFeature.UNICODE_NAMES);
        assertThat(Path.of(at("\u00e4\ud83d\ude00").toUri())).isEqualTo(at("\u00e4\ud83d\ude00"));
        assertThat(at("\u00e4").toUri().toString()).endsWith("%C3%A4");
    }

    @Test default void aUriIsThatOfTheAbsolutePath() {
        assertThat(path("a b").toUri()).isEqualTo(path("a b").toAbsolutePath().toUri());
    }

    @Test default void aUriOfAnotherSchemeIsRefused() {
        URI uri = URI.create("no-such-scheme:/a");
        refuses(IllegalArgumentException.class, () -> fileSystem().provider().getPath(uri));
    }

    @Test default void namesOfAnyBytesAreListed() throws IOException {
        Files.createFile(escaped("a%FFb"));
        try (var entries = Files.newDirectoryStream(directory())) {
            assertThat(entries).containsExactly(escaped("a%FFb"));
        }
    }

    @Test default void namesOfAnyBytesHaveFiles() throws IOException {
        Files.writeString(escaped("%80%FE"), "text");
        assertThat(content(escaped("%80%FE"))).isEqualTo("text");
        assertThat(Files.exists(escaped("%80%FF"))).isFalse();
        Files.move(escaped("%80%FE"), escaped("%C3"));
        assertThat(content(escaped("%C3"))).isEqualTo("text");
    }

    @Test default void namesOfAnyBytesSurviveAUri() throws IOException {
        Path path = escaped("x%E4%FFy");
        assertThat(path.toUri().toString()).endsWith("x%E4%FFy");
        assertThat(Path.of(path.toUri())).isEqualTo(path);
        assertThat(path).isNotEqualTo(escaped("x%E5%FFy"));
    }

    @Test default void namesOfAnyBytesAreTargetsOfLinks() throws IOException {
        needs(NioFeature.SYMBOLIC_LINKS);
        Files.writeString(escaped("%FF"), "text");
        Files.createSymbolicLink(at("s"), escaped("%FF").getFileName());
        assertThat(content(at("s"))).isEqualTo("text");
        assertThat(Files.readSymbolicLink(at("s"))).isEqualTo(escaped("%FF").getFileName());
    }
}
