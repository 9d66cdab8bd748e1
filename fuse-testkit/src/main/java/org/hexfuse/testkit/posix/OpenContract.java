package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.OpenFlag.APPEND;
import static org.hexfuse.vfs.OpenFlag.CREATE;
import static org.hexfuse.vfs.OpenFlag.DIRECTORY;
import static org.hexfuse.vfs.OpenFlag.EXCLUSIVE;
import static org.hexfuse.vfs.OpenFlag.NO_FOLLOW;
import static org.hexfuse.vfs.OpenFlag.READ;
import static org.hexfuse.vfs.OpenFlag.TRUNCATE;
import static org.hexfuse.vfs.OpenFlag.WRITE;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.vfs.Stat;
import org.junit.jupiter.api.Test;

/** {@code open(2)}: opening and creating files, and its flags. */
public interface OpenContract extends PosixFixture {
    @Test default void openMakesAnEmptyRegularFile() {
        fs().create(at("f")).close();
        Stat stat = fs().stat(at("f"));
        assertThat(stat.type()).isEqualTo(FileType.REGULAR);
        assertThat(stat.size()).isZero();
        assertThat(stat.nlink()).isEqualTo(1);
        assertThat(names(at(""))).containsExactly("f");
    }

    @Test default void openOfAMissingFileFails() {
        fails(Errno.ENOENT, () -> fs().open(at("f")));
        fails(Errno.ENOENT, () -> fs().open(at("f"), WRITE, TRUNCATE));
    }

    @Test default void openWithCreateOpensAnExistingFile() {
        String path = file("f", "content");
        try (PosixFile file = fs().open(path, 0600, READ, WRITE, CREATE)) {
            assertThat(content(file)).isEqualTo("content");
        }
        assertThat(fs().stat(path).permissions()).isEqualTo(0644);
    }

    @Test default void openExclusivelyFailsIfTheNameExists() {
        String path = file("f", "content");
        fs().mkdir(at("d"), 0755);
        fs().symlink("nowhere", at("s"));
        for (String there : new String[]{path, at("d"), at("s")}) {
            fails(Errno.EEXIST, () -> fs().open(there, 0600, WRITE, CREATE, EXCLUSIVE));
        }
        assertThat(exists(at("nowhere"))).isFalse();
        assertThat(content(path)).isEqualTo("content");
    }

    @Test default void openToTruncateEmptiesTheFile() {
        String path = file("f", "content");
        fs().open(path, WRITE, TRUNCATE).close();
        assertThat(fs().stat(path).size()).isZero();
    }

    @Test default void openToTruncateKeepsOwnerAndMode() {
        String path = file("f", "content");
        fs().chmod(path, 0640);
        fs().chown(path, 7, 8);
        fs().open(path, 0777, WRITE, TRUNCATE, CREATE).close();
        Stat stat = fs().stat(path);
        assertThat(stat.permissions()).isEqualTo(0640);
        assertThat(stat.uid()).isEqualTo(7);
        assertThat(stat.gid()).isEqualTo(8);
    }

    @Test default void aFileOpenedToReadCannotBeWritten() {
        String path = file("f", "content");
        try (PosixFile file = fs().open(path, READ)) {
            fails(Errno.EBADF, () -> file.write(new byte[1], 0));
            fails(Errno.EINVAL, () -> file.truncate(0));
        }
        assertThat(content(path)).isEqualTo("content");
    }

    @Test default void aFileOpenedToWriteCannotBeRead() {
        String path = file("f", "content");
        try (PosixFile file = fs().open(path, WRITE)) {
            fails(Errno.EBADF, () -> file.read(new byte[1], 0));
        }
    }

    @Test default void aFileCreatedReadOnlyIsWritableForItsCreator() {
        String path = at("f");
        try (PosixFile file = alice().open(path, 0400, READ, WRITE, CREATE, EXCLUSIVE)) {
            write(file, "content", 0);
        }
        assertThat(content(path)).isEqualTo("content");
        fails(Errno.EACCES, () -> alice().open(path, WRITE));
    }

    @Test default void aDirectoryCannotBeOpenedToWrite() {
        String path = directory("d");
        fails(Errno.EISDIR, () -> fs().open(path, WRITE));
        fails(Errno.EISDIR, () -> fs().open(path, READ, WRITE));
        fails(Errno.EISDIR, () -> fs().open(path, 0600, READ, CREATE));
    }

    @Test default void openForADirectoryFailsOnFiles() {
        String path = file("f", "");
        fails(Errno.ENOTDIR, () -> fs().open(path, DIRECTORY));
        fs().symlink("f", at("s"));
        fails(Errno.ENOTDIR, () -> fs().open(at("s"), DIRECTORY));
        fails(Errno.ENOTDIR, () -> fs().open(at("s"), DIRECTORY, NO_FOLLOW));
        fs().open(directory("d"), DIRECTORY).close();
    }

    @Test default void openFollowsSymbolicLinks() {
        file("f", "content");
        fs().symlink("f", at("s"));
        assertThat(content(at("s"))).isEqualTo("content");
    }

    @Test default void openToCreateFollowsADanglingLink() {
        fs().symlink("target", at("s"));
        fs().open(at("s"), 0600, WRITE, CREATE).close();
        assertThat(fs().lstat(at("target")).isRegular()).isTrue();
        assertThat(fs().lstat(at("s")).isSymlink()).isTrue();
    }

