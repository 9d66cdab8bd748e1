package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.OpenFlag.CREATE;
import static org.hexfuse.vfs.OpenFlag.NO_ATIME;
import static org.hexfuse.vfs.OpenFlag.READ;
import static org.hexfuse.vfs.OpenFlag.TRUNCATE;
import static org.hexfuse.vfs.OpenFlag.WRITE;

import java.util.Set;
import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.Test;

/** {@code path_resolution(7)}, {@code access(2)}: permissions by owner, group and mode. */
public interface PermissionContract extends PosixFixture {
    /** A file of Alice's in the group {@link #SHARED}. */
    private String shared(int mode) {
        String path = file("f", "content");
        fs().chown(path, ALICE.uid(), SHARED);
        fs().chmod(path, mode);
        return path;
    }

    private PosixClient member() {
        return as(BOB.withGroups(Set.of(SHARED)));
    }

    @Test default void theOwnersBitsAreTheOwners() {
        String path = shared(0400);
        alice().open(path, READ).close();
        fails(Errno.EACCES, () -> alice().open(path, WRITE));
        fails(Errno.EACCES, () -> bob().open(path, READ));
    }

    @Test default void theGroupsBitsAreItsMembers() {
        String path = shared(0060);
        member().open(path, READ, WRITE).close();
        fails(Errno.EACCES, () -> bob().open(path, READ));
    }

    @Test default void theOwnGroupIsAGroup() {
        String path = shared(0040);
        fs().chown(path, -1, BOB.gid());
        bob().open(path, READ).close();
        fails(Errno.EACCES, () -> as(BOB.withUmask(0)).open(path, WRITE));
    }

    @Test default void theLastBitsAreTheOthers() {
        String path = shared(0006);
        bob().open(path, READ, WRITE).close();
        assertThat(fs().stat(path).permissions()).isEqualTo(0006);
    }

    @Test default void theFirstBitsThatApplyDecide() {
        String path = shared(0077);
        fails(Errno.EACCES, () -> alice().open(path, READ));
        fs().chmod(path, 0707);
        fails(Errno.EACCES, () -> member().open(path, READ));
    }

    @Test default void rootReadsAndWritesAnything() {
        String path = shared(0);
        assertThat(content(path)).isEqualTo("content");
        open(path).close();
        fs().chmod(directory("d"), 0);
        file("d/f", "");
        assertThat(names(at("d"))).containsExactly("f");
    }

    @Test default void searchingNeedsPermissionToExecute() {
        directory("d");
        file("d/f", "content");
        fs().chmod(at("d"), 0744);
        fails(Errno.EACCES, () -> alice().stat(at("d/f")));
        fails(Errno.EACCES, () -> alice().stat(at("d/missing")));
        fails(Errno.EACCES, () -> alice().open(at("d/f"), READ));
        alice().opendir(at("d")).close();
        fs().chmod(at("d"), 0711);
        assertThat(alice().stat(at("d/f")).size()).isEqualTo(7);
    }

    @Test default void everyDirectoryOfThePathNeedsSearchPermission() {
        directory("d");
        directory("d/e");
        file("d/e/f", "");
        fs().chmod(at("d"), 0700);
        fails(Errno.EACCES, () -> alice().stat(at("d/e/f")));
        fails(Errno.EACCES, () -> alice().stat(at("d/..")));
    }

    @Test default void statNeedsNoPermissionOnTheFile() {
        String path = shared(0);
        assertThat(bob().stat(path).size()).isEqualTo(7);
    }

    @Test default void makingAFileNeedsPermissionToWriteToTheDirectory() {
        directory("d");
        fails(Errno.EACCES, () -> alice().open(at("d/f"), 0600, WRITE, CREATE));
        fails(Errno.EACCES, () -> alice().symlink("x", at("d/s")));
        fs().chmod(at("d"), 0772);
        fails(Errno.EACCES, () -> alice().open(at("d/f"), 0600, WRITE, CREATE));
        fs().chmod(at("d"), 0773);
        alice().open(at("d/f"), 0600, WRITE, CREATE).close();
        assertThat(names(at("d"))).containsExactly("f");
    }

    @Test default void openingWithCreateNeedsOnlyThePermissionOfAnExistingFile() {
        directory("d");
        file("d/f", "content");
        fs().chmod(at("d/f"), 0666);
        alice().open(at("d/f"), 0600, WRITE, CREATE).close();
        fs().chmod(at("d/f"), 0644);
        fails(Errno.EACCES, () -> alice().open(at("d/f"), 0600, WRITE, CREATE));
    }

    @Test default void truncatingWhenOpeningNeedsPermissionToWrite() {
        String path = shared(0444);
        fails(Errno.EACCES, () -> bob().open(path, READ, TRUNCATE));
        assertThat(content(path)).isEqualTo("content");
    }

    @Test default void anOpenFileStaysOpenWhateverTheMode() {
        String path = shared(0600);
        try (PosixFile file = alice().open(path, READ, WRITE)) {
            fs().chmod(path, 0);
            fs().chown(path, BOB.uid(), BOB.gid());
            assertThat(content(file)).isEqualTo("content");
            write(file, "C", 0);
        }
        assertThat(content(path)).isEqualTo("Content");
    }

    @Test default void changedPermissionsHoldAtOnce() {
        String path = shared(0600);
        fails(Errno.EACCES, () -> bob().open(path, READ));
        fs().chmod(path, 0604);
        bob().open(path, READ).close();
        fs().chmod(path, 0600);
        fails(Errno.EACCES, () -> bob().open(path, READ));
    }

    @Test default void accessAnswersForEachBit() {
        String path = shared(0640);
        alice().access(path, 6);
        fails(Errno.EACCES, () -> alice().access(path, 1));
        member().access(path, 4);
        fails(Errno.EACCES, () -> member().access(path, 2));
        bob().access(path, 0);
        fails(Errno.EACCES, () -> bob().access(path, 4));
        fails(Errno.ENOENT, () -> bob().access(at("missing"), 0));
    }

    @Test default void rootMayExecuteIfAnyoneMay() {
        String path = shared(0);
        fs().access(path, 6);
        fails(Errno.EACCES, () -> fs().access(path, 1));
        fs().chmod(path, 0001);
        fs().access(path, 7);
        fs().chmod(directory("d"), 0);
        fs().access(at("d"), 7);
    }

    @Test default void accessFollowsSymbolicLinks() {
        shared(0600);
        fs().symlink("f", at("s"));
        alice().access(at("s"), 6);
        fails(Errno.EACCES, () -> bob().access(at("s"), 4));
        fs().symlink("nowhere", at("t"));
        fails(Errno.ENOENT, () -> bob().access(at("t"), 0));
    }

    @Test default void noatimeIsForTheOwner() {
        String path = shared(0644);
        alice().open(path, READ, NO_ATIME).close();
        fails(Errno.EPERM, () -> bob().open(path, READ, NO_ATIME));
    }

    @Test default void noatimeKeepsTheAccessTime() {
        String path = file("f", "content");
        age(path);
        try (PosixFile file = fs().open(path, READ, NO_ATIME)) {
            assertThat(content(file)).isEqualTo("content");
        }
        assertThat(fs().stat(path).atime().toInstant()).isEqualTo(LONG_AGO);
    }
}
