package org.hexfuse.vfs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hexfuse.vfs.FuseAssertions.assertFails;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenIn;
import org.hexfuse.abi.SetattrIn;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.posix.AccessControlList;
import org.hexfuse.posix.AccessControlList.Entry;
import org.hexfuse.posix.AccessControlList.Tag;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Several mounts of one filesystem, and what each of them forbids. */
class MountsTest {
    private static final MountRestrictions READ_ONLY = MountRestrictions.NONE.withReadOnly(true);

    private final StandInServer server = new StandInServer();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT.withBlockDevice(512));
    private Node directory;
    private Node file;

    @BeforeEach void fill() {
        directory = server.directory(server.root, "d");
        file = server.file(directory, "f");
        server.directory(directory, "below");
        server.file(server.root, "top");
        server.symlink(directory, "absolute", "/f");
        server.answers.put(Opcode.SETATTR, request -> server.attributes(request, server.node(request)));
        server.answers.put(Opcode.DESTROY, _ -> 0);
    }

    @Nested class Bound {
        @Test void beginAtTheirDirectory() {
            try (Vfs bound = vfs.bind("/d", MountRestrictions.NONE)) {
                assertThat(bound.stat("/f").ino()).isEqualTo(file.number);
                assertThat(bound.stat("/").ino()).isEqualTo(directory.number);
                assertThat(bound.stat("/..").ino()).isEqualTo(directory.number);
                assertThat(bound.stat("/below/../../f").ino()).isEqualTo(file.number);
                assertThat(bound.stat("/absolute").ino()).isEqualTo(file.number);
                assertFails(Errno.ENOENT, () -> bound.stat("/top"));
                assertFails(Errno.ENOENT, () -> vfs.stat("/d/absolute"));
            }
        }

        @Test void haveCachedPathsOfTheirOwn() {
            server.entrySeconds = 60;
            server.attributeSeconds = 60;
            Node above = server.file(server.root, "f");
            Vfs unmounted;
            try (Vfs bound = vfs.bind("/d", MountRestrictions.NONE)) {
                unmounted = bound;
                assertThat(bound.stat("/f").ino()).isEqualTo(file.number);
                assertThat(vfs.stat("/f").ino()).isEqualTo(above.number);
                int before = server.calls.size();
                assertThat(bound.stat("/f").ino()).isEqualTo(file.number);
                assertThat(bound.stat("/").ino()).isEqualTo(directory.number);
                assertThat(vfs.stat("/f").ino()).isEqualTo(above.number);
                assertThat(server.calls).hasSize(before);
            }
            assertFails(Errno.ENOTCONN, () -> unmounted.stat("/f"));
        }

        @Test void keepTheirRootWhereverItIsMoved() {
            try (Vfs bound = vfs.bind("/d", MountRestrictions.NONE)) {
                server.root.children.remove("d");
                vfs.dropCaches();
                assertThat(bound.stat("/f").ino()).isEqualTo(file.number);
            }
            vfs.dropCaches();
            assertThat(server.isForgotten()).isTrue();
        }

        @Test void haveRestrictionsOfTheirOwn() {
            try (Vfs bound = vfs.bind("/d", READ_ONLY)) {
                assertFails(Errno.EROFS, () -> bound.chmod("/f", 0600));
                assertFails(Errno.EROFS, () -> bound.as(Credentials.of(7, 7)).chmod("/f", 0600));
                assertThat(bound.isReadOnly()).isTrue();
                assertThat(vfs.isReadOnly()).isFalse();
                vfs.chmod("/d/f", 0600);
                try (Vfs again = bound.bind("/below", MountRestrictions.NONE)) {
                    again.chmod("/", 0700);
                }
            }
        }

        @Test void areUnmountedOneByOneAndTheServerWithTheLast() {
            Vfs bound = vfs.bind("/d", MountRestrictions.NONE);
            Vfs second = bound.bind("/below", READ_ONLY);
            vfs.close();
            vfs.close();
            assertFails(Errno.ENOTCONN, () -> vfs.stat("/d"));
            assertFails(Errno.ENOTCONN, () -> vfs.bind("/d", MountRestrictions.NONE));
            assertThat(bound.stat("/f").ino()).isEqualTo(file.number);
            bound.close();
            assertFails(Errno.ENOTCONN, () -> bound.stat("/f"));
            assertThat(server.count(Opcode.DESTROY)).isZero();
            second.close();
            assertFails(Errno.ENOTCONN, () -> second.stat("/"));
            assertThat(server.count(Opcode.DESTROY)).isEqualTo(1);
        }

        @Test void leaveOpenFilesOpen() {
            Vfs bound = vfs.bind("/d", MountRestrictions.NONE);
            try (OpenFile open = bound.open("/f")) {
                bound.close();
                assertThat(open.stat().ino()).isEqualTo(file.number);
            }
            vfs.dropCaches();
            assertThat(server.isForgotten()).isTrue();
        }

        @Test void areNotRenamedOrLinkedAcross() {
            try (Vfs bound = vfs.bind("/d", MountRestrictions.NONE); OpenFile open = vfs.open("/d/f")) {
                assertFails(Errno.EXDEV, () -> vfs.rename("/d/f", bound, "/g", 0));
                assertFails(Errno.EXDEV, () -> bound.link(open, "/g"));
            }
            assertThat(server.calls).doesNotContain(Opcode.RENAME, Opcode.LINK);
        }

        @Test void areDirectories() {
            assertFails(Errno.ENOTDIR, () -> vfs.bind("/top", MountRestrictions.NONE));
            assertFails(Errno.ENOENT, () -> vfs.bind("/x", MountRestrictions.NONE));
            vfs.dropCaches();
            assertThat(server.isForgotten()).isTrue();
        }

        @Test void ofTheRootNeedNoReference() {
            vfs.bind("/", READ_ONLY).close();
            assertThat(vfs.stat("/").isDirectory()).isTrue();
            assertThat(vfs.knownNodes()).isEqualTo(1);
        }

        @Test void ofOneProcessShareItsRecordLocks() {
            try (Vfs bound = vfs.bind("/d", MountRestrictions.NONE);
                    OpenFile one = vfs.open("/d/f");
                    OpenFile other = bound.open("/f")) {
                assertThat(one.lockKey()).isEqualTo(other.lockKey());
            }
        }

        @Test void areThoseOfADirectoryInWhichAWalkBegins() {
            try (Vfs bound = vfs.bind("/d", READ_ONLY); OpenDirectory open = bound.opendir("/below")) {
                assertFails(Errno.EROFS, () -> vfs.at(open).mkdir("new"));
                assertThat(vfs.at(open).stat("../f").ino()).isEqualTo(file.number);
                assertThat(vfs.at(open).stat("../../..").ino()).isEqualTo(directory.number);
            }
        }
    }

    @Nested class Restricted {
        static Stream<Arguments> changes() {
            return Map.<String, Consumer<Vfs>>of("chown", v -> v.chown("/d/f", 1, 1),
                    "utimens", v -> v.utimens("/d/f", Timestamp.NOW, Timestamp.NOW),
                    "removexattr", v -> v.removexattr("/d/f", "user.a"),
                    "setxattr", v -> v.setxattr("/d/f", "system.posix_acl_access", new byte[0], 0),
                    "link", v -> v.link("/d/f", "/g"), "mknod", v -> v.mknod("/g", 0100600, 0),
                    "rmdir", v -> v.rmdir("/d"), "tmpfile", v -> v.tmpfile("/", 0600)).entrySet().stream()
                    .map(change -> Arguments.of(change.getKey(), change.getValue()));
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("changes") void readOnlyMountsSendNoChange(String name, Consumer<Vfs> change) {
            try (Vfs bound = vfs.bind("/", READ_ONLY)) {
                server.calls.clear();
                assertFails(Errno.EROFS, () -> change.accept(bound));
            }
            assertThat(server.calls).as(name).isSubsetOf(List.of(Opcode.LOOKUP, Opcode.GETATTR));
        }

        @Test void noexecDeniesExecutingRegularFiles() {
            file.mode = FileType.REGULAR.mode() | 0755;
            try (Vfs bound = vfs.bind("/", MountRestrictions.NONE.withNoExec(true))) {
                assertFails(Errno.EACCES, () -> bound.access("/d/f", 1));
                assertFails(Errno.EACCES, () -> bound.executed("/d/f"));
                bound.access("/d", 1);
                bound.access("/d/f", 4);
            }
            vfs.access("/d/f", 1);
        }

        @Test void nosuidLeavesTheUserAsItIs() {
            Credentials user = Credentials.of(1000, 1000);
            file.uid = 5;
            file.gid = 6;
            file.mode = FileType.REGULAR.mode() | 06755;
            assertThat(vfs.as(user).executed("/d/f")).extracting(Credentials::uid, Credentials::gid)
                    .containsExactly(5, 6);
            try (Vfs bound = vfs.bind("/", MountRestrictions.NONE.withNoSuid(true))) {
                assertThat(bound.as(user).executed("/d/f")).isEqualTo(user);
            }
            file.mode = FileType.REGULAR.mode() | 02745;
            assertThat(vfs.as(user).executed("/d/f")).isEqualTo(user);
        }

        @Test void whatIsNoProgramIsNotExecuted() {
            assertFails(Errno.EACCES, () -> vfs.executed("/d"));
            assertFails(Errno.EACCES, () -> vfs.executed("/d/f"));
            server.calls.clear();
            file.mode = FileType.REGULAR.mode() | 0711;
            vfs.executed("/d/f");
            assertThat(server.calls).doesNotContain(Opcode.ACCESS, Opcode.OPEN);
        }

        @Test void noatimeChangesNoRequest() {
            server.answers.put(Opcode.OPEN, request -> {
                assertThat(OpenIn.FLAGS.get(request.arguments()) & OpenFlag.NO_ATIME.bits()).isZero();
                return StandInServer.opened(request, 0, 7, 0);
            });
            server.answers.put(Opcode.READ, _ -> 0);
            var restrictions = MountRestrictions.NONE.withNoAtime(true);
            var requests = new ArrayList<List<Opcode>>();
            for (boolean noAtime : new boolean[]{false, true}) {
                try (Vfs bound = vfs.bind("/d", restrictions.withNoAtime(noAtime))) {
                    server.calls.clear();
                    assertThat(bound.readAllBytes("/f")).isEmpty();
                    bound.stat("/f");
                    requests.add(List.copyOf(server.calls));
                    assertThat(bound.restrictions().noAtime()).isEqualTo(noAtime);
                }
            }
            assertThat(requests.getLast()).isEqualTo(requests.getFirst()).contains(Opcode.OPEN, Opcode.READ);
        }
    }

    @Nested class Limited {
        private final List<String> writes = new ArrayList<>();
        private Vfs limited;

        @BeforeEach void limit() {
            limited = vfs.bind("/d", MountRestrictions.NONE.withFileSizeLimit(100));
            server.answers.put(Opcode.WRITE, request -> {
                writes.add(WriteIn.OFFSET.get(request.arguments()) + "+" + WriteIn.SIZE_FIELD.get(request.arguments()));
                WriteOut.SIZE_FIELD.set(request.reply(), WriteIn.SIZE_FIELD.get(request.arguments()));
                return WriteOut.SIZE;
            });
        }

        @Test void aWriteEndsAtTheLimitAndIsEfbigFromThere() {
            try (OpenFile open = limited.open("/f", OpenFlag.WRITE)) {
                assertThat(open.write(new byte[20], 90)).isEqualTo(10);
                assertFails(Errno.EFBIG, () -> open.write(new byte[20], 100));
                assertThat(open.write(new byte[0], 200)).isZero();
            }
            assertThat(writes).containsExactly("90+10");
        }

        @Test void anAppendEndsThereToo() {
            file.size = 95;
            try (OpenFile open = limited.open("/f", OpenFlag.APPEND)) {
                assertThat(open.write(new byte[20])).isEqualTo(5);
                file.size = 100;
                assertFails(Errno.EFBIG, () -> open.write(new byte[1]));
                assertThat(open.stat().size()).isEqualTo(100);
            }
            assertThat(writes).containsExactly("95+5");
        }

        @ParameterizedTest
        @CsvSource({"0,101,EFBIG", "0,100,OK", "200,150,OK", "200,201,EFBIG"}) void aTruncationDoesNotExtendBeyondIt(
                long before, long size, Errno errno) {
            file.size = before;
            limited.stat("/f");
            try (OpenFile open = limited.open("/f", OpenFlag.WRITE)) {
                if (errno == Errno.OK) {
                    limited.truncate("/f", size);
                    open.truncate(size);
                } else {
                    assertFails(errno, () -> limited.truncate("/f", size));
                    assertFails(errno, () -> open.truncate(size));
                }
            }
            assertThat(server.count(Opcode.SETATTR)).isEqualTo(errno == Errno.OK ? 2 : 0);
        }

        @Test void anAllocationAndACopyDoNeither() {
            file.size = 50;
            server.answers.put(Opcode.FALLOCATE, _ -> 0);
            server.answers.put(Opcode.READ, _ -> 10);
            try (OpenFile open = limited.open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
                assertFails(Errno.EFBIG, () -> open.fallocate(0, 90, 20));
                open.fallocate(1, 90, 20);
                assertThat(server.count(Opcode.FALLOCATE)).isEqualTo(1);
                assertFails(Errno.EFBIG, () -> open.copyFileRange(open, 0, 100, 10));
                assertThat(open.copyFileRange(open, 0, 90, 50)).isEqualTo(10);
            }
            assertThat(writes).containsExactly("90+10");
        }

        @Test void aNegativeLimitIsRefused() {
            assertThatThrownBy(() -> MountRestrictions.NONE.withFileSizeLimit(-1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Nested class Mapped {
        /** On the mount 0 to 9 are 1000 to 1009 in the filesystem. */
        private final IdMapping ids = IdMapping.of(1000, 0, 10);
        private final List<String> sent = new ArrayList<>();
        private Vfs whole;
        private Vfs mapped;

        @BeforeEach void map() {
            server.flags |= InitFlag.ALLOW_IDMAP.mask();
            server.root.mode = FileType.DIRECTORY.mode() | 0755;
            server.root.uid = 1000;
            server.root.gid = 1000;
            directory.uid = 1005;
            directory.gid = 1006;
            file.uid = 7;
            file.gid = 1001;
            for (Opcode opcode : List.of(Opcode.MKDIR, Opcode.SETATTR, Opcode.UNLINK)) {
                server.answers.put(opcode, request -> {
                    sent.add(opcode + " " + InHeader.UID.get(request.head()) + " " + InHeader.GID.get(request.head())
                            + (opcode == Opcode.SETATTR ? " uid=" + SetattrIn.UID.get(request.arguments()) : ""));
                    return opcode == Opcode.SETATTR ? server.attributes(request, server.node(request))
                            : opcode == Opcode.UNLINK ? 0
                                    : server.entry(request, server.directory(server.root, StandInServer.name(request)));
                });
            }
            whole = Vfs.mount(server, VfsOptions.DEFAULT.withDefaultPermissions(true));
            mapped = whole.bind("/", MountRestrictions.NONE, ids);
        }

        @Test void showTheMappedOwner() {
            assertThat(mapped.stat("/d")).extracting(Stat::uid, Stat::gid).containsExactly(5, 6);
            assertThat(mapped.stat("/d/f")).extracting(Stat::uid, Stat::gid)
                    .containsExactly(IdMapping.OVERFLOW, 1);
            try (OpenFile open = mapped.open("/d/f"); OpenDirectory list = mapped.opendir("/d")) {
                assertThat(open.stat().gid()).isEqualTo(1);
                assertThat(list.stat().uid()).isEqualTo(5);
            }
            assertThat(whole.stat("/d").uid()).isEqualTo(1005);
        }

        @Test void createForTheMappedUser() {
            mapped.mkdir("/new");
            directory.mode = FileType.DIRECTORY.mode() | 0777;
            mapped.as(Credentials.of(3, 4)).mkdir("/d/new");
            assertThat(sent).containsExactly("MKDIR 1000 1000", "MKDIR 1003 1004");
        }

        @Test void aUserWithoutAMappingCreatesNothing() {
            directory.mode = FileType.DIRECTORY.mode() | 0777;
            assertFails(Errno.EOVERFLOW, () -> mapped.as(Credentials.of(50, 1)).mkdir("/d/new"));
            assertFails(Errno.EOVERFLOW, () -> mapped.as(Credentials.of(1, 50)).mkdir("/d/new"));
            assertFails(Errno.EOVERFLOW,
                    () -> mapped.as(Credentials.of(1, 50)).open("/d/new", OpenFlag.CREATE, OpenFlag.WRITE));
            assertThat(sent).isEmpty();
        }

        @Test void theMappedOwnerHasTheOwnersPermissions() {
            directory.mode = FileType.DIRECTORY.mode() | 0700;
            mapped.as(Credentials.of(5, 9)).opendir("/d").close();
            assertFails(Errno.EACCES, () -> mapped.as(Credentials.of(1005, 9)).opendir("/d"));
            directory.mode = FileType.DIRECTORY.mode() | 0070;
            assertFails(Errno.EACCES, () -> mapped.as(Credentials.of(8, 9)).opendir("/d"));
            mapped.as(Credentials.of(8, 9).withGroups(Set.of(6))).opendir("/d").close();
        }

        @Test void aFileOfAnUnmappedOwnerIsChangedByNobody() {
            file.mode = FileType.REGULAR.mode() | 0666;
            assertFails(Errno.EACCES, () -> mapped.open("/d/f", OpenFlag.WRITE));
            assertFails(Errno.EACCES, () -> mapped.truncate("/d/f", 0));
            assertFails(Errno.EOVERFLOW, () -> mapped.chmod("/d/f", 0600));
            assertFails(Errno.EOVERFLOW, () -> mapped.utimens("/d/f", Timestamp.NOW, Timestamp.NOW));
            assertFails(Errno.EOVERFLOW, () -> mapped.unlink("/d/f"));
            mapped.open("/d/f").close();
            file.mode = FileType.REGULAR.mode() | 0600;
            assertFails(Errno.EACCES, () -> mapped.open("/d/f"));
            assertThat(sent).isEmpty();
        }

        @Test void chownMapsItsIds() {
            mapped.chown("/d", 2, -1);
            assertFails(Errno.EOVERFLOW, () -> mapped.chown("/d", 10, -1));
            assertFails(Errno.EOVERFLOW, () -> mapped.chown("/d", -1, 10));
            assertFails(Errno.EOVERFLOW, () -> mapped.chown("/d/f", -1, 1));
            mapped.chown("/d/f", 3, -1);
            assertThat(sent).containsExactly("SETATTR -1 -1 uid=1002", "SETATTR -1 -1 uid=1003");
        }

        @Test void mapTheIdsOfAccessControlLists() {
            var stored = new java.util.concurrent.atomic.AtomicReference<byte[]>();
            AccessControlList list = list(1002, 1003);
            server.answers.put(Opcode.GETXATTR, request -> {
                byte[] value = list.toBytes();
                MemorySegment.copy(value, 0, request.reply(), JAVA_BYTE, 0, value.length);
                return value.length;
            });
            server.answers.put(Opcode.SETXATTR, request -> {
                byte[] value = new byte[(int) request.data().size()];
                request.data().copyTo(0, value, 0, value.length);
                stored.set(value);
                return 0;
            });
            String name = "system.posix_acl_access";
            byte[] shown = mapped.getxattr("/d", name);
            assertThat(AccessControlList.parse(shown)).contains(list(2, 3));
            mapped.setxattr("/d", name, shown, 0);
            assertThat(AccessControlList.parse(stored.get())).contains(list);
            assertFails(Errno.EINVAL, () -> mapped.setxattr("/d", name, list(2, 10).toBytes(), 0));
            assertThat(whole.getxattr("/d", name)).isEqualTo(list.toBytes());
        }

        private AccessControlList list(int uid, int gid) {
            return AccessControlList.of(List.of(new Entry(Tag.OWNER, 6), new Entry(Tag.USER, 4, uid),
                    new Entry(Tag.OWNING_GROUP, 0), new Entry(Tag.GROUP, 4, gid), new Entry(Tag.MASK, 4),
                    new Entry(Tag.OTHERS, 0)));
        }

        @Test void needAllowIdmap() {
            server.flags &= ~InitFlag.ALLOW_IDMAP.mask();
            assertFails(Errno.EINVAL, () -> whole.bind("/", MountRestrictions.NONE, ids));
        }

        @Test void areMappedOnce() {
            assertFails(Errno.EPERM, () -> mapped.bind("/d", MountRestrictions.NONE, ids));
            try (Vfs again = mapped.bind("/d", MountRestrictions.NONE)) {
                assertThat(again.stat("/").uid()).isEqualTo(5);
            }
        }

        @Test void rangesNeitherOverlapNorEndBeyondTheLastId() {
            for (Runnable wrong : List.<Runnable>of(() -> IdMapping.of(0, 0, 0), () -> IdMapping.of(-2, 0, 2),
                    () -> IdMapping.of(0, -2, 2),
                    () -> new IdMapping(List.of(new IdMapping.Range(0, 0, 10), new IdMapping.Range(9, 20, 1)),
                            List.of()),
                    () -> new IdMapping(List.of(),
                            List.of(new IdMapping.Range(0, 0, 10), new IdMapping.Range(20, 9, 1))))) {
                assertThatThrownBy(wrong::run).isInstanceOf(IllegalArgumentException.class);
            }
            assertThat(IdMapping.of(-3, 5, 2).userOnMount(-2)).isEqualTo(6);
            assertThat(IdMapping.IDENTITY.userOnMount(-1)).isEqualTo(-1);
            assertThat(IdMapping.IDENTITY.userOnMount(-2)).isEqualTo(-2);
        }
    }
}
