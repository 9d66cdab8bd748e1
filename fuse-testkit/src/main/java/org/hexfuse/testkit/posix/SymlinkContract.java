package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.vfs.Stat;
import org.junit.jupiter.api.Test;

/** {@code symlink(2)}, {@code readlink(2)}, {@code path_resolution(7)}: symbolic links. */
public interface SymlinkContract extends PosixFixture {
    @Test default void readlinkReturnsTheTarget() {
        fs().symlink("some/where", at("s"));
        assertThat(fs().readlink(at("s"))).isEqualTo("some/where");
        Stat stat = fs().lstat(at("s"));
        assertThat(stat.type()).isEqualTo(FileType.SYMLINK);
        assertThat(stat.size()).isEqualTo(10);
        assertThat(stat.permissions()).isEqualTo(0777);
        assertThat(stat.nlink()).isEqualTo(1);
    }

    @Test default void aSymbolicLinkHoldsAnyBytes() {
        String text = "no UTF-8: \udcff\udc80 and ümläut";
        fs().symlink(text, at("s"));
        assertThat(fs().readlink(at("s"))).isEqualTo(text);
    }

    @Test default void aSymbolicLinkHoldsALongPath() {
        String text = "x".repeat(200) + "/" + "y".repeat(800);
        fs().symlink(text, at("s"));
        assertThat(fs().readlink(at("s"))).isEqualTo(text);
        assertThat(fs().lstat(at("s")).size()).isEqualTo(text.length());
    }

    @Test default void symlinkFailsOnAnEmptyTarget() {
        fails(Errno.ENOENT, () -> fs().symlink("", at("s")));
    }

    @Test default void symlinkFailsIfTheNameExists() {
        file("f", "");
        fs().symlink("nowhere", at("s"));
        directory("d");
        for (String name : new String[]{"f", "s", "d", "."}) {
            fails(Errno.EEXIST, () -> fs().symlink("x", at(name)));
        }
    }

    @Test default void readlinkFailsOnOtherTypes() {
        fails(Errno.EINVAL, () -> fs().readlink(file("f", "")));
        fails(Errno.EINVAL, () -> fs().readlink(directory("d")));
        fails(Errno.ENOENT, () -> fs().readlink(at("s")));
    }

    @Test default void relativeLinksStartWhereTheyAre() {
        directory("d");
        directory("d/e");
        file("d/f", "content");
        fs().symlink("../f", at("d/e/s"));
        assertThat(content(at("d/e/s"))).isEqualTo("content");
    }

    @Test default void linksLeadThroughDirectories() {
        directory("d");
        file("d/f", "content");
        fs().symlink("d", at("s"));
        assertThat(content(at("s/f"))).isEqualTo("content");
        assertThat(names(at("s/"))).containsExactly("f");
        assertThat(fs().lstat(at("s/")).isDirectory()).isTrue();
    }

    @Test default void linksLeadToLinks() {
        file("f", "content");
        for (int i = 0; i < 30; i++) {
            fs().symlink(i == 0 ? "f" : "s" + (i - 1), at("s" + i));
        }
        assertThat(content(at("s29"))).isEqualTo("content");
    }

    @Test default void aCycleOfLinksIsEloop() {
        fs().symlink("t", at("s"));
        fs().symlink("s", at("t"));
        fails(Errno.ELOOP, () -> fs().stat(at("s")));
        fails(Errno.ELOOP, () -> fs().open(at("s")));
        fails(Errno.ELOOP, () -> fs().stat(at("s/f")));
        assertThat(fs().lstat(at("s")).isSymlink()).isTrue();
    }

    @Test default void statOfADanglingLinkFails() {
        fs().symlink("nowhere", at("s"));
        fails(Errno.ENOENT, () -> fs().stat(at("s")));
        fails(Errno.ENOENT, () -> fs().open(at("s")));
        fails(Errno.ENOENT, () -> fs().chmod(at("s"), 0600));
    }

    @Test default void unlinkRemovesTheLinkAndNotItsTarget() {
        file("f", "content");
        fs().symlink("f", at("s"));
        fs().unlink(at("s"));
        assertThat(names(at(""))).containsExactly("f");
    }

    @Test default void anyoneMayReadALink() {
        directory("d");
        fs().symlink("nowhere", at("d/s"));
        assertThat(alice().readlink(at("d/s"))).isEqualTo("nowhere");
        fs().chmod(at("d"), 0700);
        fails(Errno.EACCES, () -> alice().readlink(at("d/s")));
    }

    @Test default void aLinkBelongsToItsCreator() {
        alice().symlink("nowhere", at("s"));
        assertThat(fs().lstat(at("s")).uid()).isEqualTo(ALICE.uid());
        assertThat(fs().lstat(at("s")).gid()).isEqualTo(ALICE.gid());
    }

    @Test default void fortyLinksAreFollowedAndNoMore() {
        file("f", "content");
        for (int i = 1; i <= 41; i++) {
            fs().symlink(i == 1 ? "f" : "s" + (i - 1), at("s" + i));
        }
        assertThat(fs().stat(at("s40")).size()).isEqualTo(7);
        fails(Errno.ELOOP, () -> fs().stat(at("s41")));
    }

    @Test default void aSymbolicLinkHolds4095Bytes() {
        String text = "x".repeat(4095);
        fs().symlink(text, at("s"));
        assertThat(fs().readlink(at("s"))).isEqualTo(text);
        fails(Errno.ENAMETOOLONG, () -> fs().symlink(text + "x", at("t")));
        fails(Errno.ENAMETOOLONG, () -> fs().stat(at("s")));
    }

    @Test default void symlinkFailsOnATrailingSlash() {
        fails(Errno.ENOENT, () -> fs().symlink("x", at("s/")));
    }

    @Test default void absoluteLinksStartAtTheRoot() {
        fs().symlink("/", at("s"));
        assertThat(fs().readlink(at("s"))).isEqualTo("/");
        assertThat(fs().stat(at("s")).isDirectory()).isTrue();
    }
}
