package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.FuseAssertions.assertFails;

import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.CopyFileRangeOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.StatxData;
import org.hexfuse.abi.StatxIn;
import org.hexfuse.abi.StatxOut;
import org.hexfuse.abi.SxTime;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.device.Request;
import org.hexfuse.posix.Timespec;
import org.hexfuse.vfs.StandInServer.Node;
import org.hexfuse.vfs.cache.AttributeCache;
import org.hexfuse.vfs.cache.CacheClock;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.cache.StatField;
import org.hexfuse.vfs.notify.NotificationHandler;
import org.hexfuse.vfs.notify.PollTable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Attributes are valid field by field: what makes one invalid leaves the others. */
@Timeout(60) class AttributeFieldsTest {
    private final StandInServer server = new StandInServer();
    private final DentryCache dentries = new DentryCache(100, CacheClock.SYSTEM);
    private final NotificationHandler notifications = new NotificationHandler(dentries, new PollTable());
    private final VfsOptions options = VfsOptions.DEFAULT.withDefaultPermissions(true);
    private final Vfs root = Vfs.mount(server, dentries, new PollTable(), options);
    private final Vfs user = root.as(Credentials.of(1000, 1000));
    private final Node file = server.file(server.root, "f");

    @BeforeEach void serve() {
        server.entrySeconds = 60;
        server.attributeSeconds = 60;
        server.root.mode |= 0777;
        file.mode |= 0666;
        server.answers.put(Opcode.READ, _ -> 0);
        server.answers.put(Opcode.WRITE, request -> {
            WriteOut.SIZE_FIELD.set(request.reply(), (int) WriteIn.SIZE_FIELD.getUnsigned(request.arguments(), 0));
            file.size = 100;
            return WriteOut.SIZE;
        });
        user.stat("/f");
    }

    private long getattrs() {
        return server.count(Opcode.GETATTR);
    }

    @Test void aReadMakesTheAtimeInvalidAndPermissionsAreStillCheckedWithoutARequest() {
        long before = getattrs();
        try (OpenFile open = user.open("/f")) {
            open.read(new byte[1], 0);
            user.access("/f", 4);
            assertThat(getattrs()).isEqualTo(before);
            open.stat();
            assertThat(getattrs()).isEqualTo(before + 1);
            open.stat();
            assertThat(getattrs()).isEqualTo(before + 1);
        }
    }

    @Test void aWriteMakesSizeAndTimesInvalidAndNotTheMode() {
        try (OpenFile open = user.open("/f", OpenFlag.WRITE)) {
            open.write(new byte[3], 0);
            long before = getattrs();
            user.access("/f", 2);
            assertThat(getattrs()).isEqualTo(before);
            assertThat(open.stat().size()).isEqualTo(100);
            assertThat(getattrs()).isEqualTo(before + 1);
        }
    }

    @Test void aWriteToASetUserIdFileMakesTheModeInvalidToo() {
        // The write of another user sends an empty SETATTR before the WRITE, by which the server clears the bit.
        server.answers.put(Opcode.SETATTR, request -> server.attributes(request, file));
        file.mode |= 04000;
        notifications.invalidateNode(file.number, 0, 0);
        try (OpenFile open = user.open("/f", OpenFlag.WRITE)) {
            open.write(new byte[3], 0);
            file.mode &= ~04000;
            long before = getattrs();
            user.access("/f", 2);
            assertThat(getattrs()).isEqualTo(before + 1);
        }
    }

    /** {@code may_delete} and {@code setattr_prepare} go by the cached owner; only {@code fuse_permission} requests attributes. */
    @Test void ownersAndStickyDirectoriesAreCheckedByCachedAttributes() {
        server.answers.put(Opcode.SETATTR, request -> server.attributes(request, file));
        server.answers.put(Opcode.UNLINK, _ -> 0);
        server.root.mode |= 01000;
        file.uid = 1000;
        file.gid = 1000;
        dentries.dropAll();
        try (OpenFile open = user.open("/f")) {
            long before = getattrs();
            notifications.invalidateNode(file.number, -1, 0);
            open.chmod(0600);
            notifications.invalidateNode(file.number, -1, 0);
            open.chown(-1, 1000);
            notifications.invalidateNode(file.number, -1, 0);
            open.utimens(Timestamp.NOW, Timestamp.of(Timespec.EPOCH));
            notifications.invalidateNode(file.number, -1, 0);
            user.unlink("/f");
            assertThat(getattrs()).isEqualTo(before);
        }
    }

