package org.hexfuse.testkit.nio;

import static java.nio.file.FileVisitOption.FOLLOW_LINKS;
import static java.nio.file.FileVisitResult.CONTINUE;
import static java.nio.file.FileVisitResult.SKIP_SIBLINGS;
import static java.nio.file.FileVisitResult.SKIP_SUBTREE;
import static java.nio.file.FileVisitResult.TERMINATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@link Files#walk}, {@link Files#walkFileTree} and {@link Files#find}. */
public interface WalkContract extends NioFixture {
    /** Makes the tree of "d": "d/e/g", "d/f". */
    private Path tree() throws IOException {
        folder("d");
        folder("d/e");
        file("d/e/g", "text");
        file("d/f", "");
        return at("d");
    }

    private List<String> walked(Path start, int depth, FileVisitOption... options) throws IOException {
        try (Stream<Path> paths = Files.walk(start, depth, options)) {
            return paths.map(path -> directory().relativize(path).toString()).toList();
        }
    }

    private List<String> visits(Path start, Set<FileVisitOption> options, int depth) throws IOException {
        var recorder = new VisitRecorder(directory());
        assertThat(Files.walkFileTree(start, options, depth, recorder)).isEqualTo(start);
        return recorder.visits();
    }

    @Test default void walkVisitsADirectoryBeforeItsEntries() throws IOException {
        List<String> walked = walked(tree(), Integer.MAX_VALUE);
        assertThat(walked).startsWith("d").containsExactlyInAnyOrder("d", "d/e", "d/e/g", "d/f")
                .containsSubsequence("d/e", "d/e/g");
    }

    @Test default void walkGoesNoDeeperThanItMay() throws IOException {
        assertThat(walked(tree(), 1)).containsExactlyInAnyOrder("d", "d/e", "d/f");
        assertThat(walked(at("d"), 0)).containsExactly("d");
    }

    @Test default void walkOfAFileIsTheFile() throws IOException {
        file("f", "");
        assertThat(walked(at("f"), 5)).containsExactly("f");
    }

    @Test default void walkNeedsItsStart() {
        fails(NoSuchFileException.class, at("x"), () -> walked(at("x"), 5));
    }

    @Test default void walkFollowsLinksOnlyOnDemand() throws IOException {
        tree();
        symlink("s", "d/e");
        assertThat(walked(directory(), 5)).contains("s").doesNotContain("s/g");
        assertThat(walked(directory(), 5, FOLLOW_LINKS)).contains("s", "s/g");
    }

    @Test default void walkFindsALoop() throws IOException {
        tree();
        Path link = symlink("d/e/s", "../../d");
        assertThatThrownBy(() -> walked(at("d"), 50, FOLLOW_LINKS)).isInstanceOf(UncheckedIOException.class).cause()
                .isInstanceOfSatisfying(FileSystemLoopException.class,
                        e -> assertThat(e.getFile()).isEqualTo(link.toString()));
    }

    @Test default void walkFileTreeEntersAndLeavesDirectories() throws IOException {
        assertThat(visits(tree(), Set.of(), 9)).startsWith("enter d").endsWith("leave d")
                .containsSubsequence("enter d/e", "file d/e/g", "leave d/e").contains("file d/f").hasSize(6);
    }

    @Test default void walkFileTreeVisitsADirectoryAtTheEndOfItsDepthLikeAFile() throws IOException {
        assertThat(visits(tree(), Set.of(), 1)).containsExactlyInAnyOrder("enter d", "directory d/e", "file d/f",
                "leave d");
    }

    @Test default void walkFileTreeVisitsALinkItself() throws IOException {
        folder("d");
        symlink("d/s", "nowhere");
        assertThat(visits(at("d"), Set.of(), 9)).containsExactly("enter d", "link d/s", "leave d");
    }

    @Test default void walkFileTreeFollowsLinksOnDemand() throws IOException {
        tree();
        folder("x");
        symlink("x/s", "../d/e");
        assertThat(visits(at("x"), EnumSet.of(FOLLOW_LINKS), 9)).containsExactly("enter x", "enter x/s", "file x/s/g",
                "leave x/s", "leave x");
    }

    @Test default void walkFileTreeVisitsADanglingLinkWhenItFollows() throws IOException {
        folder("d");
        symlink("d/s", "nowhere");
        assertThat(visits(at("d"), EnumSet.of(FOLLOW_LINKS), 9)).containsExactly("enter d", "link d/s", "leave d");
    }

    @Test default void walkFileTreeTellsOfALoop() throws IOException {
        folder("d");
        symlink("d/s", ".");
        assertThat(visits(at("d"), EnumSet.of(FOLLOW_LINKS), 9)).containsExactly("enter d",
                "FileSystemLoopException d/s", "leave d");
    }

    @Test default void walkFileTreeTellsOfAMissingStart() throws IOException {
        assertThat(visits(at("x"), Set.of(), 9)).containsExactly("NoSuchFileException x");
    }

    @Test default void walkFileTreeSkipsASubtree() throws IOException {
        var recorder = new VisitRecorder(directory()) {
            @Override public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                visited("enter", path);
                return path.endsWith("e") ? SKIP_SUBTREE : CONTINUE;
            }
        };
        Files.walkFileTree(tree(), recorder);
        assertThat(recorder.visits()).containsExactlyInAnyOrder("enter d", "enter d/e", "file d/f", "leave d");
    }

    @Test default void walkFileTreeSkipsSiblings() throws IOException {
        var recorder = new VisitRecorder(directory()) {
            @Override public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
                visited("file", path);
                return SKIP_SIBLINGS;
            }
        };
        folder("d");
        file("d/a", "");
        file("d/b", "");
        Files.walkFileTree(at("d"), recorder);
        assertThat(recorder.visits()).hasSize(3).startsWith("enter d").endsWith("leave d");
    }

    @Test default void walkFileTreeTerminates() throws IOException {
        var recorder = new VisitRecorder(directory()) {
            @Override public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                visited("enter", path);
                return TERMINATE;
            }
        };
        Files.walkFileTree(tree(), recorder);
        assertThat(recorder.visits()).containsExactly("enter d");
    }

    @Test default void walkFileTreeDeletesATree() throws IOException {
        Files.walkFileTree(tree(), new SimpleFileVisitor<Path>() {
            @Override public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) throws IOException {
                Files.delete(path);
                return CONTINUE;
            }

            @Override public FileVisitResult postVisitDirectory(Path path, IOException failure) throws IOException {
                Files.delete(path);
                return CONTINUE;
            }
        });
        assertThat(names(directory())).isEmpty();
    }

    @Test default void findChoosesByPathAndAttributes() throws IOException {
        try (Stream<Path> found = Files.find(tree(), 9, (path, attributes) -> attributes.size() == 4
                && path.endsWith("g"))) {
            assertThat(found).containsExactly(at("d/e/g"));
        }
    }

    private static List<Path> listed(Path path) throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.toList();
        }
    }

    @Test default void listNeedsADirectory() throws IOException {
        file("f", "");
        fails(NotDirectoryException.class, at("f"), () -> listed(at("f")));
        fails(NoSuchFileException.class, at("x"), () -> listed(at("x")));
    }
}
