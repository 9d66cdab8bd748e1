package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.FuseAssertions.assertFails;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Opcode;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that are open with {@link OpenFlag#PATH}. */
class PathHandleTest {
    private final StandInServer server = new StandInServer();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT.withDefaultPermissions(true));
    private Node directory;
    private Node file;

    @BeforeEach void fill() {
        directory = server.directory(server.root, "d");
        file = server.file(directory, "f");
        server.symlink(server.root, "link", "d/f");
    }

    @Test void neitherOpenNorReleaseIsSent() {
        vfs.open("/d/f", OpenFlag.PATH).close();
        vfs.open("/d", OpenFlag.PATH).close();
        assertThat(server.calls).isSubsetOf(Opcode.LOOKUP, Opcode.GETATTR, Opcode.FORGET);
        vfs.dropCaches();
        assertThat(server.isForgotten()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"FIFO", "SOCKET", "CHARACTER_DEVICE"}) void aFileOfAnyTypeIsOpened(FileType type) {
        Node special = server.add(server.root, "special", type.mode());
        try (OpenFile open = vfs.as(Credentials.of(9, 9)).open("/special", OpenFlag.PATH, OpenFlag.WRITE)) {
            assertThat(open.stat().ino()).isEqualTo(special.number);
        }
    }

    @Test void itHoldsItsInode() {
        try (OpenFile open = vfs.open("/d/f", OpenFlag.PATH)) {
            directory.children.clear();
            vfs.dropCaches();
            assertThat(open.stat().ino()).isEqualTo(file.number);
            assertThat(server.lookups).containsEntry(file.number, 1L).containsEntry(directory.number, 0L);
        }
        assertThat(server.isForgotten()).isTrue();
    }

    static Stream<Arguments> refused() {
        var memory = MemorySegment.ofArray(new byte[100]);
        return Map.<String, Consumer<OpenFile>>ofEntries(
                Map.entry("read", f -> f.read(new byte[1])), Map.entry("pread", f -> f.read(new byte[1], 0)),
                Map.entry("write", f -> f.write(new byte[1])), Map.entry("pwrite", f -> f.write(new byte[1], 0)),
                Map.entry("lseek", f -> f.seek(0)), Map.entry("position", OpenFile::position),
                Map.entry("SEEK_DATA", f -> f.seekData(0)), Map.entry("fchmod", f -> f.chmod(0600)),
                Map.entry("fchown", f -> f.chown(1, 1)),
                Map.entry("futimens", f -> f.utimens(Timestamp.NOW, Timestamp.NOW)),
                Map.entry("fgetxattr", f -> f.getxattr("user.a")),
                Map.entry("fsetxattr", f -> f.setxattr("user.a", new byte[1], 0)),
                Map.entry("ftruncate", f -> f.truncate(0)), Map.entry("fsync", f -> f.sync(false)),
                Map.entry("fallocate", f -> f.fallocate(0, 0, 1)), Map.entry("ioctl", f -> f.ioctl(1, 0)),
                Map.entry("FS_IOC_GETFLAGS", f -> f.ioctl(0x80086601, memory)),
                Map.entry("flock", f -> f.flock(LockType.READ)),
                Map.entry("fcntl", f -> f.locks().set(LockRange.whole(LockType.READ))),
                Map.entry("poll", f -> f.poll(1)), Map.entry("poll, waiting", f -> f.poll(1, Duration.ofMillis(1))),
                Map.entry("copy_file_range", f -> f.copyFileRange(f, 0, 1, 1)))
                .entrySet().stream().map(call -> Arguments.of(call.getKey(), call.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused") void otherCallsAreEBADF(String name, Consumer<OpenFile> call) {
        try (OpenFile open = vfs.open("/d/f", OpenFlag.PATH)) {
            server.calls.clear();
            assertFails(Errno.EBADF, () -> call.accept(open));
            assertThat(server.calls).as(name).isEmpty();
        }
    }

    @Test void aClosedOneIsEBADF() {
        OpenFile open = vfs.open("/d", OpenFlag.PATH);
        Vfs view = vfs.at(open);
        open.close();
        open.close();
        assertFails(Errno.EBADF, open::stat);
        assertFails(Errno.EBADF, open::readlink);
        assertFails(Errno.EBADF, () -> view.stat("f"));
        assertFails(Errno.EBADF, () -> vfs.reopen(open));
    }

    @Test void aSymbolicLinkIsOpenedItself() {
        try (OpenFile link = vfs.open("/link", OpenFlag.PATH, OpenFlag.NO_FOLLOW);
                OpenFile target = vfs.open("/link", OpenFlag.PATH)) {
            assertThat(link.stat().isSymlink()).isTrue();
            assertThat(link.readlink()).isEqualTo("d/f");
            assertThat(target.stat().ino()).isEqualTo(file.number);
            assertFails(Errno.ENOENT, target::readlink);
            assertFails(Errno.ELOOP, () -> vfs.reopen(link));
        }
        assertFails(Errno.ENOTDIR, () -> vfs.open("/d/f", OpenFlag.PATH, OpenFlag.DIRECTORY));
    }

    @Test void walksBeginInADirectory() {
        try (OpenFile open = vfs.open("/d", OpenFlag.PATH, OpenFlag.DIRECTORY);
                OpenFile read = vfs.open("/d"); OpenFile plain = vfs.open("/d/f", OpenFlag.PATH)) {
            server.root.children.remove("d");
            assertThat(vfs.at(open).stat("f").ino()).isEqualTo(file.number);
            assertThat(vfs.at(open).stat("..").ino()).isEqualTo(server.root.number);
            assertThat(vfs.at(read).lstat("../link").isSymlink()).isTrue();
            assertFails(Errno.ENOTDIR, () -> vfs.at(plain).stat("x"));
        }
        vfs.dropCaches();
        assertThat(server.isForgotten()).isTrue();
    }

    @Test void itIsOpenedAgainWithPermission() {
        file.mode = FileType.REGULAR.mode() | 0400;
        Vfs user = vfs.as(Credentials.of(1000, 1000));
        try (OpenFile path = user.open("/d/f", OpenFlag.PATH)) {
            assertFails(Errno.EACCES, () -> user.reopen(path, OpenFlag.READ));
            server.calls.clear();
            directory.children.clear();
            vfs.reopen(path, OpenFlag.READ).close();
            assertThat(server.calls).contains(Opcode.OPEN, Opcode.RELEASE).doesNotContain(Opcode.LOOKUP);
        }
    }

    @Test void aDirectoryThatIsOpenAsAFileIsNotFlushed() {
        vfs.open("/d").close();
        assertThat(server.count(Opcode.OPENDIR)).isEqualTo(1);
        assertThat(server.count(Opcode.RELEASEDIR)).isEqualTo(1);
        assertThat(server.count(Opcode.FLUSH)).isZero();
    }
}
