package org.hexfuse.testkit.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** {@link Path}: what a path can say without its file. */
public interface PathContract extends NioFixture {
    /** The elements of a path. */
    private static List<String> elements(Path path) {
        var names = new ArrayList<String>();
        path.forEach(name -> names.add(name.toString()));
        return names;
    }

    private void normalizes(String path, String normal) {
        assertThat(path(path).normalize()).hasToString(normal).isEqualTo(path(normal));
    }

    private void relativizes(String from, String to, String relative) {
        assertThat(path(from).relativize(path(to))).hasToString(relative).isEqualTo(path(relative));
    }

    @Test default void aPathHasTheTextItWasMadeOf() {
        assertThat(path("a/b")).hasToString("a/b");
        assertThat(path("/a/b")).hasToString("/a/b");
    }

    @Test default void moreTextsAreJoinedWithTheSeparator() {
        assertThat(path("a", "b", "c/d")).hasToString("a/b/c/d").isEqualTo(path("a/b/c/d"));
    }

    @Test default void emptyTextsAreLeftOut() {
        assertThat(path("", "a", "", "b", "")).hasToString("a/b");
        assertThat(path("", "")).hasToString("");
    }

    @Test default void repeatedSeparatorsAreOne() {
        assertThat(path("//a///b")).hasToString("/a/b").isEqualTo(path("/a/b"));
    }

    @Test default void separatorsAtTheEndAreDropped() {
        assertThat(path("a/b//")).hasToString("a/b").isEqualTo(path("a/b"));
        assertThat(path("///")).hasToString("/");
    }

    @Test default void dotsAreElementsLikeOthers() {
        assertThat(elements(path("./a/../b/."))).containsExactly(".", "a", "..", "b", ".");
    }

    @Test default void zeroIsNoCharacterOfAPath() {
        assertThat(catchThrowable(() -> path("a\0b"))).isInstanceOfSatisfying(InvalidPathException.class,
                e -> assertThat(e.getInput()).isEqualTo("a\0b"));
    }

    @Test default void aPathIsNotMadeOfNull() {
        refuses(NullPointerException.class, () -> path(null));
    }

    @Test default void aPathThatBeginsWithTheSeparatorIsAbsolute() {
        assertThat(path("/a").isAbsolute()).isTrue();
        assertThat(path("/").isAbsolute()).isTrue();
        assertThat(path("a").isAbsolute()).isFalse();
        assertThat(path("").isAbsolute()).isFalse();
    }

    @Test default void anAbsolutePathHasARoot() {
        assertThat(path("/a/b").getRoot()).isEqualTo(path("/"));
        assertThat(path("/").getRoot()).isEqualTo(path("/"));
    }

    @Test default void aRelativePathHasNoRoot() {
        assertThat(path("a/b").getRoot()).isNull();
        assertThat(path("").getRoot()).isNull();
    }

    @Test default void theRootHasNoNameAndNoParent() {
        assertThat(path("/").getFileName()).isNull();
        assertThat(path("/").getParent()).isNull();
        assertThat(path("/").getNameCount()).isZero();
    }

    @Test default void theFileNameIsTheLastElement() {
        assertThat(path("/a/b").getFileName()).isEqualTo(path("b"));
        assertThat(path("a").getFileName()).isEqualTo(path("a"));
        assertThat(path("a/..").getFileName()).isEqualTo(path(".."));
    }

    @Test default void theParentIsThePathWithoutItsLastElement() {
        assertThat(path("/a/b/c").getParent()).isEqualTo(path("/a/b"));
        assertThat(path("a/b").getParent()).isEqualTo(path("a"));
        assertThat(path("a/..").getParent()).isEqualTo(path("a"));
    }

    @Test default void theParentOfANameInTheRootIsTheRoot() {
        assertThat(path("/a").getParent()).isEqualTo(path("/"));
    }

    @Test default void aSingleRelativeNameHasNoParent() {
        assertThat(path("a").getParent()).isNull();
        assertThat(path("").getParent()).isNull();
    }

    @Test default void theEmptyPathHasOneEmptyName() {
        assertThat(path("").getNameCount()).isEqualTo(1);
        assertThat(path("").getFileName()).hasToString("");
        assertThat(path("").getName(0)).isEqualTo(path(""));
    }

    @Test default void namesAreCountedFromTheRoot() {
        Path path = path("/a/b/c");
        assertThat(path.getNameCount()).isEqualTo(3);
        assertThat(path.getName(0)).isEqualTo(path("a"));
        assertThat(path.getName(2)).isEqualTo(path("c"));
    }

    @Test default void aNameOutsideThePathIsRefused() {
        refuses(IllegalArgumentException.class, () -> path("/a/b").getName(2));
        refuses(IllegalArgumentException.class, () -> path("/a/b").getName(-1));
        refuses(IllegalArgumentException.class, () -> path("/").getName(0));
    }

    @Test default void aSubpathIsRelative() {
        assertThat(path("/a/b/c/d").subpath(1, 3)).hasToString("b/c").isEqualTo(path("b/c"));
        assertThat(path("/a/b").subpath(0, 2)).isEqualTo(path("a/b"));
    }

