package org.hexfuse.vfs;

import static org.hexfuse.vfs.FuseAssertions.assertFails;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hexfuse.abi.CreateIn;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.SetxattrIn;
import org.hexfuse.device.Request;
import org.hexfuse.posix.AccessControlList;
import org.hexfuse.posix.AccessControlList.Entry;
import org.hexfuse.posix.AccessControlList.Tag;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AccessListsTest {
    private static final String ACCESS = AccessControlList.ACCESS.toString();
    private static final String DEFAULT = AccessControlList.DEFAULT.toString();
    private static final AccessControlList ANNA_READS = AccessControlList.of(List.of(new Entry(Tag.OWNER, 6),
            new Entry(Tag.USER, 4, 1000), new Entry(Tag.OWNING_GROUP, 0), new Entry(Tag.GROUP, 6, 77),
            new Entry(Tag.MASK, 6), new Entry(Tag.OTHERS, 0)));

    private final StandInServer server = new StandInServer();
    private final Vfs root = Vfs.mount(server, VfsOptions.DEFAULT);
    private final Vfs anna = root.as(Credentials.of(1000, 1000));
    private final Vfs bob = root.as(Credentials.of(1001, 1001));
    private final Map<Long, AccessControlList> lists = new HashMap<>();
    private Node file;
    private int extraFlags;

    @BeforeEach void aFileWithAList() {
        server.flags |= InitFlag.POSIX_ACL.mask() | InitFlag.SETXATTR_EXT.mask();
        server.attributeSeconds = 100;
        server.entrySeconds = 100;
        file = server.file(server.root, "f");
        file.mode = 0100660;
        lists.put(file.number, ANNA_READS);
        server.answers.put(Opcode.GETXATTR, this::answer);
        server.answers.put(Opcode.SETXATTR, request -> {
            extraFlags = SetxattrIn.SETXATTR_FLAGS.get(request.arguments());
            return 0;
        });
        server.answers.put(Opcode.REMOVEXATTR, _ -> 0);
    }

    private int answer(Request request) {
        AccessControlList list = lists.get(request.node());
        if (list == null) {
            throw FuseException.of(Errno.ENODATA);
        }
        byte[] value = list.toBytes();
        MemorySegment.copy(value, 0, request.reply(), JAVA_BYTE, 0, value.length);
        return value.length;
    }

    @Test void decideInsteadOfTheMode() {
        anna.access("/f", 4);
        assertFails(Errno.EACCES, () -> anna.access("/f", 2));
        assertFails(Errno.EACCES, () -> bob.access("/f", 4));
        root.as(Credentials.of(1001, 1001).withGroups(Set.of(77))).access("/f", 6);
        // The group bits of the mode are the mask: a member of the file's group does not get them.
        file.gid = 5;
        assertFails(Errno.EACCES, () -> root.as(Credentials.of(1002, 5)).access("/f", 4));
    }

    @Test void areReadOnceWhileTheAttributesAreValid() {
        anna.access("/f", 4);
        anna.access("/f", 4);
        root.as(Credentials.of(1001, 77)).access("/f", 2);
        // Once for the directory of the path, once for the file.
        assertThat(server.count(Opcode.GETXATTR)).isEqualTo(2);
        assertThat(server.count(Opcode.GETATTR)).isEqualTo(1);
    }

    @Test void areReadAgainAfterEachChange() {
        anna.access("/f", 4);
        lists.put(file.number, AccessControlList.ofMode(0660));
        anna.access("/f", 4);
        root.setxattr("/f", ACCESS, ANNA_READS.toBytes(), 0);
        assertFails(Errno.EACCES, () -> anna.access("/f", 4));
        lists.put(file.number, ANNA_READS);
        server.answers.put(Opcode.SETATTR, request -> server.attributes(request, file));
        root.chmod("/f", 0660);
        anna.access("/f", 4);
        lists.remove(file.number);
        root.removexattr("/f", ACCESS);
        assertFails(Errno.EACCES, () -> anna.access("/f", 4));
    }

    /** A permission is cached with the attributes; a denial is checked against fresh ones. */
    @Test void thatAllowMoreTakeEffectAtOnce() {
        lists.remove(file.number);
        assertFails(Errno.EACCES, () -> anna.access("/f", 4));
        lists.put(file.number, ANNA_READS);
        anna.access("/f", 4);
    }

    @Test void areNotReadWhereTheyCannotMatter() {
        server.root.mode = 0040707;
        file.mode = 0100606;
        anna.access("/f", 4);
        root.access("/f", 6);
        file.uid = 1000;
        file.mode = 0100660;
        root.dropCaches();
        anna.access("/f", 6);
        assertThat(server.count(Opcode.GETXATTR)).isZero();
        server.flags &= ~InitFlag.POSIX_ACL.mask();
        Vfs plain = Vfs.mount(server, VfsOptions.DEFAULT.withDefaultPermissions(true));
        file.uid = 0;
        assertFails(Errno.EACCES, () -> plain.as(Credentials.of(1000, 1000)).access("/f", 4));
        assertThat(server.count(Opcode.GETXATTR)).isZero();
    }

    @Test void thatAreMalformedAllowNothing() {
        server.answers.put(Opcode.GETXATTR, request -> {
            request.reply().asSlice(0, 12).fill((byte) 2);
            return 12;
        });
        server.root.mode = 0040707;
        assertFails(Errno.EIO, () -> anna.access("/f", 4));
        server.fail(Opcode.GETXATTR, Errno.ENOSYS);
        assertFails(Errno.EACCES, () -> anna.access("/f", 4));
        assertThat(server.count(Opcode.GETXATTR)).isEqualTo(2);
    }

    @Test void areSetByTheOwnerOnly() {
        byte[] list = ANNA_READS.toBytes();
        assertFails(Errno.EPERM, () -> anna.setxattr("/f", ACCESS, list, 0));
        assertFails(Errno.EPERM, () -> anna.removexattr("/f", ACCESS));
        assertThat(server.count(Opcode.SETXATTR) + server.count(Opcode.REMOVEXATTR)).isZero();
        root.setxattr("/f", ACCESS, list, 1);
        assertThat(extraFlags).isZero();
        file.uid = 1000;
        root.dropCaches();
        anna.setxattr("/f", ACCESS, list, 0);
        assertThat(extraFlags).as("the owner is not in the group").isEqualTo(1);
        root.as(Credentials.of(1000, 5).withGroups(Set.of(0))).setxattr("/f", ACCESS, list, 0);
        assertThat(extraFlags).isZero();
    }

    @Test void areCheckedBeforeARequestIsSent() {
        assertFails(Errno.EINVAL, () -> root.setxattr("/f", ACCESS, new byte[3], 0));
        assertFails(Errno.EOPNOTSUPP, () -> root.setxattr("/f", ACCESS, new byte[12], 0));
        assertFails(Errno.EACCES, () -> root.setxattr("/f", DEFAULT, ANNA_READS.toBytes(), 0));
        root.removexattr("/f", DEFAULT);
        assertThat(server.count(Opcode.SETXATTR) + server.count(Opcode.REMOVEXATTR)).isZero();
        root.setxattr("/f", ACCESS, new byte[0], 0);
        assertThat(server.count(Opcode.REMOVEXATTR)).isEqualTo(1);
        root.setxattr("/", DEFAULT, ANNA_READS.toBytes(), 0);
        assertThat(server.count(Opcode.SETXATTR)).isEqualTo(1);
    }

    @Test void theServerAppliesTheUmaskWithDontMask() {
        server.flags |= InitFlag.DONT_MASK.mask();
        server.answers.put(Opcode.CREATE, request -> {
            assertThat(CreateIn.MODE.get(request.arguments())).isEqualTo(0100666);
            assertThat(CreateIn.UMASK.get(request.arguments())).isEqualTo(027);
            throw FuseException.of(Errno.ENOSPC);
        });
        Vfs masked = root.as(Credentials.ROOT.withUmask(027));
        assertFails(Errno.ENOSPC, () -> masked.open("/new", 0666, OpenFlag.WRITE, OpenFlag.CREATE));
    }
}