    @Test void anotherUsersFileIsProtectedByItsCachedOwner() {
        long before = getattrs();
        notifications.invalidateNode(file.number, -1, 0);
        file.uid = 1000;
        assertFails(Errno.EPERM, () -> user.chmod("/f", 0600));
        assertThat(getattrs()).isEqualTo(before);
    }

    /** Linux would take the root for one of user 0. */
    @Test void theAttributesOfTheRootAreRequestedIfNoneHaveComeYet() {
        server.answers.put(Opcode.SETATTR, request -> server.attributes(request, server.root));
        server.root.uid = 1000;
        Vfs fresh = Vfs.mount(server, options).as(Credentials.of(1000, 1000));
        fresh.chmod("/", 0700);
        assertThat(server.count(Opcode.SETATTR)).isOne();
    }

    @Test void anInvalidationMakesAllInvalid() {
        long before = getattrs();
        assertThat(notifications.invalidateNode(file.number, -1, 0)).isEqualTo(Errno.OK);
        user.access("/f", 4);
        assertThat(getattrs()).isEqualTo(before + 1);
    }

    @Test void aDenialByInvalidAttributesIsCheckedOnce() {
        file.mode = (file.mode & ~0777) | 0600;
        notifications.invalidateNode(file.number, -1, 0);
        long before = getattrs();
        assertFails(Errno.EACCES, () -> user.open("/f"));
        assertThat(getattrs()).isEqualTo(before + 1);
        // One by cached attributes is checked by fresh ones.
        assertFails(Errno.EACCES, () -> user.open("/f"));
        assertThat(getattrs()).isEqualTo(before + 2);
    }

    @Test void aCachedPathIsSearchedWithoutARequestAsLongAsTheUserMaySearchIt() {
        Node d = server.directory(server.root, "d");
        server.file(d, "g");
        user.stat("/d/g");
        int before = server.calls.size();
        user.stat("/d/g");
        assertThat(server.calls).hasSize(before);
        d.mode = (d.mode & ~0777) | 0700;
        notifications.invalidateNode(d.number, -1, 0);
        assertFails(Errno.EACCES, () -> user.stat("/d/g"));
        assertFails(Errno.EACCES, () -> user.stat("/d/g"));
        assertThat(root.stat("/d/g").isRegular()).isTrue();
        d.mode |= 0777;
        notifications.invalidateNode(d.number, -1, 0);
        assertThat(user.stat("/d/g").isRegular()).isTrue();
    }

    @Test void withTheWritebackCacheTheLocalSizeIsAlwaysValid() {
        server.flags |= InitFlag.WRITEBACK_CACHE.mask();
        server.answers.put(Opcode.SETATTR, request -> server.attributes(request, file));
        Inode inode = dentries.find(dentries.inodes().root(), Name.of("f")).orElseThrow();
        AttributeCache attributes = dentries.inodes().attributes();
        try (OpenFile open = root.open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
            open.write(new byte[5], 0);
            assertThat(attributes.valid(inode)).isPresent();
        }
        assertThat(attributes.valid(inode, StatField.SIZE)).isPresent();
        assertThat(attributes.valid(inode, StatField.BLOCKS)).as("only the server knows them, after FLUSH").isEmpty();
        dentries.inodes().release(inode);
    }

    @Test void attributesOfAReplyThatOvertookAnInvalidationAreNotKept() {
        server.answers.put(Opcode.GETATTR, request -> {
            int size = server.attributes(request, file);
            notifications.invalidateNode(file.number, -1, 0);
            return size;
        });
        notifications.invalidateNode(file.number, -1, 0);
        root.stat("/f");
        long before = getattrs();
        root.stat("/f");
        assertThat(getattrs()).isEqualTo(before + 1);
    }

    @Test void attributesOfAnInodeThatWasEvictedAfterAChangeAreNotTakenFromAnOlderReply() {
        server.answers.put(Opcode.SETATTR, request -> {
            file.size = 7;
            return server.attributes(request, file);
        });
        root.dropCaches();
        server.answers.put(Opcode.LOOKUP, request -> {
            int size = server.entry(request, file);
            server.answers.remove(Opcode.LOOKUP);
            // Another caller looks the file up, truncates it, and its inode is evicted before this reply arrives.
            root.truncate("/f", 7);
            root.dropCaches();
            return size;
        });
        long before = getattrs();
        assertThat(root.stat("/f").size()).isEqualTo(7);
        assertThat(getattrs()).isEqualTo(before + 1);
    }

