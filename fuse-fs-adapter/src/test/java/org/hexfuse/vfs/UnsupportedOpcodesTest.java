package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.FuseAssertions.assertFails;

import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.LseekIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.posix.PollEvents;
import org.hexfuse.posix.RenameFlags;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An opcode that the server answers with ENOSYS is sent once, and the call does each time what Linux does without it. */
@Timeout(60) class UnsupportedOpcodesTest {
    private final StandInServer server = new StandInServer();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT.withBlockDevice(512));

    @BeforeEach void serve() {
        server.file(server.root, "f").size = 100;
        server.file(server.root, "g");
        server.directory(server.root, "d");
        ListedServer.install(server);
        server.answers.put(Opcode.READ, _ -> 0);
        server.answers.put(Opcode.WRITE, request -> {
            WriteOut.SIZE_FIELD.set(request.reply(), (int) WriteIn.SIZE_FIELD.getUnsigned(request.arguments(), 0));
            return WriteOut.SIZE;
        });
        server.answers.put(Opcode.MKNOD, request -> server.entry(request, server.file(server.root,
                StandInServer.name(request))));
    }

    private static Consumer<Vfs> file(Consumer<OpenFile> action) {
        return vfs -> {
            try (OpenFile file = vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
                action.accept(file);
            }
        };
    }

    static Stream<Arguments> successes() {
        Map<Opcode, Consumer<Vfs>> calls = Map.of(
                Opcode.OPEN, file(open -> open.read(new byte[1], 0)),
                Opcode.OPENDIR, vfs -> vfs.list("/d"),
                Opcode.FLUSH, file(_ -> {}),
                Opcode.FSYNC, file(open -> open.sync(false)),
                Opcode.FSYNCDIR, vfs -> {
                    try (OpenDirectory directory = vfs.opendir("/d")) {
                        directory.sync();
                    }
                },
                Opcode.ACCESS, vfs -> vfs.access("/f", 4),
                Opcode.SYNCFS, Vfs::sync,
                Opcode.BMAP, file(open -> assertThat(open.bmap(3)).isZero()),
                Opcode.STATX, vfs -> assertThat(vfs.btime("/f")).isEmpty());
        return calls.entrySet().stream().map(call -> Arguments.of(call.getKey(), call.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("successes") void succeedsWithoutIt(Opcode opcode, Consumer<Vfs> call) {
        server.fail(opcode, Errno.ENOSYS);
        for (int i = 0; i < 3; i++) {
            call.accept(vfs);
        }
        assertThat(server.count(opcode)).isEqualTo(1);
    }

    static Stream<Arguments> errors() {
        Map<Opcode, Map.Entry<Errno, Consumer<Vfs>>> calls = Map.of(
                Opcode.TMPFILE, Map.entry(Errno.EOPNOTSUPP, vfs -> vfs.tmpfile("/", 0600)),
                Opcode.FALLOCATE, Map.entry(Errno.EOPNOTSUPP, file(open -> open.fallocate(0, 0, 10))),
                Opcode.SETXATTR, Map.entry(Errno.EOPNOTSUPP, vfs -> vfs.setxattr("/f", "user.a", new byte[1], 0)),
                Opcode.GETXATTR, Map.entry(Errno.EOPNOTSUPP, vfs -> vfs.getxattr("/f", "user.a")),
                Opcode.LISTXATTR, Map.entry(Errno.EOPNOTSUPP, vfs -> vfs.listxattr("/f")),
                Opcode.REMOVEXATTR, Map.entry(Errno.EOPNOTSUPP, vfs -> vfs.removexattr("/f", "user.a")),
                Opcode.RENAME2, Map.entry(Errno.EINVAL, vfs -> vfs.rename("/f", "/new", RenameFlags.NOREPLACE)),
                Opcode.LINK, Map.entry(Errno.EPERM, vfs -> vfs.link("/f", "/new")));
        return calls.entrySet().stream()
                .map(call -> Arguments.of(call.getKey(), call.getValue().getKey(), call.getValue().getValue()));
    }

    @ParameterizedTest(name = "{0} becomes {1}")
    @MethodSource("errors") void failsWithTheErrorOfTheCall(Opcode opcode, Errno errno, Consumer<Vfs> call) {
        server.fail(opcode, Errno.ENOSYS);
        for (int i = 0; i < 3; i++) {
            assertFails(errno, () -> call.accept(vfs));
        }
        assertThat(server.count(opcode)).isEqualTo(1);
    }

    /** What Linux sends each time, since it has no fallback to remember. */
    static Stream<Arguments> passedOn() {
        Map<Opcode, Consumer<Vfs>> calls = Map.of(
                Opcode.UNLINK, vfs -> vfs.unlink("/f"),
                Opcode.MKDIR, vfs -> vfs.mkdir("/new"),
                Opcode.SYMLINK, vfs -> vfs.symlink("target", "/new"),
                Opcode.SETATTR, vfs -> vfs.chmod("/f", 0600),
                Opcode.STATFS, Vfs::statfs,
                Opcode.READ, file(open -> open.read(new byte[1], 0)));
        return calls.entrySet().stream().map(call -> Arguments.of(call.getKey(), call.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("passedOn") void isPassedOnAndSentAgain(Opcode opcode, Consumer<Vfs> call) {
        server.fail(opcode, Errno.ENOSYS);
        for (int i = 0; i < 3; i++) {
            assertFails(Errno.ENOSYS, () -> call.accept(vfs));
        }
        assertThat(server.count(opcode)).isEqualTo(3);
    }

    @Test void withoutOpenThereIsNoReleaseButAFlush() {
        server.fail(Opcode.OPEN, Errno.ENOSYS);
        vfs.open("/f").close();
        vfs.open("/f").close();
        assertThat(server.count(Opcode.RELEASE)).isZero();
        assertThat(server.count(Opcode.FLUSH)).isEqualTo(2);
    }

    @Test void withoutOpendirThereIsNoReleasedir() {
        server.fail(Opcode.OPENDIR, Errno.ENOSYS);
        vfs.list("/d");
        vfs.list("/d");
        assertThat(server.count(Opcode.RELEASEDIR)).isZero();
    }

    @Test void withoutCreateAFileIsMadeByMknodAndOpened() {
        server.fail(Opcode.CREATE, Errno.ENOSYS);
        for (int i = 0; i < 3; i++) {
            vfs.open("/new" + i, OpenFlag.CREATE, OpenFlag.WRITE).close();
        }
        assertThat(server.count(Opcode.CREATE)).isEqualTo(1);
        assertThat(server.count(Opcode.MKNOD)).isEqualTo(3);
        assertThat(server.count(Opcode.OPEN)).isEqualTo(3);
        assertThat(vfs.stat("/new2").mode()).isEqualTo(FileType.REGULAR.mode() | 0644);
    }

    @Test void withoutLseekAllOfTheFileIsData() {
        server.fail(Opcode.LSEEK, Errno.ENOSYS);
        server.answers.computeIfPresent(Opcode.LSEEK, (_, answer) -> request -> {
            assertThat(LseekIn.OFFSET.get(request.arguments())).isEqualTo(10);
            return answer.to(request);
        });
        try (OpenFile open = vfs.open("/f")) {
            for (int i = 0; i < 2; i++) {
                long before = server.count(Opcode.GETATTR);
                assertThat(open.seekData(10)).isEqualTo(10);
                assertThat(open.seekHole(10)).isEqualTo(100);
                assertFails(Errno.ENXIO, () -> open.seekData(100));
                assertThat(server.count(Opcode.GETATTR)).as("the size is fresh").isEqualTo(before + 3);
            }
        }
        assertThat(server.count(Opcode.LSEEK)).isEqualTo(1);
    }

    @Test void withoutPollAFileIsReady() {
        server.fail(Opcode.POLL, Errno.ENOSYS);
        try (OpenFile open = vfs.open("/f")) {
            int ready = open.poll(PollEvents.IN | PollEvents.OUT);
            assertThat(ready).isEqualTo(PollEvents.IN | PollEvents.OUT);
            assertThat(open.poll(PollEvents.IN | PollEvents.OUT)).isEqualTo(ready);
        }
        assertThat(server.count(Opcode.POLL)).isEqualTo(1);
    }

    @Test void copiesFallBackToShorterOnesAndThenToReadAndWrite() {
        server.fail(Opcode.COPY_FILE_RANGE_64, Errno.ENOSYS);
        server.fail(Opcode.COPY_FILE_RANGE, Errno.ENOSYS);
        try (OpenFile from = vfs.open("/f"); OpenFile to = vfs.open("/g", OpenFlag.WRITE)) {
            for (int i = 0; i < 3; i++) {
                from.copyFileRange(to, 0, 0, 10);
            }
        }
        assertThat(server.count(Opcode.COPY_FILE_RANGE_64)).isEqualTo(1);
        assertThat(server.count(Opcode.COPY_FILE_RANGE)).isEqualTo(1);
        assertThat(server.count(Opcode.READ)).isEqualTo(3);
    }

    @Test void eachMountFindsOutForItself() {
        server.fail(Opcode.ACCESS, Errno.ENOSYS);
        vfs.access("/f", 4);
        vfs.as(Credentials.of(1, 1)).access("/f", 4);
        assertThat(server.count(Opcode.ACCESS)).isEqualTo(1);
        Vfs.mount(server, VfsOptions.DEFAULT).access("/f", 4);
        assertThat(server.count(Opcode.ACCESS)).isEqualTo(2);
    }
}
