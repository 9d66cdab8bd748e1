package org.hexfuse.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The listings of {@code docs/guide.md} are parts of sources that the build compiles. */
class GuideTest {
    /** A comment with the path of a source from the root of the repository, and the listing. */
    private static final Pattern LISTING = Pattern.compile("(?:<!-- (\\S+) -->\n)?```java\n(.*?)```", Pattern.DOTALL);

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (at != null && !Files.exists(at.resolve("docs/guide.md"))) {
            at = at.getParent();
        }
        return at == null ? fail("no docs/guide.md above " + Path.of("").toAbsolutePath()) : at;
    }

    /** A part of a class is listed without its indentation. */
    private static boolean contains(List<String> source, List<String> listing) {
        for (int start = 0; start + listing.size() <= source.size(); start++) {
            String part = source.subList(start, start + listing.size()).stream().collect(Collectors.joining("\n"));
            if (part.stripIndent().equals(String.join("\n", listing))) {
                return true;
            }
        }
        return false;
    }

    @TestFactory List<DynamicTest> eachListingIsPartOfItsSource() throws Exception {
        Path root = root();
        List<DynamicTest> tests = LISTING.matcher(Files.readString(root.resolve("docs/guide.md"))).results()
                .map(listing -> DynamicTest.dynamicTest(
                        listing.group(1) + ": " + listing.group(2).lines().findFirst().orElse(""),
                        () -> check(root, listing.group(1), listing.group(2).lines().toList())))
                .toList();
        assertThat(tests).hasSizeGreaterThan(10);
        return tests;
    }

    private static void check(Path root, String file, List<String> listing) throws Exception {
        if (file == null) {
            fail("a listing has no comment with its source before it:\n" + String.join("\n", listing));
        }
        assertThat(contains(Files.readAllLines(root.resolve(file)), listing))
                .as("docs/guide.md lists of %s what is not there:\n%s", file, String.join("\n", listing)).isTrue();
    }
}
