package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.Test;

/** {@code rename(2)} and {@code renameat2(2)}. */
public interface RenameContract extends PosixFixture {
    /** {@code RENAME_NOREPLACE}. */
    int NOREPLACE = 1;
    /** {@code RENAME_EXCHANGE}. */
    int SWAP = 2;

    private void rename(String from, String to) {
        fs().rename(at(from), at(to));
    }

    private void swap(String one, String other) {
        needs(PosixFeature.EXCHANGE);
        fs().rename(at(one), at(other), SWAP);
    }

    @Test default void renameGivesAFileAnotherName() {
        long ino = fs().stat(file("f", "content")).ino();
        rename("f", "g");
        assertThat(names(at(""))).containsExactly("g");
        assertThat(fs().stat(at("g")).ino()).isEqualTo(ino);
        assertThat(content(at("g"))).isEqualTo("content");
    }

    @Test default void renameMovesBetweenDirectories() {
        directory("d");
        directory("e");
        file("d/f", "content");
        rename("d/f", "e/g");
        assertThat(names(at("d"))).isEmpty();
        assertThat(content(at("e/g"))).isEqualTo("content");
    }

    @Test default void renameReplacesAFile() {
        file("f", "new");
        long replaced = fs().stat(file("g", "old")).ino();
        rename("f", "g");
        assertThat(names(at(""))).containsExactly("g");
        assertThat(content(at("g"))).isEqualTo("new");
        assertThat(fs().stat(at("g")).ino()).isNotEqualTo(replaced);
        assertThat(fs().stat(at("g")).nlink()).isEqualTo(1);
    }

    @Test default void aReplacedFileThatIsOpenStays() {
        file("f", "new");
        try (PosixFile old = open(file("g", "old"))) {
            rename("f", "g");
            assertThat(content(old)).isEqualTo("old");
            assertThat(old.stat().nlink()).isZero();
        }
    }

    @Test default void anOpenFileIsRenamed() {
        try (PosixFile file = open(file("f", "content"))) {
            rename("f", "g");
            write(file, "CON", 0);
            assertThat(content(at("g"))).isEqualTo("CONtent");
        }
    }

    @Test default void renameToItselfDoesNothing() {
        file("f", "content");
        rename("f", "f");
        directory("d");
        rename("d", "d");
        assertThat(content(at("f"))).isEqualTo("content");
        assertThat(names(at("d"))).isEmpty();
    }

    @Test default void renameOfTwoNamesOfOneFileKeepsBoth() {
        needs(PosixFeature.HARD_LINKS);
        file("f", "content");
        fs().link(at("f"), at("g"));
        rename("f", "g");
        assertThat(names(at(""))).containsExactlyInAnyOrder("f", "g");
        assertThat(fs().stat(at("f")).nlink()).isEqualTo(2);
    }

    @Test default void renameOfAMissingFileFails() {
        fails(Errno.ENOENT, () -> rename("f", "g"));
        file("f", "");
        fails(Errno.ENOENT, () -> rename("f", "d/f"));
        fails(Errno.ENOTDIR, () -> rename("f", "f/g"));
        fails(Errno.ENOTDIR, () -> rename("f/g", "h"));
    }

    @Test default void renameMovesADirectoryWithAllThatIsInIt() {
        directory("d");
        directory("d/e");
        file("d/e/f", "content");
        directory("x");
        rename("d", "x/y");
        assertThat(content(at("x/y/e/f"))).isEqualTo("content");
        assertThat(exists(at("d"))).isFalse();
    }

    @Test default void aMovedDirectoryHasANewParent() {
        directory("d");
        directory("x");
        directory("y");
        rename("d", "x/d");
        assertThat(fs().stat(at("x/d/..")).ino()).isEqualTo(fs().stat(at("x")).ino());
        assertThat(fs().stat(at("x")).nlink()).isEqualTo(3);
        rename("x/d", "y/d");
        assertThat(fs().stat(at("x")).nlink()).isEqualTo(2);
        assertThat(fs().stat(at("y")).nlink()).isEqualTo(3);
        assertThat(entries(at("y/d"))).filteredOn(entry -> entry.name().is("..")).extracting(entry -> entry.ino())
                .containsExactly(fs().stat(at("y")).ino());
    }

    @Test default void renameReplacesAnEmptyDirectory() {
        directory("d");
        file("d/f", "");
        directory("e");
        int links = fs().stat(at("")).nlink();
        rename("d", "e");
        assertThat(names(at("e"))).containsExactly("f");
        assertThat(fs().stat(at("")).nlink()).isEqualTo(links - 1);
    }

    @Test default void renameDoesNotReplaceANonEmptyDirectory() {
        directory("d");
        directory("e");
        file("e/f", "");
        fails(Errno.ENOTEMPTY, () -> rename("d", "e"));
        assertThat(names(at("e"))).containsExactly("f");
        assertThat(exists(at("d"))).isTrue();
    }

