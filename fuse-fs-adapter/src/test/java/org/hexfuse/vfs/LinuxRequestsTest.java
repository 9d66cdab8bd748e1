package org.hexfuse.vfs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.FuseAssertions.assertFails;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.hexfuse.abi.AccessIn;
import org.hexfuse.abi.CopyFileRangeIn;
import org.hexfuse.abi.CopyFileRangeOut;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.GetxattrIn;
import org.hexfuse.abi.LseekIn;
import org.hexfuse.abi.LseekOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.SetattrIn;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests calls send, and what they make of the replies, as Linux does. */
class LinuxRequestsTest {
    private static final Credentials USER = Credentials.of(1000, 1000);

    private final StandInServer server = new StandInServer();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT);
    private Node directory;
    private Node file;

    @BeforeEach void fill() {
        directory = server.directory(server.root, "d");
        file = server.file(directory, "f");
        server.directory(directory, "e");
        server.entrySeconds = 60;
        server.attributeSeconds = 60;
    }

    @Nested class Access {
        private final List<Integer> masks = new ArrayList<>();

        @BeforeEach void answer() {
            server.answers.put(Opcode.ACCESS, request -> {
                masks.add(AccessIn.MASK.get(request.arguments()));
                return 0;
            });
        }

        @Test void isDelegatedToTheServerAlsoForExecuting() {
            vfs.as(USER).access("/d/f", 6);
            vfs.as(USER).access("/d/f", 1);
            vfs.as(USER).access("/d", 1);
            assertThat(masks).containsExactly(6, 1, 1);
        }

        @Test void isSentByNoOtherCall() {
            Vfs user = vfs.as(USER);
            user.open("/d/f", OpenFlag.READ, OpenFlag.WRITE).close();
            user.opendir("/d").close();
            user.lstat("/d/f");
            assertThat(masks).isEmpty();
        }

        @Test void isCheckedHereWithDefaultPermissions() {
            Vfs checked = Vfs.mount(server, VfsOptions.DEFAULT.withDefaultPermissions(true)).as(USER);
            checked.access("/d/f", 4);
            assertFails(Errno.EACCES, () -> checked.access("/d/f", 2));
            assertThat(masks).isEmpty();
        }

        @Test void isGrantedAfterEnosys() {
            server.fail(Opcode.ACCESS, Errno.ENOSYS);
            vfs.as(USER).access("/d/f", 7);
            vfs.as(USER).access("/d/f", 7);
            assertThat(server.count(Opcode.ACCESS)).isEqualTo(1);
        }

        @Test void anErrorReachesTheCaller() {
            server.fail(Opcode.ACCESS, Errno.EACCES);
            assertFails(Errno.EACCES, () -> vfs.access("/d/f", 4));
        }

        @Test void executingIsCheckedHereByFreshAttributes() {
            vfs.lstat("/d/f");
            file.mode = FileType.REGULAR.mode() | 0711;
            assertThat(vfs.as(USER).executed("/d/f")).isEqualTo(USER);
            assertThat(server.count(Opcode.GETATTR)).isEqualTo(1);
            assertThat(masks).isEmpty();
        }

        @ParameterizedTest
        @CsvSource({"1000,1000,true", "1000,1001,false", "1001,1000,false", "0,0,false"}) void ofAMountIsItsOwners(
                int uid,
                int gid, boolean may) {
            server.answers.put(Opcode.STATFS, request -> {
                request.reply().fill((byte) 1);
                return 80;
            });
            Vfs caller = Vfs.mount(server, VfsOptions.DEFAULT.withAllowOther(false).withCredentials(USER))
                    .as(Credentials.of(uid, gid));
            if (may) {
                caller.stat("/d");
                assertThat(caller.statfs().namemax()).isNotZero();
            } else {
                assertFails(Errno.EACCES, () -> caller.stat("/d"));
                assertFails(Errno.EACCES, () -> caller.statfs("/d"));
                assertThat(caller.statfs()).isEqualTo(new StatVfs(0, 0, 0, 0, 0, 0, 0));
                assertThat(server.calls).isEmpty();
            }
        }
    }

    @Nested class Setattr {
        private static final int ATIME = 0x10;
        private static final int MTIME = 0x20;
        private static final int ATIME_NOW = 0x80;
        private static final int MTIME_NOW = 0x100;
        private final List<Integer> valid = new ArrayList<>();
        private final List<Integer> modes = new ArrayList<>();

        @BeforeEach void answer() {
            server.answers.put(Opcode.SETATTR, request -> {
                valid.add(SetattrIn.VALID.get(request.arguments()));
                modes.add(SetattrIn.MODE.get(request.arguments()));
                return server.attributes(request, server.node(request));
            });
        }

        @Test void ofTimesHasTheBitsOfNow() {
            Timestamp time = Timestamp.of(java.time.Instant.EPOCH);
            vfs.utimens("/d/f", time, time);
            vfs.utimens("/d/f", Timestamp.NOW, Timestamp.OMIT);
            vfs.utimens("/d/f", Timestamp.OMIT, time);
            vfs.utimens("/d/f", time, Timestamp.NOW);
            vfs.utimens("/d/f", Timestamp.OMIT, Timestamp.OMIT);
            assertThat(valid).containsExactly(ATIME | MTIME, ATIME | ATIME_NOW, MTIME, ATIME | MTIME | MTIME_NOW);
        }

        @Test void ofTheModeHasTheTypeAndNoFileHandle() {
            vfs.chmod("/d", 01777);
            try (OpenFile open = vfs.open("/d/f")) {
                open.chmod(0600);
                open.chown(5, -1);
            }
            assertThat(valid).containsExactly(1, 1, 2);
            assertThat(modes).startsWith(FileType.DIRECTORY.mode() | 01777, FileType.REGULAR.mode() | 0600);
        }
    }

    @Nested class Lseek {
        @Test void isSentForDataAndHolesOnly() {
            var sent = new ArrayList<String>();
            server.answers.put(Opcode.LSEEK, request -> {
                MemorySegment in = request.arguments();
                sent.add(LseekIn.FH.get(in) + " " + LseekIn.OFFSET.get(in) + " " + LseekIn.WHENCE.get(in));
                LseekOut.OFFSET.set(request.reply(), 55);
                return LseekOut.SIZE;
            });
            try (OpenFile open = vfs.open("/d/f")) {
                open.seek(7);
                assertThat(open.seekData(3)).isEqualTo(55);
                assertThat(open.seekHole(4)).isEqualTo(55);
            }
            assertThat(sent).containsExactly("7 3 3", "7 4 4");
        }

        @Test void anErrorIsNotRemembered() {
            server.fail(Opcode.LSEEK, Errno.ENXIO);
            try (OpenFile open = vfs.open("/d/f")) {
                assertFails(Errno.ENXIO, () -> open.seekData(3));
                assertFails(Errno.ENXIO, () -> open.seekData(3));
            }
            assertThat(server.count(Opcode.LSEEK)).isEqualTo(2);
        }
    }

    @Nested class Copies {
        @Test void nameBothFiles() {
            file.size = 100;
            Node target = server.file(directory, "g");
            server.answers.put(Opcode.COPY_FILE_RANGE_64, request -> {
                MemorySegment in = request.arguments();
                assertThat(request.node()).isEqualTo(file.number);
                assertThat(CopyFileRangeIn.NODEID_OUT.get(in)).isEqualTo(target.number);
                assertThat(CopyFileRangeIn.OFF_IN.get(in)).isEqualTo(10);
                assertThat(CopyFileRangeIn.OFF_OUT.get(in)).isEqualTo(20);
                CopyFileRangeOut.BYTES_COPIED.set(request.reply(), 5);
                return CopyFileRangeOut.SIZE;
            });
            try (OpenFile from = vfs.open("/d/f"); OpenFile to = vfs.open("/d/g", OpenFlag.WRITE)) {
                assertThat(from.copyFileRange(to, 10, 20, 50)).isEqualTo(5);
            }
        }

        @Test void betweenFilesystemsAreExdev() {
            file.size = 100;
            var otherServer = new StandInServer();
            otherServer.file(otherServer.root, "g");
            Vfs other = Vfs.mount(otherServer, VfsOptions.DEFAULT);
            try (OpenFile from = vfs.open("/d/f"); OpenFile to = other.open("/g", OpenFlag.WRITE)) {
                assertFails(Errno.EXDEV, () -> from.copyFileRange(to, 0, 0, 50));
            }
            assertThat(server.calls).doesNotContain(Opcode.COPY_FILE_RANGE, Opcode.COPY_FILE_RANGE_64, Opcode.READ);
        }
    }

    @Nested class ExtendedAttributes {
        private void answer(Opcode opcode, String reply) {
            server.answers.put(opcode, request -> {
                MemorySegment.copy(reply.getBytes(java.nio.charset.StandardCharsets.UTF_8), 0, request.reply(),
                        JAVA_BYTE,
                        0, reply.length());
                return reply.length();
            });
        }

        @ParameterizedTest
        @ValueSource(strings = {"\0", "user.a\0\0user.b\0", "user.a", "user.a\0user.b",
            "\0user.a\0"}) void namesThatAreEmptyOrNotTerminatedAreEio(String list) {
            answer(Opcode.LISTXATTR, list);
            assertFails(Errno.EIO, () -> vfs.listxattr("/d/f"));
        }

        @Test void aListMayBeEmpty() {
            answer(Opcode.LISTXATTR, "");
            assertThat(vfs.listxattr("/d/f")).isEmpty();
            answer(Opcode.LISTXATTR, "user.a\0user.bc\0");
            assertThat(vfs.listxattr("/d/f")).extracting(Object::toString).containsExactly("user.a", "user.bc");
        }

        @ParameterizedTest
        @EnumSource(names = {"GETXATTR", "LISTXATTR"}) void noMoreThanTheLargestValueIsAskedFor(Opcode opcode) {
            var sizes = new ArrayList<Integer>();
            server.answers.put(opcode, request -> {
                sizes.add(GetxattrIn.SIZE_FIELD.get(request.arguments()));
                throw FuseException.of(Errno.ERANGE);
            });
            assertFails(Errno.ERANGE, () -> {
                if (opcode == Opcode.GETXATTR) {
                    vfs.getxattr("/d/f", "user.a");
                } else {
                    vfs.listxattr("/d/f");
                }
            });
            assertThat(sizes).hasSize(2).endsWith(65_536);
        }

        @Test void aReplyThatIsLongerThanAskedForIsEio() {
            server.answers.put(Opcode.GETXATTR, request -> GetxattrIn.SIZE_FIELD.get(request.arguments()) + 1);
            assertFails(Errno.EIO, () -> vfs.getxattr("/d/f", "user.a"));
        }

        @ParameterizedTest
        @EnumSource(names = {"GETXATTR", "LISTXATTR", "SETXATTR", "REMOVEXATTR"}) void enosysIsEopnotsuppAndRemembered(
                Opcode opcode) {
            Runnable call = switch (opcode) {
                case GETXATTR -> () -> vfs.getxattr("/d/f", "user.a");
                case LISTXATTR -> () -> vfs.listxattr("/d/f");
                case SETXATTR -> () -> vfs.setxattr("/d/f", "user.a", new byte[1], 0);
                default -> () -> vfs.removexattr("/d/f", "user.a");
            };
            assertFails(Errno.EOPNOTSUPP, call::run);
            assertFails(Errno.EOPNOTSUPP, call::run);
            assertThat(server.count(opcode)).isEqualTo(1);
        }
    }

    /** Removals and renames that fail: {@code lookedUp} is whether the names are looked up again. */
    @Nested class Failures {
        static Stream<Arguments> removals() {
            return Stream.of(Errno.EINTR, Errno.ENOENT, Errno.EIO, Errno.ENOTEMPTY).flatMap(errno -> Stream.of(
                    removal(Opcode.UNLINK, errno, "/d/f", v -> v.unlink("/d/f")),
                    removal(Opcode.RMDIR, errno, "/d/e", v -> v.rmdir("/d/e")),
                    removal(Opcode.RENAME, errno, "/d/f", v -> v.rename("/d/f", "/d/new")),
                    removal(Opcode.RENAME2, errno, "/d/f", v -> v.exchange("/d/f", "/d/e")),
                    removal(Opcode.RENAME2, errno, "/d/e", v -> v.exchange("/d/f", "/d/e"))));
        }

        private static Arguments removal(Opcode opcode, Errno errno, String path, Consumer<Vfs> call) {
            return Arguments.of(opcode, errno, path, call);
        }

        @ParameterizedTest(name = "{0} {1} {2}")
        @MethodSource("removals") void ofWhatMayHaveBeenDoneInvalidateTheNames(Opcode opcode, Errno errno, String path,
                Consumer<Vfs> call) {
            server.fail(opcode, errno);
            vfs.stat("/d/e");
            vfs.stat("/d/f");
            assertFails(errno, () -> call.accept(vfs));
            long before = server.count(Opcode.LOOKUP);
            vfs.stat(path);
            boolean lookedUp = errno == Errno.EINTR || errno == Errno.ENOENT;
            assertThat(server.count(Opcode.LOOKUP) - before).isEqualTo(lookedUp ? 1 : 0);
        }

        @Test void rename2IsNotSentBefore7_23() {
            server.minor = 22;
            assertFails(Errno.EINVAL, () -> vfs.renameNoReplace("/d/f", "/d/new"));
            assertThat(server.count(Opcode.RENAME2)).isZero();
        }
    }

    @Nested class Creations {
        static Stream<Arguments> creations() {
            return Stream.of(Arguments.of(Opcode.MKDIR, creation(v -> v.mkdir("/d/new"))),
                    Arguments.of(Opcode.MKNOD, creation(v -> v.mknod("/d/new", 0100600, 0))),
                    Arguments.of(Opcode.SYMLINK, creation(v -> v.symlink("x", "/d/new"))),
                    Arguments.of(Opcode.LINK, creation(v -> v.link("/d/f", "/d/new"))),
                    Arguments.of(Opcode.CREATE, creation(v -> v.open("/d/new", OpenFlag.CREATE, OpenFlag.WRITE))));
        }

        private static Consumer<Vfs> creation(Consumer<Vfs> call) {
            return call;
        }

        /** The name is absent, for a minute. */
        private void answerAbsent() {
            var names = server.answers;
            names.put(Opcode.LOOKUP, request -> {
                Node found = server.node(request).children.get(StandInServer.name(request));
                if (found != null) {
                    return server.entry(request, found);
                }
                request.reply().asSlice(0, EntryOut.SIZE).fill((byte) 0);
                EntryOut.ENTRY_VALID.set(request.reply(), 60);
                return EntryOut.SIZE;
            });
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("creations") void ofANameThatExistsInvalidateTheNegativeDentry(Opcode opcode,
                Consumer<Vfs> call) {
            answerAbsent();
            assertThat(vfs.exists("/d/new")).isFalse();
            server.answers.put(opcode, _ -> {
                server.file(directory, "new");
                throw FuseException.of(Errno.EEXIST);
            });
            if (opcode == Opcode.CREATE) {
                call.accept(vfs);
            } else {
                assertFails(Errno.EEXIST, () -> call.accept(vfs));
            }
            assertThat(vfs.exists("/d/new")).isTrue();
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("creations") void withAnEntryThatIsNegativeAreEio(Opcode opcode, Consumer<Vfs> call) {
            server.answers.put(opcode, request -> {
                int size = opcode == Opcode.CREATE ? EntryOut.SIZE + 16 : EntryOut.SIZE;
                request.reply().asSlice(0, size).fill((byte) 0);
                return size;
            });
            assertFails(Errno.EIO, () -> call.accept(vfs));
            vfs.dropCaches();
            assertThat(server.isForgotten()).isTrue();
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("creations") void ofANewNameSendNoLookupAfterwards(Opcode opcode, Consumer<Vfs> call) {
            server.answers.put(opcode, request -> {
                FileType type = opcode == Opcode.MKDIR ? FileType.DIRECTORY
                        : opcode == Opcode.SYMLINK ? FileType.SYMLINK : FileType.REGULAR;
                Node made = opcode == Opcode.LINK ? file : server.add(directory, "new", type.mode() | 0600);
                int length = server.entry(request, made);
                return opcode == Opcode.CREATE ? StandInServer.opened(request, length, 3, 0) : length;
            });
            call.accept(vfs);
            long before = server.count(Opcode.LOOKUP);
            assertThat(vfs.lstat("/d/new").ino()).isNotZero();
            assertThat(server.count(Opcode.LOOKUP)).isEqualTo(before);
        }
    }
}
