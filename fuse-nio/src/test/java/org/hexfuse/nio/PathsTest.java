package org.hexfuse.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.ProviderMismatchException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.PatternSyntaxException;
import org.hexfuse.abi.Name;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths do what those of the default provider do. */
final class PathsTest {
    private static final FileSystem DEFAULT = FileSystems.getDefault();
    private static final String[] NAMES = {"a", "b", ".", "..", "é", "long name", ""};

    private UserKernel kernel;
    private HexfuseFileSystem files;

    @BeforeEach void mount() throws IOException {
        kernel = UserKernel.connect("mem:", new MemoryFileSystem()).failOnLeaks();
        files = HexfuseFileSystem.of(kernel.vfs());
    }

    @AfterEach void unmount() throws IOException {
        files.close();
        kernel.close();
    }

    private static String random(Random random) {
        var text = new StringBuilder(random.nextBoolean() ? "/" : "");
        int names = random.nextInt(5);
        for (int i = 0; i < names; i++) {
            text.append(NAMES[random.nextInt(NAMES.length)]).append(i + 1 < names || random.nextInt(4) == 0 ? "/" : "");
        }
        return text.toString();
    }

    /** What a method returns, as text, or the exception. */
    private static String outcome(Function<Path, Object> method, Path path) {
        try {
            return String.valueOf(method.apply(path));
        } catch (IllegalArgumentException e) {
            return e.getClass().getSimpleName();
        }
    }