    @Test default void renameReplacesTheSameTypeOnly() {
        file("f", "");
        directory("d");
        fails(Errno.EISDIR, () -> rename("f", "d"));
        fails(Errno.ENOTDIR, () -> rename("d", "f"));
        assertThat(names(at(""))).containsExactlyInAnyOrder("f", "d");
    }

    @Test default void aDirectoryCannotGoIntoItself() {
        directory("d");
        directory("d/e");
        fails(Errno.EINVAL, () -> rename("d", "d/f"));
        fails(Errno.EINVAL, () -> rename("d", "d/e/f"));
        assertThat(names(at("d"))).containsExactly("e");
    }

    @Test default void aDirectoryCannotReplaceOneThatItIsIn() {
        directory("d");
        directory("d/e");
        fails(Errno.ENOTEMPTY, () -> rename("d/e", "d"));
        assertThat(names(at("d"))).containsExactly("e");
    }

    @Test default void renameMovesASymbolicLinkItself() {
        file("f", "content");
        fs().symlink("f", at("s"));
        rename("s", "t");
        assertThat(fs().readlink(at("t"))).isEqualTo("f");
        assertThat(content(at("f"))).isEqualTo("content");
        file("g", "new");
        rename("g", "t");
        assertThat(fs().lstat(at("t")).isRegular()).isTrue();
        assertThat(content(at("f"))).isEqualTo("content");
    }

    @Test default void renameFailsOnDots() {
        directory("d");
        fails(Errno.EBUSY, () -> rename("d/.", "e"));
        fails(Errno.EBUSY, () -> rename("d", "."));
        fails(Errno.EBUSY, () -> rename("d/..", "e"));
    }

    @Test default void aTrailingSlashNeedsADirectory() {
        file("f", "");
        directory("d");
        fails(Errno.ENOTDIR, () -> rename("f", "g/"));
        fails(Errno.ENOTDIR, () -> rename("f/", "g"));
        rename("d", "e/");
        assertThat(fs().stat(at("e")).isDirectory()).isTrue();
        rename("e/", "d");
        assertThat(fs().stat(at("d")).isDirectory()).isTrue();
    }

    @Test default void noreplaceKeepsAnExistingName() {
        needs(PosixFeature.NOREPLACE);
        file("f", "one");
        file("g", "two");
        fs().symlink("nowhere", at("s"));
        directory("d");
        for (String name : new String[]{"g", "s", "d", "f"}) {
            fails(Errno.EEXIST, () -> fs().rename(at("f"), at(name), NOREPLACE));
        }
        assertThat(content(at("g"))).isEqualTo("two");
        fs().rename(at("f"), at("h"), NOREPLACE);
        assertThat(content(at("h"))).isEqualTo("one");
        assertThat(exists(at("f"))).isFalse();
    }

    @Test default void exchangeSwapsFiles() {
        file("f", "one");
        directory("d");
        file("d/g", "two");
        swap("f", "d/g");
        assertThat(content(at("f"))).isEqualTo("two");
        assertThat(content(at("d/g"))).isEqualTo("one");
    }

    @Test default void exchangeSwapsAnyTypes() {
        file("f", "content");
        directory("d");
        directory("d/full");
        fs().symlink("nowhere", at("d/s"));
        swap("f", "d");
        assertThat(names(at("f"))).containsExactlyInAnyOrder("full", "s");
        assertThat(content(at("d"))).isEqualTo("content");
        swap("f/s", "d");
        assertThat(fs().readlink(at("d"))).isEqualTo("nowhere");
        assertThat(content(at("f/s"))).isEqualTo("content");
    }

    @Test default void exchangedDirectoriesHaveNewParents() {
        directory("d");
        directory("d/one");
        directory("e");
        file("e/two", "");
        swap("d/one", "e/two");
        assertThat(fs().stat(at("e/two/..")).ino()).isEqualTo(fs().stat(at("e")).ino());
        assertThat(fs().stat(at("d")).nlink()).isEqualTo(2);
        assertThat(fs().stat(at("e")).nlink()).isEqualTo(3);
    }

    @Test default void exchangeNeedsBothNames() {
        needs(PosixFeature.EXCHANGE);
        file("f", "");
        fails(Errno.ENOENT, () -> swap("f", "g"));
        fails(Errno.ENOENT, () -> swap("g", "f"));
        directory("d");
        directory("d/e");
        fails(Errno.EINVAL, () -> swap("d", "d/e"));
        fails(Errno.EINVAL, () -> swap("d/e", "d"));
    }

    @Test default void renameRejectsInvalidFlags() {
        file("f", "");
        file("g", "");
        fails(Errno.EINVAL, () -> fs().rename(at("f"), at("g"), NOREPLACE | SWAP));
        fails(Errno.EINVAL, () -> fs().rename(at("f"), at("g"), 1 << 10));
    }

