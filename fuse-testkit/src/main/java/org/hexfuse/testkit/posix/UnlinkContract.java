package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.hexfuse.abi.Errno;
import org.hexfuse.vfs.Timestamp;
import org.junit.jupiter.api.Test;

/** {@code unlink(2)}: names are removed, open files stay. */
public interface UnlinkContract extends PosixFixture {
    @Test default void unlinkRemovesTheName() {
        fs().unlink(file("f", ""));
        assertThat(names(at(""))).isEmpty();
        fails(Errno.ENOENT, () -> fs().stat(at("f")));
        fails(Errno.ENOENT, () -> fs().unlink(at("f")));
    }

    @Test default void unlinkFailsOnADirectory() {
        String path = directory("d");
        fails(Errno.EISDIR, () -> fs().unlink(path));
        fails(Errno.EISDIR, () -> fs().unlink(at("d/.")));
        assertThat(fs().stat(path).isDirectory()).isTrue();
    }

    @Test default void unlinkFailsOnATrailingSlash() {
        file("f", "");
        fails(Errno.ENOTDIR, () -> fs().unlink(at("f/")));
        fails(Errno.ENOTDIR, () -> fs().unlink(at("f/g")));
        assertThat(exists(at("f"))).isTrue();
    }

    @Test default void anOpenFileOutlivesItsName() {
        String path = file("f", "content");
        try (PosixFile file = open(path)) {
            fs().unlink(path);
            assertThat(content(file)).isEqualTo("content");
            write(file, " and more", 7);
            assertThat(content(file)).isEqualTo("content and more");
            assertThat(file.stat().nlink()).isZero();
            assertThat(file.stat().size()).isEqualTo(16);
        }
    }

    @Test default void anUnlinkedOpenFileCanBeChanged() {
        String path = file("f", "content");
        try (PosixFile file = open(path)) {
            fs().unlink(path);
            file.truncate(3);
            file.chmod(0600);
            file.chown(7, 8);
            file.utimens(Timestamp.of(LONG_AGO), Timestamp.of(LONG_AGO));
            file.sync(false);
            var stat = file.stat();
            assertThat(stat.size()).isEqualTo(3);
            assertThat(stat.permissions()).isEqualTo(0600);
            assertThat(stat.uid()).isEqualTo(7);
            assertThat(stat.gid()).isEqualTo(8);
            assertThat(stat.mtime().toInstant()).isEqualTo(LONG_AGO);
        }
    }

    @Test default void aNewFileOfTheSameNameIsAnother() {
        String path = file("f", "old");
        try (PosixFile old = open(path)) {
            fs().unlink(path);
            file("f", "new");
            assertThat(content(old)).isEqualTo("old");
            assertThat(content(path)).isEqualTo("new");
            assertThat(old.stat().ino()).isNotEqualTo(fs().stat(path).ino());
        }
    }

    @Test default void unlinkNeedsPermissionToWriteToTheDirectory() {
        directory("d");
        file("d/f", "");
        fs().chown(at("d/f"), ALICE.uid(), ALICE.gid());
        fails(Errno.EACCES, () -> alice().unlink(at("d/f")));
        fs().chmod(at("d"), 0777);
        bob().unlink(at("d/f"));
        assertThat(names(at("d"))).isEmpty();
    }

    @Test default void aFileThatMayNotBeWrittenMayBeUnlinked() {
        file("f", "");
        fs().chmod(at("f"), 0);
        alice().unlink(at("f"));
        assertThat(exists(at("f"))).isFalse();
    }

    @Test default void inAStickyDirectoryOnlyOwnersUnlink() {
        fs().chmod(at(""), 01777);
        file(alice(), "f", "");
        fails(Errno.EPERM, () -> bob().unlink(at("f")));
        alice().unlink(at("f"));
        file(alice(), "g", "");
        fs().unlink(at("g"));
        assertThat(names(at(""))).isEmpty();
    }

    @Test default void theOwnerOfAStickyDirectoryUnlinksAnyFile() {
        directory("d");
        fs().chown(at("d"), ALICE.uid(), ALICE.gid());
        fs().chmod(at("d"), 01777);
        bob().mkdir(at("d/e"), 0755);
        file(bob(), "d/f", "");
        alice().unlink(at("d/f"));
        alice().rmdir(at("d/e"));
        assertThat(names(at("d"))).isEmpty();
    }

    @Test default void inAStickyDirectoryOnlyOwnersRemoveDirectories() {
        fs().chmod(at(""), 01777);
        alice().mkdir(at("d"), 0777);
        fails(Errno.EPERM, () -> bob().rmdir(at("d")));
        fails(Errno.EPERM, () -> bob().rename(at("d"), at("e")));
        alice().rmdir(at("d"));
        assertThat(exists(at("d"))).isFalse();
    }

    @Test default void unlinkingOneOfSeveralNamesMovesTheTimeOfChange() {
        needs(PosixFeature.HARD_LINKS);
        file("f", "");
        fs().link(at("f"), at("g"));
        var before = fs().stat(at("g")).ctime().toInstant();
        tick();
        fs().unlink(at("f"));
        assertThat(fs().stat(at("g")).ctime().toInstant()).isAfter(before);
    }
}
