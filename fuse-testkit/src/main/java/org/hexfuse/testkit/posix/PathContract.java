package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.OpenFlag.CREATE;
import static org.hexfuse.vfs.OpenFlag.WRITE;

import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.Test;

/** {@code path_resolution(7)}: names and path resolution. */
public interface PathContract extends PosixFixture {
    @Test default void namesAreAnyBytes() {
        for (String name : new String[]{"ümläut", "日本", " ", "a b", "\n", "\udcff\udc80", "*?[", "-", "..."}) {
            file(name, "content");
            assertThat(names(at(""))).containsExactly(name);
            assertThat(content(at(name))).isEqualTo("content");
            fs().rename(at(name), at("x" + name));
            assertThat(exists(at(name))).isFalse();
            fs().unlink(at("x" + name));
        }
    }

    @Test default void namesDifferByCase() {
        file("name", "lower");
        file("NAME", "upper");
        assertThat(content(at("name"))).isEqualTo("lower");
        assertThat(content(at("NAME"))).isEqualTo("upper");
    }

    @Test default void namesHave255Bytes() {
        String longest = "x".repeat(255);
        file(longest, "content");
        assertThat(content(at(longest))).isEqualTo("content");
        assertThat(names(at(""))).containsExactly(longest);
    }

    @Test default void longerNamesAreTooLong() {
        String name = at("x".repeat(256));
        file("f", "");
        fails(Errno.ENAMETOOLONG, () -> fs().stat(name));
        fails(Errno.ENAMETOOLONG, () -> fs().open(name, 0600, WRITE, CREATE));
        fails(Errno.ENAMETOOLONG, () -> fs().mkdir(name, 0755));
        fails(Errno.ENAMETOOLONG, () -> fs().symlink("x", name));
        fails(Errno.ENAMETOOLONG, () -> fs().rename(at("f"), name));
        fails(Errno.ENAMETOOLONG, () -> fs().unlink(name));
        fails(Errno.ENAMETOOLONG, () -> fs().rmdir(name));
        fails(Errno.ENAMETOOLONG, () -> fs().stat(name + "/f"));
        needs(PosixFeature.HARD_LINKS);
        fails(Errno.ENAMETOOLONG, () -> fs().link(at("f"), name));
    }

    @Test default void longerPathsAreTooLong() {
        fails(Errno.ENAMETOOLONG, () -> fs().stat("/" + "x/".repeat(2100)));
    }

    @Test default void extraSlashesAndDotsAreIgnored() {
        directory("d");
        file("d/f", "content");
        assertThat(content(at(".//d/./..//d///f"))).isEqualTo("content");
        assertThat(fs().stat(at("d//")).isDirectory()).isTrue();
    }

    @Test default void aboveTheRootIsTheRootOrWhatItIsMountedOn() {
        long root = fs().stat("/").ino();
        assertThat(fs().stat(at("..")).ino()).isEqualTo(root);
        assertThat(fs().stat("/.").ino()).isEqualTo(root);
    }

    @Test default void aFileInThePrefixIsEnotdir() {
        file("f", "");
        fails(Errno.ENOTDIR, () -> fs().stat(at("f/")));
        fails(Errno.ENOTDIR, () -> fs().stat(at("f/.")));
        fails(Errno.ENOTDIR, () -> fs().stat(at("f/..")));
        fails(Errno.ENOTDIR, () -> fs().stat(at("f/g")));
        fails(Errno.ENOTDIR, () -> fs().open(at("f/g"), 0600, WRITE, CREATE));
    }

    @Test default void aMissingPrefixIsEnoent() {
        fails(Errno.ENOENT, () -> fs().stat(at("d/f")));
        fails(Errno.ENOENT, () -> fs().stat(at("d/../f")));
        fails(Errno.ENOENT, () -> fs().open(at("d/f"), 0600, WRITE, CREATE));
    }

    @Test default void aMissingNameIsFoundOnceItExists() {
        fails(Errno.ENOENT, () -> fs().stat(at("f")));
        file("f", "content");
        assertThat(fs().stat(at("f")).size()).isEqualTo(7);
        fs().unlink(at("f"));
        fails(Errno.ENOENT, () -> fs().stat(at("f")));
        fs().mkdir(at("f"), 0755);
        assertThat(fs().stat(at("f")).isDirectory()).isTrue();
    }

    @Test default void inodeNumbersAreUnique() {
        long one = fs().stat(file("f", "")).ino();
        long other = fs().stat(file("g", "")).ino();
        assertThat(one).isNotEqualTo(other).isNotZero();
        assertThat(fs().stat(at("f")).ino()).isEqualTo(one);
    }

    @Test default void manyFilesKeepTheirContents() {
        for (int i = 0; i < 200; i++) {
            file("f" + i, "content of " + i);
        }
        for (int i = 0; i < 200; i += 2) {
            fs().unlink(at("f" + i));
        }
        for (int i = 1; i < 200; i += 2) {
            assertThat(content(at("f" + i))).isEqualTo("content of " + i);
        }
        assertThat(names(at(""))).hasSize(100);
    }
}