    @Test default void renameNeedsPermissionToWriteToBothDirectories() {
        directory("d");
        directory("e");
        file("d/f", "");
        fails(Errno.EACCES, () -> alice().rename(at("d/f"), at("d/g")));
        fs().chmod(at("d"), 0777);
        fails(Errno.EACCES, () -> alice().rename(at("d/f"), at("e/f")));
        fs().chmod(at("e"), 0777);
        alice().rename(at("d/f"), at("e/f"));
        assertThat(names(at("e"))).containsExactly("f");
    }

    @Test default void movingADirectoryNeedsPermissionToWriteToIt() {
        directory("d");
        directory("e");
        fs().chmod(at("e"), 0777);
        fails(Errno.EACCES, () -> alice().rename(at("d"), at("e/d")));
        alice().rename(at("d"), at("d2"));
        fs().chmod(at("d2"), 0777);
        alice().rename(at("d2"), at("e/d"));
        assertThat(names(at("e"))).containsExactly("d");
    }

    @Test default void inAStickyDirectoryOnlyOwnersRename() {
        fs().chmod(at(""), 01777);
        file(alice(), "f", "alice");
        file(bob(), "g", "bob");
        fails(Errno.EPERM, () -> bob().rename(at("f"), at("h")));
        fails(Errno.EPERM, () -> bob().rename(at("g"), at("f")));
        alice().rename(at("f"), at("h"));
        assertThat(content(at("h"))).isEqualTo("alice");
    }

    @Test default void renameMovesTheTimesOfBothDirectories() {
        directory("d");
        directory("e");
        file("d/f", "");
        age(at("d"));
        age(at("e"));
        rename("d/f", "e/f");
        assertThat(fs().stat(at("d")).mtime().toInstant()).isAfter(LONG_AGO);
        assertThat(fs().stat(at("e")).mtime().toInstant()).isAfter(LONG_AGO);
    }

    @Test default void renameKeepsTheTimeOfModificationAndMovesThatOfChange() {
        age(file("f", ""));
        var before = fs().stat(at("f")).ctime().toInstant();
        tick();
        rename("f", "g");
        assertThat(fs().stat(at("g")).mtime().toInstant()).isEqualTo(LONG_AGO);
        assertThat(fs().stat(at("g")).ctime().toInstant()).isAfter(before);
    }

    @Test default void renameDoesNotFollowSymbolicLinks() {
        directory("d");
        directory("e");
        fs().symlink("d", at("s"));
        fails(Errno.ENOTDIR, () -> rename("s/", "x"));
        fails(Errno.ENOTDIR, () -> rename("e", "s/"));
        fails(Errno.ENOTDIR, () -> rename("e", "s"));
        assertThat(fs().readlink(at("s"))).isEqualTo("d");
    }

    @Test default void exchangeWithItselfDoesNothing() {
        file("f", "content");
        swap("f", "f");
        assertThat(content(at("f"))).isEqualTo("content");
    }

    @Test default void inAStickyDirectoryOnlyOwnersExchange() {
        needs(PosixFeature.EXCHANGE);
        fs().chmod(at(""), 01777);
        file(alice(), "f", "alice");
        file(bob(), "g", "bob");
        fails(Errno.EPERM, () -> bob().rename(at("f"), at("g"), SWAP));
        fails(Errno.EPERM, () -> bob().rename(at("g"), at("f"), SWAP));
        assertThat(content(at("f"))).isEqualTo("alice");
    }

    @Test default void exchangingDirectoriesNeedsPermissionToWriteToBoth() {
        needs(PosixFeature.EXCHANGE);
        for (String name : new String[]{"x", "y", "x/d", "y/e"}) {
            fs().chmod(directory(name), 0777);
        }
        fs().chmod(at("y/e"), 0755);
        fails(Errno.EACCES, () -> alice().rename(at("x/d"), at("y/e"), SWAP));
        fs().chmod(at("y/e"), 0777);
        file("y/e/f", "");
        alice().rename(at("x/d"), at("y/e"), SWAP);
        assertThat(names(at("x/d"))).containsExactly("f");
    }

    @Test default void missingPermissionIsReportedFirst() {
        directory("d");
        file("d/f", "");
        directory("d/e");
        fails(Errno.EACCES, () -> alice().rename(at("d/f"), at("d/e")));
        fails(Errno.EACCES, () -> alice().rename(at("d/e"), at("d/f")));
        directory("full");
        file("full/f", "");
        fs().chmod(at(""), 01777);
        fails(Errno.EPERM, () -> alice().rename(at("full"), at("d")));
    }

    @Test default void noreplaceFindsDotsExisting() {
        directory("d");
        fails(Errno.EEXIST, () -> fs().rename(at("d"), at("."), NOREPLACE));
        fails(Errno.EEXIST, () -> fs().rename(at("d"), at("d/.."), NOREPLACE));
    }
}
