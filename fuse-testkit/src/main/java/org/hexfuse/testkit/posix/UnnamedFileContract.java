package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.OpenFlag.EXCLUSIVE;
import static org.hexfuse.vfs.OpenFlag.READ;

import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.Test;

/** {@code O_TMPFILE} and {@code linkat(2)}: unnamed files, and linking them. */
public interface UnnamedFileContract extends PosixFixture {
    private PosixFile unnamed(String directory) {
        needs(PosixFeature.UNNAMED_FILES);
        return fs().tmpfile(directory, 0640);
    }

    @Test default void anUnnamedFileIsNotListed() {
        try (PosixFile file = unnamed(at(""))) {
            assertThat(names(at(""))).isEmpty();
            assertThat(file.stat().nlink()).isZero();
            assertThat(file.stat().isRegular()).isTrue();
            assertThat(file.stat().permissions()).isEqualTo(0640);
            write(file, "content", 0);
            assertThat(content(file)).isEqualTo("content");
        }
    }

    @Test default void anUnnamedFileCanBeLinked() {
        try (PosixFile file = unnamed(at(""))) {
            write(file, "content", 0);
            fs().link(file, at("f"));
            assertThat(file.stat().nlink()).isEqualTo(1);
            assertThat(content(at("f"))).isEqualTo("content");
        }
        assertThat(content(at("f"))).isEqualTo("content");
    }

    @Test default void anExclusiveUnnamedFileCannotBeLinked() {
        needs(PosixFeature.UNNAMED_FILES);
        try (PosixFile file = fs().tmpfile(at(""), 0600, EXCLUSIVE)) {
            fails(Errno.ENOENT, () -> fs().link(file, at("f")));
        }
    }

    @Test default void anUnlinkedFileCannotBeLinked() {
        String path = file("f", "content");
        try (PosixFile file = open(path)) {
            fs().unlink(path);
            fails(Errno.ENOENT, () -> fs().link(file, at("g")));
        }
    }

    @Test default void anUnnamedFileNeedsADirectoryToWriteTo() {
        needs(PosixFeature.UNNAMED_FILES);
        directory("d");
        fails(Errno.EACCES, () -> alice().tmpfile(at("d"), 0600));
        fails(Errno.ENOTDIR, () -> fs().tmpfile(file("f", ""), 0600));
        fails(Errno.ENOENT, () -> fs().tmpfile(at("missing"), 0600));
    }

    @Test default void anUnnamedFileBelongsToItsCreatorAndTheDirectorysGroup() {
        needs(PosixFeature.UNNAMED_FILES);
        directory("d");
        fs().chown(at("d"), 0, SHARED);
        fs().chmod(at("d"), 02777);
        try (PosixFile file = as(ALICE.withUmask(027)).tmpfile(at("d"), 0666)) {
            assertThat(file.stat().uid()).isEqualTo(ALICE.uid());
            assertThat(file.stat().gid()).isEqualTo(SHARED);
            assertThat(file.stat().permissions()).isEqualTo(0640);
        }
    }

    @Test default void anUnnamedFileCanBeLinkedAndUnlinkedSeveralTimes() {
        try (PosixFile file = unnamed(at(""))) {
            fs().link(file, at("f"));
            needs(PosixFeature.HARD_LINKS);
            fs().link(file, at("g"));
            assertThat(file.stat().nlink()).isEqualTo(2);
            fails(Errno.EEXIST, () -> fs().link(file, at("g")));
            fs().unlink(at("f"));
            fs().unlink(at("g"));
            fails(Errno.ENOENT, () -> fs().link(file, at("h")));
        }
    }

    @Test default void anOpenDirectoryCannotBeLinked() {
        try (PosixFile directory = fs().open(directory("d"), READ)) {
            fails(Errno.EPERM, () -> fs().link(directory, at("e")));
            fs().rmdir(at("d"));
            fails(Errno.EPERM, () -> fs().link(directory, at("e")));
        }
    }
}
