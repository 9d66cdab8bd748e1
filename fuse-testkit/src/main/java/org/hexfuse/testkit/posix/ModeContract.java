package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.OpenFlag.CREATE;
import static org.hexfuse.vfs.OpenFlag.WRITE;

import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.junit.jupiter.api.Test;

/** {@code chmod(2)}, {@code chown(2)}, {@code umask(2)}: owner, group and mode, and their implicit changes. */
public interface ModeContract extends PosixFixture {
    private int mode(String name) {
        return fs().lstat(at(name)).permissions();
    }

    @Test default void chmodChangesAllBits() {
        file("f", "");
        for (int mode : new int[]{0, 0777, 0124, 07777, 01000, 02070, 04100}) {
            fs().chmod(at("f"), mode);
            assertThat(mode("f")).isEqualTo(mode);
            assertThat(fs().stat(at("f")).isRegular()).isTrue();
        }
    }

    @Test default void chmodFollowsSymbolicLinks() {
        file("f", "");
        fs().symlink("f", at("s"));
        fs().chmod(at("s"), 0611);
        assertThat(mode("f")).isEqualTo(0611);
        assertThat(mode("s")).isEqualTo(0777);
    }

    @Test default void anOpenFilesModeIsChanged() {
        try (PosixFile file = fs().open(file("f", ""))) {
            file.chmod(0640);
            assertThat(file.stat().permissions()).isEqualTo(0640);
        }
        assertThat(mode("f")).isEqualTo(0640);
    }

    @Test default void onlyTheOwnerChangesTheMode() {
        file(alice(), "f", "");
        fails(Errno.EPERM, () -> bob().chmod(at("f"), 0777));
        alice().chmod(at("f"), 0600);
        assertThat(mode("f")).isEqualTo(0600);
        fs().chmod(at("f"), 0640);
        assertThat(mode("f")).isEqualTo(0640);
    }

    @Test default void chmodByANonMemberClearsSetGroupId() {
        file(alice(), "f", "");
        fs().chown(at("f"), ALICE.uid(), SHARED);
        alice().chmod(at("f"), 02755);
        assertThat(mode("f")).isEqualTo(0755);
        as(ALICE.withGroups(Set.of(SHARED))).chmod(at("f"), 02755);
        assertThat(mode("f")).isEqualTo(02755);
        fs().chown(directory("d"), ALICE.uid(), SHARED);
        alice().chmod(at("d"), 02755);
        assertThat(mode("d")).isEqualTo(0755);
    }

    @Test default void theUmaskAppliesToEveryNewFile() {
        PosixClient careful = as(ALICE.withUmask(027));
        careful.open(at("f"), 0777, WRITE, CREATE).close();
        careful.mkdir(at("d"), 0777);
        careful.mknod(at("n"), FileType.REGULAR.mode() | 0777, 0);
        careful.symlink("f", at("s"));
        assertThat(mode("f")).isEqualTo(0750);
        assertThat(mode("d")).isEqualTo(0750);
        assertThat(mode("n")).isEqualTo(0750);
        assertThat(mode("s")).isEqualTo(0777);
    }

    @Test default void theUmaskDoesNotApplyToChmod() {
        PosixClient careful = as(ALICE.withUmask(0777));
        careful.open(at("f"), 0777, WRITE, CREATE).close();
        assertThat(mode("f")).isZero();
        careful.chmod(at("f"), 0666);
        assertThat(mode("f")).isEqualTo(0666);
    }

    @Test default void mkdirTakesTheStickyBit() {
        fs().mkdir(at("d"), 01777);
        assertThat(mode("d")).isEqualTo(01755);
    }

    @Test default void aFileIsMadeWithSetUserId() {
        fs().open(at("f"), 04755, WRITE, CREATE).close();
        assertThat(mode("f")).isEqualTo(04755);
    }

    @Test default void newFilesInheritTheGroupOfASetGroupIdDirectory() {
        directory("d");
        fs().chown(at("d"), 0, SHARED);
        fs().chmod(at("d"), 02777);
        file(alice(), "d/f", "");
        alice().mkdir(at("d/e"), 0755);
        alice().symlink("f", at("d/s"));
        for (String name : new String[]{"d/f", "d/e", "d/s"}) {
            assertThat(fs().lstat(at(name)).gid()).isEqualTo(SHARED);
            assertThat(fs().lstat(at(name)).uid()).isEqualTo(ALICE.uid());
        }
        assertThat(mode("d/e")).isEqualTo(02755);
        assertThat(mode("d/f")).isEqualTo(0644);
    }

    @Test default void aNewFileBelongsToItsCreator() {
        file(alice(), "f", "");
        assertThat(fs().stat(at("f")).uid()).isEqualTo(ALICE.uid());
        assertThat(fs().stat(at("f")).gid()).isEqualTo(ALICE.gid());
    }

    @Test default void chownChangesOwnerAndGroupSeparately() {
        file("f", "");
        fs().chown(at("f"), 7, 8);
        fs().chown(at("f"), -1, 9);
        fs().chown(at("f"), 10, -1);
        assertThat(fs().stat(at("f")).uid()).isEqualTo(10);
        assertThat(fs().stat(at("f")).gid()).isEqualTo(9);
    }

    @Test default void idsAreUnsigned() {
        file("f", "");
        fs().chown(at("f"), -2, -3);
        assertThat(fs().stat(at("f")).uid()).isEqualTo(-2);
        assertThat(fs().stat(at("f")).gid()).isEqualTo(-3);
    }

