package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.posix.AccessControlList;
import org.hexfuse.posix.AccessControlList.Entry;
import org.hexfuse.posix.AccessControlList.Tag;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.OpenFlag;
import org.junit.jupiter.api.Test;

/** {@code acl(5)}: access control lists. */
public interface AccessListContract extends PosixFixture {
    /** The access list of a file. */
    String ACCESS = AccessControlList.ACCESS.toString();
    /** The default list of a directory. */
    String DEFAULT = AccessControlList.DEFAULT.toString();
    /** The list of 0660, and Alice with read and write. */
    AccessControlList WITH_ALICE = list(6, 4, 6, 0, new Entry(Tag.USER, 6, ALICE.uid()));

    /** A list with a mask. */
    private static AccessControlList list(int owner, int group, int mask, int others, Entry... named) {
        List<Entry> entries = new ArrayList<>(List.of(new Entry(Tag.OWNER, owner), new Entry(Tag.OWNING_GROUP, group),
                new Entry(Tag.MASK, mask), new Entry(Tag.OTHERS, others)));
        entries.addAll(List.of(named));
        entries.sort((one, other) -> one.tag().compareTo(other.tag()));
        return AccessControlList.of(entries);
    }

    private String plainFile(int mode) {
        needs(PosixFeature.ACCESS_LISTS);
        String path = file("f", "content");
        fs().chmod(path, mode);
        return path;
    }

    private void set(String path, AccessControlList list) {
        fs().setxattr(path, ACCESS, list.toBytes(), 0);
    }

    private AccessControlList get(String path, String name) {
        return AccessControlList.parse(fs().getxattr(path, name)).orElseThrow();
    }

    private int mode(String path) {
        return fs().lstat(path).permissions();
    }

    /** The user has the permissions {@code allowed} and no others. */
    private void may(PosixClient user, String path, int allowed) {
        for (int bit : new int[]{4, 2, 1}) {
            if ((allowed & bit) != 0) {
                user.access(path, bit);
            } else {
                fails(Errno.EACCES, () -> user.access(path, bit));
            }
        }
    }

    @Test default void aListShowsInTheMode() {
        String f = plainFile(0600);
        set(f, WITH_ALICE);
        assertThat(mode(f)).isEqualTo(0660);
        assertThat(get(f, ACCESS)).isEqualTo(WITH_ALICE);
        assertThat(fs().listxattr(f)).contains(AccessControlList.ACCESS);
    }

    @Test default void aMinimalListBecomesTheMode() {
        String f = plainFile(0600);
        set(f, WITH_ALICE);
        set(f, AccessControlList.ofMode(0751));
        assertThat(mode(f)).isEqualTo(0751);
        fails(Errno.ENODATA, () -> fs().getxattr(f, ACCESS));
        assertThat(fs().listxattr(f)).doesNotContain(AccessControlList.ACCESS);
    }

    @Test default void aNewModeChangesTheMask() {
        String f = plainFile(0600);
        set(f, WITH_ALICE);
        may(alice(), f, 6);
        fs().chmod(f, 0641);
        assertThat(get(f, ACCESS)).isEqualTo(list(6, 4, 4, 1, new Entry(Tag.USER, 6, ALICE.uid())));
        may(alice(), f, 4);
        try (PosixFile open = fs().open(f)) {
            open.chmod(0600);
        }
        assertThat(get(f, ACCESS)).isEqualTo(list(6, 4, 0, 0, new Entry(Tag.USER, 6, ALICE.uid())));
        may(alice(), f, 0);
    }

    @Test default void aNamedUserHasThePermissionsOfItsEntry() {
        String f = plainFile(0600);
        set(f, WITH_ALICE);
        assertThat(contentFor(alice(), f)).isEqualTo(7);
        try (PosixFile open = alice().open(f, OpenFlag.WRITE)) {
            write(open, "C", 0);
        }
        fails(Errno.EACCES, () -> bob().open(f));
        assertThat(content(f)).isEqualTo("Content");
    }

    private static int contentFor(PosixClient user, String path) {
        try (PosixFile open = user.open(path)) {
            return open.read(new byte[100], 0);
        }
    }