    private int statx(Request request, int mask) {
        assertThat(StatxIn.SX_MASK.get(request.arguments()) & StatField.BTIME).isEqualTo(StatField.BTIME);
        request.reply().asSlice(0, StatxOut.SIZE).fill((byte) 0);
        StatxOut.ATTR_VALID.set(request.reply(), 60);
        long base = StatxOut.STAT.offset();
        StatxData.MASK.set(request.reply(), base, mask);
        StatxData.MODE.set(request.reply(), base, (short) file.mode);
        StatxData.SIZE_FIELD.set(request.reply(), base, 55);
        SxTime.TV_SEC.set(request.reply(), base + StatxData.BTIME.offset(), 5);
        return StatxOut.SIZE;
    }

    @Test void theTimeOfCreationIsCachedAsLongAsTheAttributes() {
        server.answers.put(Opcode.STATX, request -> statx(request, StatField.BASIC | StatField.BTIME));
        assertThat(root.btime("/f")).contains(new Timespec(5, 0));
        assertThat(root.btime("/f")).contains(new Timespec(5, 0));
        assertThat(server.count(Opcode.STATX)).isEqualTo(1);
        notifications.invalidateNode(file.number, -1, 0);
        assertThat(root.btime("/f")).contains(new Timespec(5, 0));
        assertThat(server.count(Opcode.STATX)).isEqualTo(2);
    }

    @Test void thatThereIsNoTimeOfCreationIsCachedToo() {
        server.answers.put(Opcode.STATX, request -> statx(request, StatField.BASIC));
        assertThat(root.btime("/f")).isEmpty();
        assertThat(root.btime("/f")).isEmpty();
        assertThat(server.count(Opcode.STATX)).isEqualTo(1);
    }

    /** Runs a change, after which the permissions are known, and the ctime is not. */
    private void assertOnlyCtimeInvalid(Runnable change, String path) {
        long before = getattrs();
        change.run();
        user.access(path, 4);
        assertThat(user.statx(path, Statx.Sync.AS_STAT, StatField.SIZE | StatField.NLINK | StatField.MTIME))
                .isNotNull();
        assertThat(getattrs()).isEqualTo(before);
        user.statx(path, Statx.Sync.AS_STAT, StatField.CTIME);
        assertThat(getattrs()).isEqualTo(before + 1);
    }

    private void succeed(Opcode opcode) {
        server.answers.put(opcode, _ -> 0);
    }

    @Test void anExtendedAttributeMakesTheCtimeInvalid() {
        succeed(Opcode.SETXATTR);
        succeed(Opcode.REMOVEXATTR);
        assertOnlyCtimeInvalid(() -> root.setxattr("/f", "user.a", new byte[1], 0), "/f");
        assertOnlyCtimeInvalid(() -> root.removexattr("/f", "user.a"), "/f");
    }

    @Test void anExtendedAttributeThatIsNotSetMakesNothingInvalid() {
        server.fail(Opcode.SETXATTR, Errno.ENOSPC);
        long before = getattrs();
        assertFails(Errno.ENOSPC, () -> root.setxattr("/f", "user.a", new byte[1], 0));
        user.stat("/f");
        assertThat(getattrs()).isEqualTo(before);
    }

    @Test void withPosixAclAnAccessListMakesAllInvalidEvenIfItIsNotSet() {
        byte[] list = {2, 0, 0, 0, 1, 0, 6, 0, -1, -1, -1, -1, 4, 0, 4, 0, -1, -1, -1, -1, 32, 0, 4, 0, -1, -1, -1, -1};
        succeed(Opcode.SETXATTR);
        assertOnlyCtimeInvalid(() -> root.setxattr("/f", "system.posix_acl_access", list, 0), "/f");
        server.flags |= InitFlag.POSIX_ACL.mask();
        server.fail(Opcode.GETXATTR, Errno.ENODATA);
        long before = getattrs();
        root.setxattr("/f", "system.posix_acl_access", list, 0);
        user.access("/f", 4);
        assertThat(getattrs()).isEqualTo(before + 1);
        server.fail(Opcode.SETXATTR, Errno.EIO);
        assertFails(Errno.EIO, () -> root.setxattr("/f", "system.posix_acl_access", list, 0));
        user.access("/f", 4);
        assertThat(getattrs()).isEqualTo(before + 2);
    }