    @Test default void chownFollowsSymbolicLinksAndLchownDoesNot() {
        file("f", "");
        fs().symlink("f", at("s"));
        fs().chown(at("s"), 7, 8);
        fs().lchown(at("s"), 9, 10);
        assertThat(fs().lstat(at("f")).uid()).isEqualTo(7);
        assertThat(fs().lstat(at("s")).uid()).isEqualTo(9);
        assertThat(fs().lstat(at("s")).gid()).isEqualTo(10);
    }

    @Test default void anOpenFilesOwnerIsChanged() {
        try (PosixFile file = fs().open(file("f", ""))) {
            file.chown(7, 8);
            assertThat(file.stat().uid()).isEqualTo(7);
        }
        assertThat(fs().stat(at("f")).gid()).isEqualTo(8);
    }

    @Test default void onlyRootGivesFilesAway() {
        file(alice(), "f", "");
        fails(Errno.EPERM, () -> alice().chown(at("f"), BOB.uid(), -1));
        fails(Errno.EPERM, () -> bob().chown(at("f"), BOB.uid(), -1));
        fails(Errno.EPERM, () -> bob().chown(at("f"), -1, BOB.gid()));
        alice().chown(at("f"), ALICE.uid(), ALICE.gid());
        assertThat(fs().stat(at("f")).uid()).isEqualTo(ALICE.uid());
    }

    @Test default void anOwnerMayChangeToItsOwnGroupsOnly() {
        file(alice(), "f", "");
        fails(Errno.EPERM, () -> alice().chown(at("f"), -1, SHARED));
        as(ALICE.withGroups(Set.of(SHARED))).chown(at("f"), -1, SHARED);
        assertThat(fs().stat(at("f")).gid()).isEqualTo(SHARED);
    }

    @Test default void anOwnersChownDropsSetUserAndGroupId() {
        file(alice(), "f", "");
        PosixClient member = as(ALICE.withGroups(Set.of(SHARED)));
        member.chmod(at("f"), 06755);
        member.chown(at("f"), -1, SHARED);
        assertThat(mode("f")).isEqualTo(0755);
    }

    @Test default void rootsChownDropsSetUserAndGroupIdOfFiles() {
        file("f", "");
        fs().chmod(at("f"), 06755);
        fs().chown(at("f"), 7, 8);
        assertThat(mode("f")).isEqualTo(0755);
        directory("d");
        fs().chmod(at("d"), 02755);
        fs().chown(at("d"), 7, 8);
        assertThat(mode("d")).isEqualTo(02755);
    }

    @Test default void chownKeepsSetGroupIdWhereTheGroupMayNotExecute() {
        file("f", "");
        fs().chmod(at("f"), 02644);
        fs().chown(at("f"), 7, 8);
        assertThat(mode("f")).isEqualTo(02644);
    }

    @Test default void anothersWriteDropsSetUserAndGroupId() {
        file("f", "content");
        fs().chmod(at("f"), 06777);
        try (PosixFile file = alice().open(at("f"), WRITE)) {
            write(file, "C", 0);
        }
        assertThat(mode("f")).isEqualTo(0777);
    }

    @Test default void rootsWriteKeepsSetUserAndGroupId() {
        file("f", "content");
        fs().chmod(at("f"), 06777);
        try (PosixFile file = open(at("f"))) {
            write(file, "C", 0);
        }
        assertThat(mode("f")).isEqualTo(06777);
    }

    @Test default void anothersTruncateDropsSetUserAndGroupId() {
        file("f", "content");
        fs().chmod(at("f"), 06777);
        alice().truncate(at("f"), 3);
        assertThat(mode("f")).isEqualTo(0777);
        fs().chmod(at("f"), 06777);
        try (PosixFile file = alice().open(at("f"), WRITE)) {
            file.truncate(1);
        }
        assertThat(mode("f")).isEqualTo(0777);
    }

    @Test default void anOpenForWritingAllowsNoChangeOfModeOrOwner() {
        fs().chmod(file("f", ""), 0666);
        try (PosixFile file = alice().open(at("f"), WRITE)) {
            fails(Errno.EPERM, () -> file.chmod(0777));
            fails(Errno.EPERM, () -> file.chown(ALICE.uid(), -1));
        }
        assertThat(mode("f")).isEqualTo(0666);
    }

    @Test default void aNonMembersFileInASetGroupIdDirectoryLosesSetGroupId() {
        directory("d");
        fs().chown(at("d"), 0, SHARED);
        fs().chmod(at("d"), 02777);
        alice().open(at("d/f"), 02775, WRITE, CREATE).close();
        assertThat(mode("d/f")).isEqualTo(0755);
        as(ALICE.withGroups(Set.of(SHARED))).open(at("d/g"), 02775, WRITE, CREATE).close();
        assertThat(mode("d/g")).isEqualTo(02755);
        alice().mknod(at("d/n"), FileType.REGULAR.mode() | 02775, 0);
        assertThat(mode("d/n")).isEqualTo(0755);
    }

    @Test default void anOwnerSetsTheStickyBit() {
        file(alice(), "f", "");
        alice().mkdir(at("d"), 0777);
        alice().chmod(at("d"), 01777);
        assertThat(mode("d")).isEqualTo(01777);
    }
}