    @Test default void theMaskLimitsAllButTheOwnerAndOthers() {
        String f = plainFile(0600);
        fs().chown(f, BOB.uid(), SHARED);
        set(f, list(7, 6, 4, 3, new Entry(Tag.USER, 7, ALICE.uid()), new Entry(Tag.GROUP, 7, 2001)));
        may(bob(), f, 7);
        may(alice(), f, 4);
        may(as(Credentials.of(1003, SHARED)), f, 4);
        may(as(Credentials.of(1003, 2001)), f, 4);
        may(as(Credentials.of(1003, 1003)), f, 3);
    }

    @Test default void oneGroupEntryMustGrantAllPermissions() {
        String f = plainFile(0600);
        set(f, list(7, 0, 7, 7, new Entry(Tag.GROUP, 4, SHARED), new Entry(Tag.GROUP, 3, 2001)));
        PosixClient both = as(Credentials.of(1003, 1003).withGroups(Set.of(SHARED, 2001)));
        may(both, f, 7);
        fails(Errno.EACCES, () -> both.access(f, 6));
        both.access(f, 3);
        may(as(Credentials.of(1003, 1003).withGroups(Set.of(SHARED))), f, 4);
        may(bob(), f, 7);
    }

    @Test default void directoriesAreSearchedByTheirLists() {
        needs(PosixFeature.ACCESS_LISTS);
        String d = directory("d");
        file("d/f", "x");
        fs().chmod(d, 0700);
        fails(Errno.EACCES, () -> alice().stat(d + "/f"));
        set(d, list(7, 0, 7, 0, new Entry(Tag.USER, 1, ALICE.uid())));
        alice().stat(d + "/f");
        fails(Errno.EACCES, () -> alice().opendir(d));
        fails(Errno.EACCES, () -> alice().mkdir(d + "/new", 0777));
        set(d, list(7, 0, 7, 0, new Entry(Tag.USER, 7, ALICE.uid())));
        alice().mkdir(d + "/new", 0777);
        alice().opendir(d).close();
    }

    @Test default void onlyTheOwnerSetsAList() {
        String f = plainFile(0666);
        fs().chown(f, ALICE.uid(), ALICE.gid());
        fails(Errno.EPERM, () -> bob().setxattr(f, ACCESS, WITH_ALICE.toBytes(), 0));
        alice().setxattr(f, ACCESS, WITH_ALICE.toBytes(), 0);
        fails(Errno.EPERM, () -> bob().removexattr(f, ACCESS));
        alice().removexattr(f, ACCESS);
        fails(Errno.ENODATA, () -> fs().getxattr(f, ACCESS));
        assertThat(mode(f)).isEqualTo(0660);
    }

    @Test default void anEmptyListRemovesTheList() {
        String f = plainFile(0600);
        set(f, WITH_ALICE);
        fs().setxattr(f, ACCESS, new byte[0], 0);
        fails(Errno.ENODATA, () -> fs().getxattr(f, ACCESS));
        set(f, WITH_ALICE);
        fs().setxattr(f, ACCESS, new byte[]{2, 0, 0, 0}, 0);
        fails(Errno.ENODATA, () -> fs().getxattr(f, ACCESS));
        fs().removexattr(f, ACCESS);
    }

    @Test default void rejectsMalformedLists() {
        String f = plainFile(0640);
        byte[] good = WITH_ALICE.toBytes();
        byte[] without = good.clone();
        without[4 + 3 * 8] = 0x20;
        byte[] version = good.clone();
        version[0] = 3;
        fails(Errno.EINVAL, () -> fs().setxattr(f, ACCESS, without, 0));
        fails(Errno.EINVAL, () -> fs().setxattr(f, ACCESS, Arrays.copyOf(good, good.length - 8), 0));
        fails(Errno.EINVAL, () -> fs().setxattr(f, ACCESS, Arrays.copyOf(good, good.length - 1), 0));
        fails(Errno.EINVAL, () -> fs().setxattr(f, ACCESS, new byte[3], 0));
        fails(Errno.EOPNOTSUPP, () -> fs().setxattr(f, ACCESS, version, 0));
        assertThat(mode(f)).isEqualTo(0640);
        fails(Errno.ENODATA, () -> fs().getxattr(f, ACCESS));
    }

    @Test default void settingAListClearsSetGroupIdForNonMembers() {
        String f = plainFile(0600);
        fs().chown(f, ALICE.uid(), SHARED);
        fs().chmod(f, 02755);
        as(ALICE.withGroups(Set.of(SHARED))).setxattr(f, ACCESS, WITH_ALICE.toBytes(), 0);
        assertThat(mode(f)).isEqualTo(02660);
        alice().setxattr(f, ACCESS, WITH_ALICE.toBytes(), 0);
        assertThat(mode(f)).isEqualTo(0660);
        fs().chmod(f, 02755);
        set(f, WITH_ALICE);
        assertThat(mode(f)).isEqualTo(02660);
    }