    @Test default void openWithoutFollowingFailsOnASymbolicLink() {
        file("f", "");
        fs().symlink("f", at("s"));
        fails(Errno.ELOOP, () -> fs().open(at("s"), READ, NO_FOLLOW));
        fails(Errno.ELOOP, () -> fs().open(at("s"), 0600, WRITE, CREATE, NO_FOLLOW));
        fs().open(at("f"), READ, NO_FOLLOW).close();
    }

    @Test default void openWithoutFollowingFollowsLinksInThePrefix() {
        directory("d");
        fs().symlink("d", at("s"));
        fs().open(at("s/f"), 0600, WRITE, CREATE, NO_FOLLOW).close();
        assertThat(names(at("d"))).containsExactly("f");
    }

    @Test default void openToCreateFailsOnATrailingSlash() {
        fails(Errno.EISDIR, () -> fs().open(at("f/"), 0600, WRITE, CREATE));
        assertThat(exists(at("f"))).isFalse();
    }

    @Test default void aFileOpenedToAppendIsWrittenAtItsEnd() {
        String path = file("f", "one");
        try (PosixFile file = fs().open(path, READ, WRITE, APPEND)) {
            write(file, " two", 0);
            write(file, " three", 0);
        }
        assertThat(content(path)).isEqualTo("one two three");
    }

    @Test default void twoThatAppendDoNotOverwriteEachOther() {
        String path = file("f", "");
        try (PosixFile one = fs().open(path, WRITE, APPEND); PosixFile other = fs().open(path, WRITE, APPEND)) {
            for (int i = 0; i < 5; i++) {
                write(one, "1", 0);
                write(other, "2", 0);
            }
        }
        assertThat(content(path)).isEqualTo("1212121212");
    }

    @Test default void callsOnAClosedFileFail() {
        PosixFile file = open(file("f", ""));
        file.close();
        fails(Errno.EBADF, () -> file.read(new byte[1], 0));
        fails(Errno.EBADF, () -> file.write(new byte[1], 0));
        fails(Errno.EBADF, file::stat);
        fails(Errno.EBADF, () -> file.sync(false));
    }

    @Test default void whatOneOpenFileWritesAnotherReads() {
        String path = file("f", "");
        try (PosixFile one = open(path); PosixFile other = open(path)) {
            write(one, "content", 0);
            assertThat(content(other)).isEqualTo("content");
            assertThat(other.stat().size()).isEqualTo(7);
        }
    }

    @Test default void syncingSucceedsAndChangesNothing() {
        String path = file("f", "content");
        try (PosixFile file = open(path)) {
            file.sync(false);
            file.sync(true);
        }
        fs().sync();
        assertThat(content(path)).isEqualTo("content");
    }

    @Test default void openToTruncateWorksForReading() {
        String path = file("f", "content");
        fs().open(path, READ, TRUNCATE).close();
        assertThat(fs().stat(path).size()).isZero();
        fails(Errno.EISDIR, () -> fs().open(directory("d"), READ, TRUNCATE));
    }

    @Test default void openToCreateFailsOnDots() {
        directory("d");
        fails(Errno.EISDIR, () -> fs().open(at("d/."), 0600, READ, CREATE));
        fails(Errno.EISDIR, () -> fs().open(at("d/.."), 0600, READ, CREATE));
        fails(Errno.EEXIST, () -> fs().open(at("d/."), 0600, READ, CREATE, EXCLUSIVE));
        fails(Errno.ENOENT, () -> fs().open(at("nothing/."), 0600, READ, CREATE));
        file("f", "");
        fails(Errno.EISDIR, () -> fs().open(at("f/"), 0600, WRITE, CREATE));
        fails(Errno.ENOTDIR, () -> fs().open(at("f/"), READ));
    }

    @Test default void openToCreateNeedsTheParentOfALinksTarget() {
        fs().symlink("nowhere/target", at("s"));
        fails(Errno.ENOENT, () -> fs().open(at("s"), 0600, WRITE, CREATE));
    }

    @Test default void existenceIsReportedBeforeMissingPermission() {
        directory("d");
        file("d/f", "");
        fails(Errno.EEXIST, () -> alice().open(at("d/f"), 0600, WRITE, CREATE, EXCLUSIVE));
        fails(Errno.EEXIST, () -> alice().mkdir(at("d/f"), 0755));
        fails(Errno.EEXIST, () -> alice().symlink("x", at("d/f")));
    }

    @Test default void anOpenDirectoryIsNotReadAsAFile() {
        try (PosixFile file = fs().open(directory("d"), READ)) {
            fails(Errno.EISDIR, () -> file.read(new byte[10], 0));
            fails(Errno.EBADF, () -> file.write(new byte[10], 0));
            fails(Errno.EINVAL, () -> file.truncate(0));
            fails(Errno.EBADF, () -> file.fallocate(0, 0, 1));
        }
    }

    @Test default void anOpenDirectorysAttributesAreChanged() {
        try (PosixFile file = fs().open(directory("d"), READ)) {
            file.chmod(0700);
            file.chown(7, 8);
            file.sync(false);
            assertThat(file.stat().permissions()).isEqualTo(0700);
            assertThat(file.stat().uid()).isEqualTo(7);
        }
        assertThat(fs().stat(at("d")).gid()).isEqualTo(8);
    }
}
