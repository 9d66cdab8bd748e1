package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.FuseAssertions.assertFails;

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
import org.hexfuse.vfs.cache.CacheClock;
import org.hexfuse.vfs.cache.DentryCache;
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
        try (OpenFile open = root.open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
            open.write(new byte[5], 0);
            assertThat(dentries.find(dentries.inodes().root(), Name.of("f"))).hasValueSatisfying(inode -> {
                assertThat(dentries.inodes().attributes().valid(inode, StatField.SIZE)).isPresent();
                assertThat(dentries.inodes().attributes().valid(inode, StatField.BLOCKS)).isEmpty();
                dentries.inodes().release(inode);
            });
        }
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

    @Test void aStatxWithFewerFieldsChangesNoAttributes() {
        server.answers.put(Opcode.STATX, request -> statx(request, StatField.SIZE | StatField.BTIME));
        assertThat(root.btime("/f")).isPresent();
        assertThat(root.stat("/f").size()).isZero();
    }
}