    @Test default void aSubpathOutsideThePathIsRefused() {
        Path path = path("/a/b");
        refuses(IllegalArgumentException.class, () -> path.subpath(-1, 1));
        refuses(IllegalArgumentException.class, () -> path.subpath(0, 3));
        refuses(IllegalArgumentException.class, () -> path.subpath(2, 3));
    }

    @Test default void aSubpathHasAName() {
        refuses(IllegalArgumentException.class, () -> path("/a/b").subpath(1, 1));
        refuses(IllegalArgumentException.class, () -> path("/a/b").subpath(1, 0));
    }

    @Test default void aPathIteratesOverItsNames() {
        assertThat(elements(path("/a/b/c"))).containsExactly("a", "b", "c");
        assertThat(elements(path("/"))).isEmpty();
        assertThat(elements(path(""))).containsExactly("");
    }

    @Test default void theIteratorOfAPathEnds() {
        var names = path("a").iterator();
        names.next();
        assertThat(names.hasNext()).isFalse();
        refuses(NoSuchElementException.class, names::next);
    }

    @Test default void theIteratorOfAPathRemovesNothing() {
        var names = path("a/b").iterator();
        names.next();
        refuses(UnsupportedOperationException.class, names::remove);
    }

    @Test default void aPathStartsWithItsFirstElements() {
        Path path = path("/a/b/c");
        assertThat(path.startsWith(path("/a/b"))).isTrue();
        assertThat(path.startsWith(path)).isTrue();
        assertThat(path.startsWith("/a")).isTrue();
        assertThat(path.startsWith(path("/b"))).isFalse();
    }

    @Test default void aPathStartsWithWholeElements() {
        assertThat(path("/abc/d").startsWith(path("/ab"))).isFalse();
        assertThat(path("abc").startsWith("ab")).isFalse();
    }

    @Test default void anAbsolutePathStartsWithTheRoot() {
        assertThat(path("/a/b").startsWith(path("/"))).isTrue();
        assertThat(path("/").startsWith(path("/"))).isTrue();
    }

    @Test default void absoluteAndRelativePathsDoNotStartWithEachOther() {
        assertThat(path("/a/b").startsWith(path("a"))).isFalse();
        assertThat(path("a/b").startsWith(path("/a"))).isFalse();
    }

    @Test default void onlyTheEmptyPathStartsAndEndsWithIt() {
        assertThat(path("").startsWith(path(""))).isTrue();
        assertThat(path("").endsWith(path(""))).isTrue();
        assertThat(path("a").startsWith(path(""))).isFalse();
        assertThat(path("a").endsWith(path(""))).isFalse();
    }

    @Test default void aPathEndsWithItsLastElements() {
        Path path = path("/a/b/c");
        assertThat(path.endsWith(path("b/c"))).isTrue();
        assertThat(path.endsWith("c")).isTrue();
        assertThat(path.endsWith(path)).isTrue();
        assertThat(path.endsWith(path("a/b"))).isFalse();
    }

    @Test default void aPathEndsWithWholeElements() {
        assertThat(path("/a/abc").endsWith("bc")).isFalse();
    }

    @Test default void onlyAnEqualPathEndsWithAnAbsoluteOne() {
        assertThat(path("/a/b").endsWith(path("/b"))).isFalse();
        assertThat(path("/a/b").endsWith(path("/a/b"))).isTrue();
    }

    @Test default void aPathDoesNotStartOrEndWithOneOfAnotherProvider() {
        assertThat(path("/a").startsWith(foreign("/a"))).isFalse();
        assertThat(path("/a").endsWith(foreign("a"))).isFalse();
    }

    @Test default void normalizeRemovesDots() {
        normalizes("./a/./b/.", "a/b");
        normalizes("/./a", "/a");
    }

    @Test default void normalizeRemovesADoubleDotWithTheNameBefore() {
        normalizes("a/../b", "b");
        normalizes("/a/b/../../c", "/c");
        normalizes("a/b/c/../..", "a");
    }

    @Test default void normalizeKeepsLeadingDoubleDotsOfARelativePath() {
        normalizes("../../a", "../../a");
        normalizes("a/../../b", "../b");
    }

    @Test default void normalizeDropsDoubleDotsAtTheRoot() {
        normalizes("/../../a", "/a");
        normalizes("/..", "/");
    }

    @Test default void normalizeMayLeaveNothing() {
        normalizes("a/..", "");
        normalizes(".", "");
        normalizes("", "");
        normalizes("/a/..", "/");
    }

    @Test default void resolveAppendsARelativePath() {
        assertThat(path("/a").resolve(path("b/c"))).hasToString("/a/b/c").isEqualTo(path("/a/b/c"));
        assertThat(path("/").resolve("b")).hasToString("/b");
        assertThat(path("a").resolve("..")).hasToString("a/..");
    }

    @Test default void resolveReturnsAnAbsolutePath() {
        assertThat(path("/a").resolve(path("/b"))).isEqualTo(path("/b"));
        assertThat(path("a").resolve("/b")).isEqualTo(path("/b"));
    }

