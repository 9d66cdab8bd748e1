package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.vfs.Stat;
import org.junit.jupiter.api.Test;

/** {@code mkdir(2)} and {@code rmdir(2)}: directories, their link counts, and removed directories. */
public interface DirectoryContract extends PosixFixture {
    @Test default void mkdirMakesAnEmptyDirectory() {
        String path = directory("d");
        Stat stat = fs().stat(path);
        assertThat(stat.type()).isEqualTo(FileType.DIRECTORY);
        assertThat(stat.permissions()).isEqualTo(0755);
        assertThat(names(path)).isEmpty();
    }

    @Test default void aDirectoryCountsItsDirectories() {
        String path = directory("d");
        assertThat(fs().stat(path).nlink()).isEqualTo(2);
        directory("d/one");
        directory("d/two");
        file("d/f", "");
        assertThat(fs().stat(path).nlink()).isEqualTo(4);
        fs().rmdir(at("d/one"));
        assertThat(fs().stat(path).nlink()).isEqualTo(3);
    }

    @Test default void mkdirFailsIfTheNameExists() {
        file("f", "");
        fs().symlink("nowhere", at("s"));
        directory("d");
        for (String name : new String[]{"f", "s", "d", "d/", ".", "..", "d/."}) {
            fails(Errno.EEXIST, () -> fs().mkdir(at(name), 0755));
        }
    }

    @Test default void mkdirNeedsItsParent() {
        fails(Errno.ENOENT, () -> fs().mkdir(at("d/e"), 0755));
        file("f", "");
        fails(Errno.ENOTDIR, () -> fs().mkdir(at("f/d"), 0755));
    }

    @Test default void mkdirTakesANameWithASlash() {
        fs().mkdir(at("d/"), 0755);
        assertThat(fs().stat(at("d")).isDirectory()).isTrue();
    }

    @Test default void mkdirNeedsPermissionToWrite() {
        String path = directory("d");
        fails(Errno.EACCES, () -> alice().mkdir(path + "/e", 0755));
        fs().chmod(path, 0777);
        alice().mkdir(path + "/e", 0755);
        assertThat(fs().stat(path + "/e").uid()).isEqualTo(ALICE.uid());
        assertThat(fs().stat(path + "/e").gid()).isEqualTo(ALICE.gid());
    }

    @Test default void rmdirRemovesAnEmptyDirectory() {
        fs().rmdir(directory("d"));
        assertThat(exists(at("d"))).isFalse();
        fs().rmdir(directory("e") + "/");
        assertThat(names(at(""))).isEmpty();
    }

    @Test default void rmdirFailsOnANonEmptyDirectory() {
        String path = directory("d");
        file("d/f", "");
        fails(Errno.ENOTEMPTY, () -> fs().rmdir(path));
        fs().unlink(at("d/f"));
        directory("d/e");
        fails(Errno.ENOTEMPTY, () -> fs().rmdir(path));
        assertThat(names(path)).containsExactly("e");
    }

    @Test default void rmdirFailsOnOtherTypes() {
        directory("d");
        fs().symlink("d", at("s"));
        fails(Errno.ENOTDIR, () -> fs().rmdir(file("f", "")));
        fails(Errno.ENOTDIR, () -> fs().rmdir(at("s")));
        fails(Errno.ENOENT, () -> fs().rmdir(at("nothing")));
    }

    @Test default void rmdirFailsOnDots() {
        directory("d");
        directory("d/e");
        fails(Errno.EINVAL, () -> fs().rmdir(at("d/e/.")));
        fails(Errno.ENOTEMPTY, () -> fs().rmdir(at("d/e/..")));
        assertThat(exists(at("d/e"))).isTrue();
    }

    @Test default void theRootCannotBeRemoved() {
        fails(Errno.EBUSY, () -> fs().rmdir("/"));
    }

    @Test default void rmdirNeedsPermissionToWriteToTheParent() {
        String path = directory("d");
        directory("d/e");
        fs().chown(at("d/e"), ALICE.uid(), ALICE.gid());
        fails(Errno.EACCES, () -> alice().rmdir(at("d/e")));
        fs().chmod(path, 0777);
        alice().rmdir(at("d/e"));
        assertThat(names(path)).isEmpty();
    }

    @Test default void aRemovedDirectoryThatIsOpenIsEmptyAndStaysSo() {
        String path = directory("d");
        try (PosixDirectory open = fs().opendir(path)) {
            fs().rmdir(path);
            assertThat(open.stat().isDirectory()).isTrue();
            assertThat(open.stat().nlink()).isZero();
            fails(Errno.ENOENT, () -> fs().mkdir(path + "/e", 0755));
        }
    }

    @Test default void aNameIsFreeAfterItsDirectoryIsGone() {
        long first = fs().stat(directory("d")).ino();
        try (PosixDirectory _ = fs().opendir(at("d"))) {
            fs().rmdir(at("d"));
            file("d", "now a file");
            assertThat(fs().stat(at("d")).ino()).isNotEqualTo(first);
        }
        assertThat(content(at("d"))).isEqualTo("now a file");
    }

    @Test default void directoriesNestDeeply() {
        var path = new StringBuilder("d");
        fs().mkdir(at("d"), 0755);
        for (int i = 0; i < 50; i++) {
            path.append("/deeper").append(i);
            fs().mkdir(at(path.toString()), 0755);
        }
        file(path + "/f", "deep");
        assertThat(content(at(path + "/f"))).isEqualTo("deep");
        assertThat(fs().stat(at(path + "/..".repeat(50))).ino()).isEqualTo(fs().stat(at("d")).ino());
    }

    @Test default void aDirectorySyncs() {
        directory("d");
        try (PosixDirectory open = fs().opendir(at("d"))) {
            open.sync();
            file("d/f", "");
            open.sync();
            assertThat(rest(open)).hasSize(3);
        }
    }

    @Test default void mkdirTakesNoSetIdBits() {
        fs().mkdir(at("d"), 06777);
        assertThat(fs().stat(at("d")).permissions()).isEqualTo(0755);
    }

    @Test default void aRemovedDirectoryListsNothing() {
        String path = directory("d");
        try (PosixDirectory open = fs().opendir(path)) {
            fs().rmdir(path);
            fails(Errno.ENOENT, open::next);
        }
    }

    @Test default void aReplacedDirectoryListsNothing() {
        String path = directory("d");
        directory("e");
        file("e/f", "");
        try (PosixDirectory open = fs().opendir(path)) {
            fs().rename(at("e"), path);
            fails(Errno.ENOENT, open::next);
        }
        assertThat(names(path)).containsExactly("f");
    }

    @Test default void rmdirDoesNotFollowSymbolicLinks() {
        directory("d");
        fs().symlink("d", at("s"));
        fails(Errno.ENOTDIR, () -> fs().rmdir(at("s/")));
        fails(Errno.ENOTDIR, () -> fs().unlink(at("s/")));
        fails(Errno.EISDIR, () -> fs().unlink(at("d/")));
        assertThat(names(at(""))).containsExactlyInAnyOrder("d", "s");
    }
}