    @Test void aRenamedFileAndAnExchangedOneHaveAnInvalidCtime() {
        server.file(server.root, "g").mode |= 0666;
        user.stat("/g");
        succeed(Opcode.RENAME2);
        user.stat("/");
        long before = getattrs();
        root.exchange("/f", "/g");
        // The directory was changed: its permissions are read again.
        user.access("/f", 4);
        user.access("/g", 4);
        assertThat(getattrs()).isEqualTo(before + 1);
        user.stat("/f");
        user.stat("/g");
        assertThat(getattrs()).isEqualTo(before + 3);
    }

    @Test void aFileHasOneLinkLessAfterUnlink() {
        succeed(Opcode.UNLINK);
        try (OpenFile open = user.open("/f")) {
            assertThat(open.stat().nlink()).isEqualTo(1);
            long before = getattrs();
            root.unlink("/f");
            assertThat(open.statx(Statx.Sync.AS_STAT, StatField.NLINK).stat().nlink()).isZero();
            long more = getattrs();
            open.stat();
            assertThat(getattrs()).isEqualTo(more + 1);
            assertThat(more).as("only the directory's").isLessThanOrEqualTo(before + 1);
        }
    }

    @Test void theReplyToLinkHasTheAttributesOfTheFile() {
        server.answers.put(Opcode.LINK, request -> server.entry(request, file));
        long before = getattrs();
        root.link("/f", "/h");
        root.as(Credentials.ROOT).lstat("/h");
        assertThat(getattrs()).as("of the directory, which has changed").isEqualTo(before + 1);
    }

    @Test void onlyAnInterruptedChangeThatFailsMakesAttributesInvalid() {
        long before = getattrs();
        for (Errno errno : new Errno[]{Errno.EIO, Errno.EINTR}) {
            server.fail(Opcode.SETATTR, errno);
            assertFails(errno, () -> root.chmod("/f", 0600));
            user.stat("/f");
        }
        assertThat(getattrs()).isEqualTo(before + 1);
    }

    @Test void aWriteThatFailsMakesSizeAndTimesInvalidAndNotTheMode() {
        server.fail(Opcode.WRITE, Errno.EIO);
        try (OpenFile open = user.open("/f", OpenFlag.WRITE)) {
            assertFails(Errno.EIO, () -> open.write(new byte[1], 0));
            long before = getattrs();
            user.access("/f", 2);
            assertThat(getattrs()).isEqualTo(before);
            open.stat();
            assertThat(getattrs()).isEqualTo(before + 1);
        }
    }

    @Test void anAllocationMakesSizeAndTimesInvalidIfItSucceeds() {
        try (OpenFile open = user.open("/f", OpenFlag.WRITE)) {
            long before = getattrs();
            server.fail(Opcode.FALLOCATE, Errno.ENOSPC);
            assertFails(Errno.ENOSPC, () -> open.fallocate(0, 0, 10));
            open.stat();
            assertThat(getattrs()).isEqualTo(before);
            succeed(Opcode.FALLOCATE);
            open.fallocate(0, 0, 10);
            user.access("/f", 2);
            assertThat(getattrs()).isEqualTo(before);
            open.stat();
            assertThat(getattrs()).isEqualTo(before + 1);
        }
    }

    @Test void aCopyLeavesTheAttributesOfItsSourceValid() {
        file.size = 5;
        notifications.invalidateNode(file.number, -1, 0);
        Node target = server.file(server.root, "t");
        server.answers.put(Opcode.COPY_FILE_RANGE_64, request -> {
            CopyFileRangeOut.BYTES_COPIED.set(request.reply(), 5);
            return CopyFileRangeOut.SIZE;
        });
        root.stat("/t");
        root.stat("/f");
        try (OpenFile from = root.open("/f"); OpenFile to = root.open("/t", OpenFlag.WRITE)) {
            long before = getattrs();
            assertThat(from.copyFileRange(to, 0, 0, 9)).isEqualTo(5);
            from.stat();
            assertThat(getattrs()).isEqualTo(before);
            target.size = 5;
            assertThat(to.stat().size()).isEqualTo(5);
            assertThat(getattrs()).isEqualTo(before + 1);
        }
    }

