package org.hexfuse.testkit.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Directories and {@link DirectoryStream}. */
public interface DirectoryContract extends NioFixture {
    private void files(String... names) throws IOException {
        for (String name : names) {
            file(name, "");
        }
    }

    private DirectoryStream<Path> stream() throws IOException {
        return fileSystem().provider().newDirectoryStream(directory(), _ -> true);
    }

    private List<String> matching(String glob) throws IOException {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory(), glob)) {
            return names(stream);
        }
    }

    @Test default void createDirectoryMakesAnEmptyDirectory() throws IOException {
        assertThat(Files.createDirectory(at("d"))).isEqualTo(at("d"));
        assertThat(Files.isDirectory(at("d"))).isTrue();
        assertThat(names(at("d"))).isEmpty();
    }

    @Test default void createDirectoryFailsIfTheNameExists() throws IOException {
        folder("d");
        file("f", "");
        fails(FileAlreadyExistsException.class, at("d"), () -> Files.createDirectory(at("d")));
        fails(FileAlreadyExistsException.class, at("f"), () -> Files.createDirectory(at("f")));
    }

    @Test default void createDirectoryFailsAtADanglingLink() throws IOException {
        Path link = symlink("s", "nowhere");
        fails(FileAlreadyExistsException.class, link, () -> Files.createDirectory(link));
    }

    @Test default void createDirectoryNeedsTheParent() {
        fails(NoSuchFileException.class, at("d/e"), () -> Files.createDirectory(at("d/e")));
    }

    @Test default void createDirectoryNeedsAParentThatIsADirectory() throws IOException {
        file("f", "");
        fails(at("f/d"), () -> Files.createDirectory(at("f/d")));
    }

    @Test default void aNewDirectoryHasTheGivenPermissions() throws IOException {
        needs(NioFeature.POSIX_ATTRIBUTES);
        Set<PosixFilePermission> mine = PosixFilePermissions.fromString("rwx--x---");
        Files.createDirectory(at("d"), PosixFilePermissions.asFileAttribute(mine));
        assertThat(Files.getPosixFilePermissions(at("d"))).isEqualTo(mine);
    }

    @Test default void createDirectoriesMakesTheParents() throws IOException {
        Files.createDirectories(at("a/b/c"));
        assertThat(Files.isDirectory(at("a/b/c"))).isTrue();
    }

    @Test default void createDirectoriesIsContentWithADirectory() throws IOException {
        folder("d");
        file("d/f", "");
        Files.createDirectories(at("d"));
        assertThat(names(at("d"))).containsExactly("f");
    }

    @Test default void createDirectoriesIsContentWithALinkToADirectory() throws IOException {
        folder("d");
        Files.createDirectories(symlink("s", "d"));
        Files.createDirectories(at("s/e"));
        assertThat(names(at("d"))).containsExactly("e");
    }

    @Test default void createDirectoriesFailsAtAFile() throws IOException {
        file("f", "");
        fails(FileAlreadyExistsException.class, at("f"), () -> Files.createDirectories(at("f")));
    }

    @Test default void aStreamHasEachEntryOnce() throws IOException {
        files("a", "b", "c");
        folder("d");
        assertThat(names(directory())).containsExactlyInAnyOrder("a", "b", "c", "d");
    }

    @Test default void theEntriesOfAStreamAreResolvedAgainstItsDirectory() throws IOException {
        folder("d");
        file("d/f", "");
        Path dotted = at("d/../d");
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(dotted)) {
            assertThat(stream).containsExactly(dotted.resolve("f"));
        }
    }

    @Test default void aStreamOfALinkHasItsEntriesUnderTheLink() throws IOException {
        folder("d");
        file("d/f", "");
        Path link = symlink("s", "d");
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(link)) {
            assertThat(stream).containsExactly(at("s/f"));
        }
    }

    @Test default void aStreamOfAnEmptyDirectoryIsEmpty() throws IOException {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory())) {
            assertThat(stream.iterator().hasNext()).isFalse();
        }
    }

    @Test default void aStreamNeedsADirectoryThatExists() {
        fails(NoSuchFileException.class, at("d"), () -> Files.newDirectoryStream(at("d")));
    }

    @Test default void aStreamNeedsADirectory() throws IOException {
        file("f", "");
        fails(NotDirectoryException.class, at("f"), () -> Files.newDirectoryStream(at("f")));
    }

    @Test default void aStreamHasOneIterator() throws IOException {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory())) {
            assertThat(stream.iterator().hasNext()).isFalse();
            refuses(IllegalStateException.class, stream::iterator);
        }
    }

    @Test default void aClosedStreamHasNoIterator() throws IOException {
        DirectoryStream<Path> stream = stream();
        stream.close();
        assertThat(catchThrowable(stream::iterator)).isInstanceOf(IllegalStateException.class);
    }

    @Test default void aStreamMayBeClosedTwice() throws IOException {
        DirectoryStream<Path> stream = stream();
        stream.close();
        stream.close();
        assertThat(catchThrowable(stream::iterator)).isInstanceOf(IllegalStateException.class);
    }

    @Test default void aStreamThatIsClosedHalfwayEnds() throws IOException {
        List<String> all = IntStream.range(0, 100).mapToObj(i -> "f" + i).toList();
        files(all.toArray(String[]::new));
        var seen = new ArrayList<Path>();
        DirectoryStream<Path> stream = stream();
        Iterator<Path> entries = stream.iterator();
        seen.add(entries.next());
        stream.close();
        // Entries that were read ahead may still come.
        entries.forEachRemaining(seen::add);
        assertThat(all).containsAll(names(seen));
        refuses(NoSuchElementException.class, entries::next);
    }

    @Test default void theIteratorOfAStreamEnds() throws IOException {
        file("f", "");
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory())) {
            Iterator<Path> entries = stream.iterator();
            assertThat(entries.next()).isEqualTo(at("f"));
            refuses(NoSuchElementException.class, entries::next);
            assertThat(entries.hasNext()).isFalse();
        }
    }

    @Test default void theIteratorOfAStreamRemovesNothing() throws IOException {
        file("f", "");
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory())) {
            Iterator<Path> entries = stream.iterator();
            entries.next();
            refuses(UnsupportedOperationException.class, entries::remove);
        }
        assertThat(exists(at("f"))).isTrue();
    }

    @Test default void hasNextDoesNotSkip() throws IOException {
        files("a", "b");
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory())) {
            Iterator<Path> entries = stream.iterator();
            assertThat(entries.hasNext()).isTrue();
            assertThat(entries.hasNext()).isTrue();
            assertThat(names(List.of(entries.next(), entries.next()))).containsExactlyInAnyOrder("a", "b");
        }
    }

    @Test default void aFilterChoosesEntries() throws IOException {
        files("a", "b");
        folder("d");
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory(), Files::isDirectory)) {
            assertThat(stream).containsExactly(at("d"));
        }
    }

    @Test default void anExceptionOfTheFilterEndsTheIteration() throws IOException {
        file("a", "");
        var failure = new IOException("the filter");
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory(), _ -> {
            throw failure;
        })) {
            Iterator<Path> entries = stream.iterator();
            assertThat(catchThrowable(entries::hasNext)).isExactlyInstanceOf(DirectoryIteratorException.class)
                    .hasCause(failure);
        }
    }

    @Test default void aGlobChoosesEntriesByName() throws IOException {
        files("a.txt", "b.txt", "c.jar");
        assertThat(matching("*.txt")).containsExactlyInAnyOrder("a.txt", "b.txt");
        assertThat(matching("*.{jar,zip}")).containsExactly("c.jar");
        assertThat(matching("*")).hasSize(3);
        assertThat(matching("x*")).isEmpty();
    }

    @Test default void aMalformedGlobIsRefused() {
        refuses(PatternSyntaxException.class, () -> Files.newDirectoryStream(directory(), "{a"));
    }

    @Test default void aThousandNamesAreListedOnce() throws IOException {
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            expected.add(file("a long name, so that no single buffer has them all " + i, "").getFileName().toString());
        }
        assertThat(names(directory())).hasSize(1000).hasSameElementsAs(expected);
    }

    @Test default void entriesMayBeDeletedWhileTheyAreListed() throws IOException {
        for (int i = 0; i < 300; i++) {
            file("a name " + i, "");
        }
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory())) {
            for (Path entry : stream) {
                Files.delete(entry);
            }
        }
        assertThat(names(directory())).isEmpty();
    }

    @Test default void listHasTheEntriesOfADirectory() throws IOException {
        files("a", "b");
        try (Stream<Path> entries = Files.list(directory())) {
            assertThat(entries.toList()).containsExactlyInAnyOrder(at("a"), at("b"));
        }
    }

    @Test default void deleteRemovesAnEmptyDirectory() throws IOException {
        Files.delete(folder("d"));
        assertThat(exists(at("d"))).isFalse();
    }

    @Test default void deleteKeepsADirectoryThatIsNotEmpty() throws IOException {
        folder("d");
        file("d/f", "");
        fails(DirectoryNotEmptyException.class, at("d"), () -> Files.delete(at("d")));
        fails(DirectoryNotEmptyException.class, at("d"), () -> Files.deleteIfExists(at("d")));
        assertThat(exists(at("d/f"))).isTrue();
    }

    @Test default void deleteRemovesAFile() throws IOException {
        Files.delete(file("f", "text"));
        assertThat(names(directory())).isEmpty();
    }

    @Test default void deleteFailsIfTheFileIsMissing() {
        fails(NoSuchFileException.class, at("f"), () -> Files.delete(at("f")));
    }

    @Test default void deleteFailsIfTheParentIsAFile() throws IOException {
        file("f", "");
        fails(at("f/g"), () -> Files.delete(at("f/g")));
    }

    @Test default void deleteIfExistsSaysWhetherItDid() throws IOException {
        file("f", "");
        assertThat(Files.deleteIfExists(at("f"))).isTrue();
        assertThat(Files.deleteIfExists(at("f"))).isFalse();
    }

    @Test default void deleteRemovesALinkAndKeepsItsTarget() throws IOException {
        file("f", "text");
        Files.delete(symlink("s", "f"));
        assertThat(names(directory())).containsExactly("f");
    }

    @Test default void deleteRemovesALinkToADirectory() throws IOException {
        folder("d");
        file("d/f", "");
        Files.delete(symlink("s", "d"));
        assertThat(exists(at("d/f"))).isTrue();
        assertThat(exists(at("s"))).isFalse();
    }
}
