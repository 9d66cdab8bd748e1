package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.Test;

/** {@code link(2)}: hard links. */
public interface LinkContract extends PosixFixture {
    private void link(String existing, String name) {
        needs(PosixFeature.HARD_LINKS);
        fs().link(at(existing), at(name));
    }

    @Test default void linkGivesAFileAnotherName() {
        file("f", "content");
        link("f", "g");
        assertThat(fs().stat(at("g"))).isEqualTo(fs().stat(at("f")));
        assertThat(fs().stat(at("g")).nlink()).isEqualTo(2);
        assertThat(content(at("g"))).isEqualTo("content");
    }

    @Test default void whatIsWrittenByOneNameIsReadByTheOther() {
        file("f", "content");
        link("f", "g");
        try (PosixFile file = open(at("g"))) {
            write(file, "CON", 0);
        }
        fs().chmod(at("g"), 0600);
        assertThat(content(at("f"))).isEqualTo("CONtent");
        assertThat(fs().stat(at("f")).permissions()).isEqualTo(0600);
    }

    @Test default void aFileLivesUntilItsLastNameIsGone() {
        file("f", "content");
        link("f", "g");
        fs().unlink(at("f"));
        assertThat(fs().stat(at("g")).nlink()).isEqualTo(1);
        assertThat(content(at("g"))).isEqualTo("content");
    }

    @Test default void linkFailsIfTheNameExists() {
        file("f", "");
        file("g", "other");
        fs().symlink("nowhere", at("s"));
        for (String name : new String[]{"f", "g", "s", "."}) {
            fails(Errno.EEXIST, () -> link("f", name));
        }
        assertThat(content(at("g"))).isEqualTo("other");
    }

    @Test default void linkNeedsItsFileAndItsParent() {
        fails(Errno.ENOENT, () -> link("f", "g"));
        file("f", "");
        fails(Errno.ENOENT, () -> link("f", "d/g"));
        fails(Errno.ENOTDIR, () -> link("f", "f/g"));
        fails(Errno.ENOENT, () -> link("f", "g/"));
    }

    @Test default void directoriesCannotBeLinked() {
        directory("d");
        fails(Errno.EPERM, () -> link("d", "e"));
    }

    @Test default void linkNamesASymbolicLinkItself() {
        fs().symlink("nowhere", at("s"));
        link("s", "t");
        assertThat(fs().lstat(at("t")).isSymlink()).isTrue();
        assertThat(fs().lstat(at("t")).ino()).isEqualTo(fs().lstat(at("s")).ino());
        assertThat(fs().readlink(at("t"))).isEqualTo("nowhere");
    }

    @Test default void linkNeedsPermissionToWrite() {
        needs(PosixFeature.HARD_LINKS);
        directory("d");
        file(alice(), "f", "");
        fails(Errno.EACCES, () -> alice().link(at("f"), at("d/g")));
        fs().chmod(at("d"), 0777);
        alice().link(at("f"), at("d/g"));
        assertThat(fs().stat(at("f")).nlink()).isEqualTo(2);
    }

    @Test default void namesAreInAnyDirectory() {
        directory("d");
        directory("e");
        file("d/f", "content");
        link("d/f", "e/g");
        fs().unlink(at("d/f"));
        fs().rmdir(at("d"));
        assertThat(content(at("e/g"))).isEqualTo("content");
    }

    @Test default void linkMovesTheTimeOfChange() {
        file("f", "");
        var before = fs().stat(at("f")).ctime().toInstant();
        tick();
        link("f", "g");
        assertThat(fs().stat(at("f")).ctime().toInstant()).isAfter(before);
    }
}
