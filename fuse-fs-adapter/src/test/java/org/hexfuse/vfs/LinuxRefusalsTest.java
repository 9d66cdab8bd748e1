package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.SetattrIn;
import org.hexfuse.abi.WriteOut;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What Linux checks itself, without the server. */
class LinuxRefusalsTest {
    private final StandInServer server = new StandInServer();
    private Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT);

    @BeforeEach void fill() {
        server.file(server.root, "f");
        server.directory(server.root, "d");
        server.symlink(server.root, "l", "f");
        server.answers.put(Opcode.OPEN, request -> StandInServer.opened(request, 0, 1, 0));
        server.answers.put(Opcode.OPENDIR, request -> StandInServer.opened(request, 0, 1, 0));
    }

    private static void refused(Errno errno, Executable call) {
        assertThatThrownBy(call::execute).isInstanceOfSatisfying(FuseException.class,
                e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test void readingADirectoryIsEISDIR() {
        OpenFile directory = vfs.open("/d", OpenFlag.READ);
        refused(Errno.EISDIR, () -> directory.read(new byte[10], 0));
        assertThat(server.calls).doesNotContain(Opcode.READ);
    }

    @Test void unknownFlagsOfSetxattrAreEINVAL() {
        refused(Errno.EINVAL, () -> vfs.setxattr("/f", "user.a", new byte[0], 4));
        refused(Errno.EINVAL, () -> vfs.setxattr("/f", "user.a", new byte[0], -1));
        assertThat(server.calls).doesNotContain(Opcode.SETXATTR);
    }

    @Test void aNulInATargetOrInTheNameOfAnAttributeIsEINVAL() {
        refused(Errno.EINVAL, () -> vfs.symlink("f\0g", "/new"));
        refused(Errno.EINVAL, () -> vfs.setxattr("/f", "user.a\0b", new byte[0], 0));
        refused(Errno.EINVAL, () -> vfs.getxattr("/f", "user.a\0b"));
        refused(Errno.EINVAL, () -> vfs.removexattr("/f", "user.a\0b"));
        assertThat(server.calls).doesNotContain(Opcode.SYMLINK, Opcode.SETXATTR, Opcode.GETXATTR,
                Opcode.REMOVEXATTR);
    }

    @Test void aWriteOfNothingIsEIO() {
        server.answers.put(Opcode.WRITE, request -> {
            WriteOut.SIZE_FIELD.set(request.reply(), 0);
            return WriteOut.SIZE;
        });
        OpenFile file = vfs.open("/f", OpenFlag.WRITE);
        refused(Errno.EIO, () -> file.write(new byte[10], 0));
    }

    @Test void truncatingByAnOpenToReadCarriesNoHandle() {
        server.flags &= ~InitFlag.ATOMIC_O_TRUNC.mask();
        server.answers.put(Opcode.SETATTR, request -> {
            assertThat(SetattrIn.FH.get(request.arguments())).isZero();
            return server.attributes(request, server.root.children.get("f"));
        });
        vfs.open("/f", OpenFlag.READ, OpenFlag.TRUNCATE).close();
        assertThat(server.count(Opcode.SETATTR)).isEqualTo(1);
    }

    static Stream<Arguments> changes() {
        return Map.<String, java.util.function.Consumer<Vfs>>of("create",
                v -> v.open("/new", OpenFlag.WRITE, OpenFlag.CREATE),
                "write", v -> v.open("/f", OpenFlag.WRITE), "truncate", v -> v.truncate("/f", 0), "mkdir",
                v -> v.mkdir("/new"),
                "unlink", v -> v.unlink("/f"), "rename", v -> v.rename("/f", "/g"), "chmod", v -> v.chmod("/f", 0600),
                "symlink", v -> v.symlink("f", "/new"), "setxattr", v -> v.setxattr("/f", "user.a", new byte[1], 0),
                "access", v -> v.access("/f", 2)).entrySet().stream()
                .map(change -> Arguments.of(change.getKey(), change.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changes") void aReadOnlyMountChangesNothing(String name,
            java.util.function.Consumer<Vfs> change) {
        vfs = Vfs.mount(server, VfsOptions.DEFAULT.withReadOnly(true));
        refused(Errno.EROFS, () -> change.accept(vfs));
        assertThat(server.calls).as(name).isSubsetOf(List.of(Opcode.LOOKUP, Opcode.GETATTR));
    }

    @Test void aReadOnlyMountCanBeRead() {
        vfs = Vfs.mount(server, VfsOptions.DEFAULT.withReadOnly(true));
        assertThat(vfs.stat("/f").isRegular()).isTrue();
        vfs.open("/f", OpenFlag.READ).close();
        vfs.open("/f", OpenFlag.READ, OpenFlag.CREATE).close();
    }

    @Test void timeoutsPassByTheClockOfTheOptions() {
        var now = new java.util.concurrent.atomic.AtomicLong(1);
        server.entrySeconds = 60;
        server.attributeSeconds = 10;
        vfs = Vfs.mount(server, VfsOptions.DEFAULT.withClock(now::get));
        vfs.stat("/f");
        vfs.stat("/f");
        assertThat(server.count(Opcode.LOOKUP)).isEqualTo(1);
        assertThat(server.count(Opcode.GETATTR)).isZero();
        now.addAndGet(11_000_000_000L);
        vfs.stat("/f");
        assertThat(server.count(Opcode.LOOKUP)).isEqualTo(1);
        assertThat(server.count(Opcode.GETATTR)).isEqualTo(1);
        now.addAndGet(60_000_000_000L);
        vfs.stat("/f");
        assertThat(server.count(Opcode.LOOKUP)).isEqualTo(2);
    }
}