    @Test void appendsAreMadeAtTheCachedSizeWithoutARequest() {
        file.size = 7;
        notifications.invalidateNode(file.number, -1, 0);
        root.stat("/f");
        List<Long> offsets = new ArrayList<>();
        server.answers.put(Opcode.WRITE, request -> {
            offsets.add(WriteIn.OFFSET.get(request.arguments()));
            WriteOut.SIZE_FIELD.set(request.reply(), (int) WriteIn.SIZE_FIELD.getUnsigned(request.arguments(), 0));
            return WriteOut.SIZE;
        });
        try (OpenFile open = root.open("/f", OpenFlag.WRITE, OpenFlag.APPEND)) {
            long before = getattrs();
            open.write(new byte[3], 0);
            open.write(new byte[2], 0);
            notifications.invalidateNode(file.number, -1, 0);
            open.write(new byte[1], 0);
            assertThat(getattrs()).isEqualTo(before);
        }
        assertThat(offsets).containsExactly(7L, 10L, 12L);
    }

    @Test void withTheWritebackCacheAWriteNeedsTheSizeAndTheMode() {
        server.flags |= InitFlag.WRITEBACK_CACHE.mask();
        server.answers.put(Opcode.SETATTR, request -> server.attributes(request, file));
        try (OpenFile open = root.open("/f", OpenFlag.WRITE)) {
            long before = getattrs();
            open.write(new byte[3], 0);
            assertThat(getattrs()).isEqualTo(before);
            notifications.invalidateNode(file.number, -1, 0);
            open.write(new byte[3], 0);
            assertThat(getattrs()).isEqualTo(before + 1);
        }
    }

    @Test void ofAReadOnlyFilesystemAReadChangesNoAtime() {
        server.symlink(server.root, "l", "f");
        ListedServer.install(server);
        for (boolean readOnly : new boolean[]{true, false}) {
            try (Vfs vfs = Vfs.mount(server, options.withReadOnly(readOnly))) {
                readAll(vfs);
                long before = getattrs();
                vfs.stat("/f");
                vfs.lstat("/l");
                vfs.stat("/");
                assertThat(getattrs()).isEqualTo(before + (readOnly ? 0 : 3));
            }
        }
    }

    private static void readAll(Vfs vfs) {
        vfs.stat("/");
        vfs.stat("/l");
        vfs.list("/");
        try (OpenFile open = vfs.open("/f")) {
            open.read(new byte[1], 0);
        }
    }

    @Test void aReadOnlyBindMountOfOneThatIsNotReadsWithAtime() {
        try (Vfs bound = root.bind("/", MountRestrictions.NONE.withReadOnly(true).withNoAtime(true))) {
            long before = getattrs();
            try (OpenFile open = bound.open("/f")) {
                open.read(new byte[1], 0);
            }
            bound.stat("/f");
            assertThat(getattrs()).isEqualTo(before + 1);
        }
    }

    @Test void rootNeedsValidAttributesOfTheDirectoriesThatItSearchesToo() {
        Node d = server.directory(server.root, "d");
        server.file(d, "g");
        root.stat("/d/g");
        long before = getattrs();
        root.stat("/d/g");
        assertThat(getattrs()).isEqualTo(before);
        notifications.invalidateNode(d.number, -1, 0);
        root.stat("/d/g");
        assertThat(getattrs()).isEqualTo(before + 1);
    }

    @Test void theEndOfTheFileIsRequestedUnlessTheSizeIsValid() {
        file.size = 9;
        notifications.invalidateNode(file.number, -1, 0);
        server.fail(Opcode.LSEEK, Errno.ENOSYS);
        root.stat("/f");
        try (OpenFile open = root.open("/f")) {
            long before = getattrs();
            assertThat(open.seekEnd(-2)).isEqualTo(7);
            open.seek(3);
            assertThat(open.seekHole(0)).isEqualTo(9);
            assertFails(Errno.EINVAL, () -> open.seekEnd(-10));
            assertThat(open.position()).isEqualTo(3);
            assertThat(getattrs()).isEqualTo(before);
            file.size = 20;
            notifications.invalidateNode(file.number, -1, 0);
            assertThat(open.seekEnd(5)).isEqualTo(25);
            assertThat(open.position()).isEqualTo(25);
            assertThat(getattrs()).isEqualTo(before + 1);
            notifications.invalidateNode(file.number, -1, 0);
            assertThat(open.seekData(1)).isEqualTo(1);
            assertThat(getattrs()).isEqualTo(before + 2);
            assertThat(server.count(Opcode.LSEEK)).isEqualTo(1);
        }
    }

    @Test void aStatxWithFewerFieldsChangesNoAttributes() {
        server.answers.put(Opcode.STATX, request -> statx(request, StatField.SIZE | StatField.BTIME));
        assertThat(root.btime("/f")).isPresent();
        assertThat(root.stat("/f").size()).isZero();
    }
}