    @Test void oneOperandAsByTheDefaultProvider() {
        List<Function<Path, Object>> methods = List.of(path -> path, Path::getFileName, Path::getParent, Path::getRoot,
                Path::getNameCount, Path::isAbsolute, Path::normalize, path -> path.getName(0), path -> path.getName(1),
                path -> path.subpath(0, 2), path -> path.subpath(1, 3), path -> path.subpath(1, 1), path -> {
                    var names = new ArrayList<String>();
                    path.forEach(name -> names.add(name.toString()));
                    return names;
                });
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            String text = random(random);
            for (int method = 0; method < methods.size(); method++) {
                assertThat(outcome(methods.get(method), files.getPath(text))).as("method %s of '%s'", method, text)
                        .isEqualTo(outcome(methods.get(method), DEFAULT.getPath(text)));
            }
        }
    }

    @Test void twoOperandsAsByTheDefaultProvider() {
        List<BiFunction<Path, Path, Object>> methods = List.of(Path::resolve, Path::resolveSibling, Path::startsWith,
                Path::endsWith, Path::equals, Path::relativize, (a, b) -> Integer.signum(a.compareTo(b)));
        var random = new Random(2);
        for (int i = 0; i < 20_000; i++) {
            String one = random(random);
            String other = random(random);
            for (int method = 0; method < methods.size(); method++) {
                BiFunction<Path, Path, Object> two = methods.get(method);
                assertThat(outcome(path -> two.apply(path, files.getPath(other)), files.getPath(one)))
                        .as("method %s of '%s' and '%s'", method, one, other)
                        .isEqualTo(outcome(path -> two.apply(path, DEFAULT.getPath(other)), DEFAULT.getPath(one)));
            }
        }
    }

    @Test void partsAreJoined() {
        assertThat(files.getPath("a", "", "/b/", "c")).hasToString("a/b/c");
        assertThat(files.getPath("", "/b")).hasToString("/b");
        assertThat(files.getPath("/", "b")).hasToString("/b");
    }

    @Test void anAbsolutePathBeginsAtTheRoot() {
        assertThat(files.getPath("a").toAbsolutePath()).hasToString("/a");
        assertThat(files.getPath("").toAbsolutePath()).hasToString("/");
    }

    @Test void aNulIsInvalid() {
        assertThatThrownBy(() -> files.getPath("a\0b")).isInstanceOf(InvalidPathException.class);
    }

    @Test void aSurrogateThatStandsForNoByteIsInvalid() {
        assertThatThrownBy(() -> files.getPath("a\uD800")).isInstanceOf(InvalidPathException.class);
        assertThat(files.getPath("\uD83D\uDE00")).hasToString("\uD83D\uDE00");
    }

    @Test void aNameThatIsNotUtf8Survives() throws IOException {
        Path file = files.getPath("/a\uDCFFb");
        Files.writeString(file, "x");

        assertThat(kernel.vfs().list("/").getFirst().name()).isEqualTo(Name.of(new byte[]{'a', (byte) 0xFF, 'b'}));
        try (var names = Files.list(files.getPath("/"))) {
            assertThat(names).containsExactly(file);
        }
    }

    @Test void textsOfTheSameBytesAreEqual() {
        assertThat(files.getPath("\uDCC3\uDCA9")).isEqualTo(files.getPath("é")).hasToString("é");
    }

    @Test void pathsOfAnotherProviderDoNotMix() {
        Path ours = files.getPath("/a");

        assertThatThrownBy(() -> ours.resolve(Path.of("b"))).isInstanceOf(ProviderMismatchException.class);
        assertThat(ours.startsWith(Path.of("/a"))).isFalse();
        assertThat(ours).isNotEqualTo(Path.of("/a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/a", "/a b/ü", "/%/!/?#", "/[x]", "/100%25", "/\uDCFE\uDC80",
        "/a!/b"}) void aUriLeadsToItsPath(String text) {
        URI uri = files.getPath(text).toUri();

        assertThat(uri.getScheme()).isEqualTo("hexfuse");
        assertThat(uri.toASCIIString()).isEqualTo(uri.toString());
        assertThat(Path.of(uri)).isEqualTo(files.getPath(text));
    }

    @Test void aRealPathHasNoLinks() throws IOException {
        Files.createDirectories(files.getPath("/a/b"));
        Files.createSymbolicLink(files.getPath("/link"), files.getPath("a/b"));
        Files.createSymbolicLink(files.getPath("/a/b/up"), files.getPath("/link/.."));

        assertThat(files.getPath("link/./up").toRealPath()).hasToString("/a");
        assertThat(files.getPath("/link/..").toRealPath()).hasToString("/a");
        assertThat(files.getPath("a/../link").toRealPath(java.nio.file.LinkOption.NOFOLLOW_LINKS)).hasToString("/link");
        assertThatThrownBy(() -> files.getPath("/none").toRealPath()).isInstanceOf(NoSuchFileException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ' ', value = {"glob:*.java A.java true", "glob:*.java d/A.java false",
        "glob:**.java d/A.java true", "glob:{a,b*} bc true", "glob:{a,b*} c false", "glob:?[a-c] xb true",
        "glob:[!a] b true", "glob:[!a] a false", "glob:[a-] - true", "glob:[^] ^ true", "glob:a\\* a* true",
        "glob:a\\* ab false", "glob:a.b axb false", "glob:$(+|) $(+|) true", "regex:a.* abc true", "GLOB:* x true",
        "glob:[[] [ true", "glob:[&&] & true", "glob:/*/b /a/b true"}) void matchesAsByTheDefaultProvider(
                String pattern, String path, boolean expected) {
        PathMatcher ours = files.getPathMatcher(pattern);

        assertThat(ours.matches(files.getPath(path))).isEqualTo(expected);
        assertThat(DEFAULT.getPathMatcher(pattern).matches(DEFAULT.getPath(path))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"glob:[", "glob:{a", "glob:{a{b}}", "glob:a\\", "glob:[a/b]", "glob:[z-a]",
        "regex:("}) void refusesAPattern(String pattern) {
        assertThatThrownBy(() -> files.getPathMatcher(pattern)).isInstanceOf(PatternSyntaxException.class);
    }

    @Test void refusesAPatternWithoutASyntax() {
        assertThatThrownBy(() -> files.getPathMatcher("*.java")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> files.getPathMatcher("sql:%")).isInstanceOf(UnsupportedOperationException.class);
    }
}
