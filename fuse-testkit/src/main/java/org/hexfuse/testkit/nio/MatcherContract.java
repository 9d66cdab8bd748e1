package org.hexfuse.testkit.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.PathMatcher;
import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;

/** {@link PathMatcher}: globs and regular expressions. */
public interface MatcherContract extends NioFixture {
    private PathMatcher matcher(String pattern) {
        return fileSystem().getPathMatcher(pattern);
    }

    private void matches(String glob, String... paths) {
        for (String path : paths) {
            assertThat(matcher("glob:" + glob).matches(path(path))).as("%s matches %s", glob, path).isTrue();
        }
    }

    private void differs(String glob, String... paths) {
        for (String path : paths) {
            assertThat(matcher("glob:" + glob).matches(path(path))).as("%s matches %s", glob, path).isFalse();
        }
    }

    private void isMalformed(String pattern) {
        refuses(PatternSyntaxException.class, () -> matcher(pattern));
    }

    @Test default void aStarMatchesAnyCharactersOfAName() {
        matches("*.java", "a.java", ".java", "a.b.java");
        differs("*.java", "a.jav", "a.java.bak");
        matches("a*c*e", "ace", "abcde");
    }

    @Test default void aStarDoesNotMatchASeparator() {
        differs("*", "a/b");
        differs("*.java", "a/b.java");
        matches("*/*", "a/b");
    }

    @Test default void twoStarsMatchSeparatorsToo() {
        matches("**", "a", "a/b", "/a/b/c");
        matches("**.java", "a.java", "a/b.java");
        matches("/a/**", "/a/b", "/a/b/c");
        differs("**/x", "x");
    }

    @Test default void aQuestionMarkMatchesOneCharacter() {
        matches("a?c", "abc", "a?c");
        differs("a?c", "ac", "abbc", "a/c");
    }

    @Test default void bracketsMatchOneOfTheirCharacters() {
        matches("[abc]x", "ax", "bx", "cx");
        differs("[abc]x", "dx", "x", "abx");
    }

    @Test default void bracketsMatchARange() {
        matches("[a-c0-9]", "a", "c", "0", "9");
        differs("[a-c0-9]", "d", "-");
    }

    @Test default void aHyphenAtTheBeginningOfBracketsIsItself() {
        matches("[-a]", "-", "a");
        differs("[-a]", "b");
    }

    @Test default void anExclamationMarkNegatesBrackets() {
        matches("[!a-c]", "d", "!");
        differs("[!a-c]", "a", "b", "dd");
    }

    @Test default void specialCharactersInBracketsAreThemselves() {
        matches("[*?\\]", "*", "?", "\\");
        differs("[*?\\]", "a");
    }

    @Test default void bracketsDoNotMatchASeparator() {
        differs("a[!b]c", "a/c");
    }

    @Test default void bracesMatchOneOfTheirAlternatives() {
        matches("*.{java,class}", "a.java", "a.class");
        differs("*.{java,class}", "a.jar", "a.java,class");
        matches("{a,b*}/{c,}", "a/c", "bx/c");
    }

    @Test default void anAlternativeIsAGlob() {
        matches("{a?,[xy]*}", "ab", "x", "yes");
        differs("{a?,[xy]*}", "a", "zx");
    }

    @Test default void aBackslashEscapes() {
        matches("\\*", "*");
        differs("\\*", "a");
        matches("\\{a\\,b\\}", "{a,b}");
        matches("a\\?", "a?");
        differs("a\\?", "ab");
    }

    @Test default void aCommaOutsideBracesIsItself() {
        matches("a,b", "a,b");
    }

    @Test default void aLeadingDotIsNoSpecialCharacter() {
        matches("*", ".hidden");
        matches("?x", ".x");
    }

    @Test default void charactersOfRegularExpressionsAreThemselvesInGlobs() {
        matches("a.b", "a.b");
        differs("a.b", "axb");
        matches("(a)+^$|", "(a)+^$|");
    }

    @Test default void aGlobIsCaseSensitive() {
        differs("*.JAVA", "a.java");
    }

    @Test default void aGlobMatchesTheWholePath() {
        differs("b", "a/b", "bc", "ab");
        matches("/a/b", "/a/b");
        differs("a/b", "/a/b");
    }

    @Test default void anEmptyGlobMatchesTheEmptyPath() {
        matches("", "");
        differs("", "a");
    }

    @Test default void aGlobMatchesUnicode() {
        needs(NioFeature.UNICODE_NAMES);
        matches("*\u00fc?", "Gr\u00fcn", "\u00fcx");
        matches("[\u00e4\u00f6]", "\u00f6");
    }

    @Test default void theNameOfASyntaxIsNotCaseSensitive() {
        assertThat(matcher("GLOB:a*").matches(path("ab"))).isTrue();
        assertThat(matcher("ReGeX:a.*").matches(path("ab"))).isTrue();
    }

    @Test default void aRegularExpressionMatchesTheWholePath() {
        assertThat(matcher("regex:.*\\.java").matches(path("a/b.java"))).isTrue();
        assertThat(matcher("regex:b").matches(path("a/b"))).isFalse();
        assertThat(matcher("regex:/a/[^/]+").matches(path("/a/b"))).isTrue();
        assertThat(matcher("regex:/a/[^/]+").matches(path("/a/b/c"))).isFalse();
    }

    @Test default void malformedGlobsAreRefused() {
        isMalformed("glob:[a");
        isMalformed("glob:{a");
        isMalformed("glob:a\\");
        isMalformed("glob:{a,{b,c}}");
        isMalformed("glob:[a/b]");
        isMalformed("glob:[z-a]");
    }

    @Test default void malformedRegularExpressionsAreRefused() {
        isMalformed("regex:(a");
        isMalformed("regex:[a");
    }

    @Test default void anUnknownSyntaxIsUnsupported() {
        refuses(UnsupportedOperationException.class, () -> matcher("nothing:a"));
    }

    @Test default void aPatternNeedsASyntax() {
        refuses(IllegalArgumentException.class, () -> matcher("*.java"));
        refuses(IllegalArgumentException.class, () -> matcher(":a"));
        refuses(IllegalArgumentException.class, () -> matcher(""));
    }
}