    @Test default void onlyDirectoriesHaveADefaultList() {
        String f = plainFile(0600);
        fails(Errno.EACCES, () -> fs().setxattr(f, DEFAULT, WITH_ALICE.toBytes(), 0));
        fails(Errno.ENODATA, () -> fs().getxattr(f, DEFAULT));
        String d = directory("d");
        fs().setxattr(d, DEFAULT, AccessControlList.ofMode(0750).toBytes(), 0);
        assertThat(get(d, DEFAULT)).isEqualTo(AccessControlList.ofMode(0750));
        assertThat(mode(d)).isEqualTo(0755);
        fs().removexattr(d, DEFAULT);
        fails(Errno.ENODATA, () -> fs().getxattr(d, DEFAULT));
    }

    @Test default void symbolicLinksHaveNone() {
        needs(PosixFeature.ACCESS_LISTS);
        fs().symlink("f", at("l"));
        fails(Errno.EOPNOTSUPP, () -> fs().lsetxattr(at("l"), ACCESS, WITH_ALICE.toBytes(), 0));
    }

    @Test default void newFilesInheritTheDefaultList() {
        needs(PosixFeature.ACCESS_LISTS);
        String d = directory("d");
        AccessControlList given = list(7, 5, 7, 0, new Entry(Tag.USER, 7, ALICE.uid()));
        fs().setxattr(d, DEFAULT, given.toBytes(), 0);
        PosixClient masked = as(Credentials.ROOT.withUmask(077));
        masked.open(d + "/f", 0666, OpenFlag.WRITE, OpenFlag.CREATE).close();
        assertThat(mode(d + "/f")).isEqualTo(0660);
        assertThat(get(d + "/f", ACCESS)).isEqualTo(list(6, 5, 6, 0, new Entry(Tag.USER, 7, ALICE.uid())));
        fails(Errno.ENODATA, () -> fs().getxattr(d + "/f", DEFAULT));
        masked.mkdir(d + "/d", 0777);
        assertThat(mode(d + "/d")).isEqualTo(0770);
        assertThat(get(d + "/d", ACCESS)).isEqualTo(given);
        assertThat(get(d + "/d", DEFAULT)).isEqualTo(given);
        masked.symlink("f", d + "/l");
        assertThat(fs().lstat(d + "/l").permissions()).isEqualTo(0777);
        may(alice(), d + "/f", 6);
    }

    @Test default void specialFilesInheritTheDefaultList() {
        needs(PosixFeature.ACCESS_LISTS);
        needs(PosixFeature.SPECIAL_FILES);
        String d = directory("d");
        fs().setxattr(d, DEFAULT, list(7, 5, 7, 0, new Entry(Tag.USER, 7, ALICE.uid())).toBytes(), 0);
        as(Credentials.ROOT.withUmask(077)).mknod(d + "/p", FileType.FIFO.mode() | 0606, 0);
        assertThat(mode(d + "/p")).isEqualTo(0600);
        assertThat(get(d + "/p", ACCESS)).isEqualTo(list(6, 5, 0, 0, new Entry(Tag.USER, 7, ALICE.uid())));
    }

    @Test default void aMinimalDefaultListReplacesTheUmask() {
        needs(PosixFeature.ACCESS_LISTS);
        String d = directory("d");
        fs().setxattr(d, DEFAULT, AccessControlList.ofMode(0775).toBytes(), 0);
        PosixClient masked = as(Credentials.ROOT.withUmask(077));
        masked.open(d + "/f", 0666, OpenFlag.WRITE, OpenFlag.CREATE).close();
        assertThat(mode(d + "/f")).isEqualTo(0664);
        fails(Errno.ENODATA, () -> fs().getxattr(d + "/f", ACCESS));
        masked.mkdir(d + "/d", 0777);
        assertThat(get(d + "/d", DEFAULT)).isEqualTo(AccessControlList.ofMode(0775));
        fs().removexattr(d, DEFAULT);
        masked.mkdir(d + "/e", 0777);
        assertThat(mode(d + "/e")).isEqualTo(0700);
    }
}