    @Test default void resolvingTheEmptyPathChangesNothing() {
        assertThat(path("/a").resolve("")).isEqualTo(path("/a"));
        assertThat(path("").resolve("a")).isEqualTo(path("a"));
    }

    @Test default void resolveTakesSeveralPaths() {
        assertThat(path("/a").resolve("b", "c", "d")).isEqualTo(path("/a/b/c/d"));
        assertThat(path("a").resolve(path("b"), path("/c"), path("d"))).isEqualTo(path("/c/d"));
    }

    @Test default void resolveRefusesAPathOfAnotherProvider() {
        refuses(ProviderMismatchException.class, () -> path("/a").resolve(foreign("b")));
    }

    @Test default void resolveSiblingReplacesTheLastName() {
        assertThat(path("/a/b").resolveSibling("c")).isEqualTo(path("/a/c"));
        assertThat(path("a").resolveSibling(path("b/c"))).isEqualTo(path("b/c"));
        assertThat(path("/a/b").resolveSibling("/c")).isEqualTo(path("/c"));
    }

    @Test default void anEmptySiblingIsTheParent() {
        assertThat(path("a/b").resolveSibling("")).isEqualTo(path("a"));
        assertThat(path("a").resolveSibling("")).isEqualTo(path(""));
    }

    @Test default void relativizeGoesDown() {
        relativizes("/a", "/a/b/c", "b/c");
        relativizes("a", "a/b", "b");
        relativizes("/", "/a", "a");
    }

    @Test default void relativizeGoesUp() {
        relativizes("/a/b/c", "/a", "../..");
        relativizes("/a/b", "/c/d", "../../c/d");
        relativizes("a", "b", "../b");
    }

    @Test default void relativizeOfEqualPathsIsEmpty() {
        relativizes("/a/b", "/a/b", "");
        relativizes("a", "a", "");
        relativizes("/", "/", "");
    }

    @Test default void relativizeFromAndToTheEmptyPath() {
        relativizes("", "a/b", "a/b");
        relativizes("a/b", "", "../..");
    }

    @Test default void relativizeIsTheInverseOfResolve() {
        for (String base : List.of("/a/b", "a", "/")) {
            for (String rest : List.of("x", "x/y/z")) {
                assertThat(path(base).relativize(path(base).resolve(rest))).isEqualTo(path(rest));
            }
        }
    }

    @Test default void relativizeRefusesARelativeAndAnAbsolutePath() {
        refuses(IllegalArgumentException.class, () -> path("/a").relativize(path("a")));
        refuses(IllegalArgumentException.class, () -> path("a").relativize(path("/a")));
    }

    @Test default void relativizeRefusesAPathOfAnotherProvider() {
        refuses(ProviderMismatchException.class, () -> path("/a").relativize(foreign("/a")));
    }

    @Test default void pathsAreOrderedByTheirText() {
        assertThat(path("/a")).isLessThan(path("/b")).isEqualByComparingTo(path("/a")).isGreaterThan(path("/"));
        assertThat(path("a")).isLessThan(path("a/b")).isGreaterThan(path("B"));
    }

    @Test default void pathsOfTwoProvidersCannotBeCompared() {
        refuses(ClassCastException.class, () -> path("/a").compareTo(foreign("/a")));
    }

    @Test default void pathsOfTheSameTextAreEqual() {
        assertThat(path("/a/b")).isEqualTo(path("/a", "b")).hasSameHashCodeAs(path("/a", "b"));
        assertThat(path("/a")).isNotEqualTo(path("a")).isNotEqualTo(path("/A"));
    }

    @Test default void pathsOfTwoProvidersAreNotEqual() {
        assertThat(path("/a")).isNotEqualTo(foreign("/a"));
    }

    @Test default void equalityOfPathsLooksAtNoFile() {
        assertThat(path("a/./b")).isNotEqualTo(path("a/b"));
        assertThat(path("a/../b")).isNotEqualTo(path("b"));
    }

    @Test default void aPathNamesItsFileSystem() {
        assertThat(path("a").getFileSystem()).isSameAs(fileSystem());
        assertThat(path("/a").resolve("b").getParent().getFileSystem()).isSameAs(fileSystem());
    }

    @Test default void anAbsolutePathStaysAsItIs() {
        assertThat(path("/a/../b").toAbsolutePath()).isEqualTo(path("/a/../b"));
    }

    @Test default void aRelativePathHasAnAbsoluteOne() {
        Path absolute = path("a/../b").toAbsolutePath();
        assertThat(absolute.isAbsolute()).isTrue();
        assertThat(absolute.endsWith(path("a/../b"))).isTrue();
    }

    @Test default void pathsKeepCharactersThatAreSpecialElsewhere() {
        for (String name : List.of(" ", "a b", "*", "?", "a:b", "\\", "a\nb", "~", "$x", "\"", "-rf", "%41", "#")) {
            assertThat(elements(path("/" + name + "/x"))).containsExactly(name, "x");
        }
    }
}
