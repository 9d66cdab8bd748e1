package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.vfs.DirectoryEntry;
import org.junit.jupiter.api.Test;

/** {@code getdents(2)}: listings, in parts and during changes. */
public interface ListingContract extends PosixFixture {
    /** Enough for several replies. */
    int MANY = 1500;

    @Test default void aListingHasDotsAndEveryNameOnce() {
        file("f", "");
        directory("d");
        fs().symlink("f", at("s"));
        assertThat(entries(at(""))).extracting(entry -> entry.name().toString())
                .containsExactlyInAnyOrder(".", "..", "f", "d", "s");
    }

    @Test default void entriesHaveInodeNumbersAndTypes() {
        file("f", "");
        directory("d");
        fs().symlink("f", at("s"));
        for (DirectoryEntry entry : entries(at("d/.."))) {
            if (!entry.name().is("..")) {
                var stat = fs().lstat(at(entry.name().toString()));
                assertThat(entry.ino()).isEqualTo(stat.ino());
                assertThat(entry.type()).contains(stat.type());
            }
        }
    }

    @Test default void dotsAreDirectories() {
        directory("d");
        List<DirectoryEntry> dots = entries(at("d"));
        assertThat(dots).extracting(DirectoryEntry::type)
                .allSatisfy(type -> assertThat(type).contains(FileType.DIRECTORY));
        assertThat(dots).filteredOn(entry -> entry.name().is(".")).extracting(DirectoryEntry::ino)
                .containsExactly(fs().stat(at("d")).ino());
        assertThat(dots).filteredOn(entry -> entry.name().is("..")).extracting(DirectoryEntry::ino)
                .containsExactly(fs().stat(at("")).ino());
    }

    @Test default void aLargeDirectoryIsListedWhole() {
        Set<String> made = makeMany();
        List<String> listed = names(at(""));
        assertThat(listed).hasSize(MANY);
        assertThat(new HashSet<>(listed)).isEqualTo(made);
    }

    /** Makes many files with names of different lengths. */
    private Set<String> makeMany() {
        var made = new HashSet<String>();
        for (int i = 0; i < MANY; i++) {
            String name = "x".repeat(i % 50) + i;
            fs().mknod(at(name), FileType.REGULAR.mode() | 0600, 0);
            made.add(name);
        }
        return made;
    }

    @Test default void aListingContinuesAtEveryCookie() {
        for (int i = 0; i < 30; i++) {
            file("f" + i, "");
        }
        try (PosixDirectory open = fs().opendir(at(""))) {
            List<DirectoryEntry> all = rest(open);
            for (int i = 0; i < all.size(); i++) {
                open.seek(all.get(i).cookie());
                assertThat(rest(open)).isEqualTo(all.subList(i + 1, all.size()));
            }
            open.seek(0);
            assertThat(rest(open)).isEqualTo(all);
        }
    }

    @Test default void theEndIsReportedAgain() {
        try (PosixDirectory open = fs().opendir(at(""))) {
            assertThat(rest(open)).hasSize(2);
            assertThat(open.next()).isEmpty();
            assertThat(open.next()).isEmpty();
        }
    }

    @Test default void aRewoundListingShowsWhatCameSince() {
        file("one", "");
        try (PosixDirectory open = fs().opendir(at(""))) {
            assertThat(rest(open)).hasSize(3);
            file("two", "");
            fs().unlink(at("one"));
            open.seek(0);
            assertThat(rest(open)).extracting(entry -> entry.name().toString())
                    .containsExactlyInAnyOrder(".", "..", "two");
        }
    }

    @Test default void remainingFilesAreListedOnceDuringRemovals() {
        makeMany();
        var seen = new ArrayList<String>();
        var removed = new HashSet<String>();
        try (PosixDirectory open = fs().opendir(at(""))) {
            for (var next = open.next(); next.isPresent(); next = open.next()) {
                String name = next.get().name().toString();
                if (!next.get().name().isDotOrDotDot()) {
                    seen.add(name);
                    if (seen.size() % 2 == 0) {
                        fs().unlink(at(name));
                        removed.add(name);
                    }
                }
            }
        }
        assertThat(seen).doesNotHaveDuplicates().hasSize(MANY);
        assertThat(names(at(""))).hasSize(MANY - removed.size()).doesNotContainAnyElementsOf(removed);
    }

    @Test default void existingFilesAreListedOnceDuringCreations() {
        Set<String> made = makeMany();
        var seen = new ArrayList<String>();
        try (PosixDirectory open = fs().opendir(at(""))) {
            for (var next = open.next(); next.isPresent() && seen.size() < 3 * MANY; next = open.next()) {
                seen.add(next.get().name().toString());
                if (seen.size() <= 200) {
                    file("new" + seen.size(), "");
                }
            }
        }
        assertThat(seen).doesNotHaveDuplicates().containsAll(made);
    }

    @Test default void aDirectoryCanBeEmptiedWhileItIsListed() {
        makeMany();
        try (PosixDirectory open = fs().opendir(at(""))) {
            for (var next = open.next(); next.isPresent(); next = open.next()) {
                if (!next.get().name().isDotOrDotDot()) {
                    fs().unlink(at(next.get().name().toString()));
                }
            }
        }
        assertThat(names(at(""))).isEmpty();
    }

    @Test default void twoListingsAreIndependent() {
        file("f", "");
        try (PosixDirectory one = fs().opendir(at("")); PosixDirectory other = fs().opendir(at(""))) {
            assertThat(rest(one)).hasSize(3);
            assertThat(rest(other)).hasSize(3);
        }
    }

    @Test default void opendirFailsOnOtherTypes() {
        fails(Errno.ENOTDIR, () -> fs().opendir(file("f", "")));
        fails(Errno.ENOENT, () -> fs().opendir(at("d")));
        directory("d");
        fs().symlink("d", at("s"));
        fs().opendir(at("s")).close();
    }

    @Test default void opendirNeedsPermissionToRead() {
        String path = directory("d");
        fs().chmod(path, 0711);
        fails(Errno.EACCES, () -> alice().opendir(path));
        fs().chmod(path, 0744);
        alice().opendir(path).close();
    }
}
