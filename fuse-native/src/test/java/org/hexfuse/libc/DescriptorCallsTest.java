package org.hexfuse.libc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.posix.Timespec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calls on names in open directories, on O_PATH descriptors, and by file handles. */
class DescriptorCallsTest {
    private static final int PATH = OpenFlags.PATH | OpenFlags.NOFOLLOW;
    private static final long STRICT = AtCalls.RESOLVE_BENEATH | AtCalls.RESOLVE_NO_SYMLINKS
            | AtCalls.RESOLVE_NO_MAGICLINKS | AtCalls.RESOLVE_NO_XDEV;
    private static final Name F = Name.of("f");
    private static final Name LINK = Name.of("link");

    @TempDir private Path scratch;
    private Fd directory;
    private Fd proc;

    @BeforeEach void open() throws Exception {
        directory = Fd.open(NativePath.of(scratch), PATH | OpenFlags.DIRECTORY, 0);
        proc = Fd.open("/proc/self/fd", OpenFlags.PATH | OpenFlags.DIRECTORY);
    }

    @AfterEach void close() {
        directory.close();
        proc.close();
    }

    private Fd path(Name name) {
        return Fd.of(AtCalls.openat2(directory, name, PATH, STRICT));
    }

    private static int error(Errno errno) {
        return -errno.code();
    }

    @Test void aNameIsOpenedBeneathTheDirectoryOnly() throws Exception {
        Files.writeString(scratch.resolve("f"), "text");
        Files.createSymbolicLink(scratch.resolve("link"), Path.of("f"));
        try (Fd fd = path(F)) {
            assertThat(PosixFiles.fstat(fd).size()).isEqualTo(4);
        }
        try (Fd fd = path(LINK)) {
            assertThat(PosixFiles.fstat(fd).kind()).isEqualTo(FileStatus.SYMLINK);
            assertThat(InodeCalls.readlink(fd)).isEqualTo("f".getBytes(UTF_8));
        }
        assertThat(AtCalls.openat2(directory, Name.of(".."), PATH, STRICT)).isEqualTo(error(Errno.EXDEV));
        assertThat(AtCalls.openat2(directory, Name.of("link/x"), PATH, STRICT)).isEqualTo(error(Errno.ELOOP));
        assertThat(AtCalls.openat2(directory, Name.of("/etc"), PATH, STRICT)).isEqualTo(error(Errno.EXDEV));
        assertThat(AtCalls.openat2(directory, Name.of("gone"), PATH, STRICT)).isEqualTo(error(Errno.ENOENT));
        assertThat(AtCalls.openat2(directory, Name.of("x".repeat(5000)), PATH, STRICT))
                .isEqualTo(error(Errno.ENAMETOOLONG));
    }

    @Test void namesAreMadeLinkedMovedAndRemoved() throws Exception {
        assertThat(AtCalls.mkdirat(directory, Name.of("d"), 0700)).isZero();
        assertThat(AtCalls.mkdirat(directory, Name.of("d"), 0700)).isEqualTo(error(Errno.EEXIST));
        assertThat(AtCalls.mknodat(directory, Name.of("p"), 0010600, 0)).isZero();
        assertThat(AtCalls.symlinkat(Name.of("any where"), directory, LINK)).isZero();
        Fd.of(AtCalls.openat(directory, F, OpenFlags.WRONLY | OpenFlags.CREAT | OpenFlags.EXCL, 0600)).close();
        for (Name name : new Name[]{F, LINK, Name.of("p")}) {
            try (Fd fd = path(name)) {
                Name other = Name.of(name + "2");
                assertThat(AtCalls.linkat(proc, fd, directory, other)).isZero();
                try (Fd linked = path(other)) {
                    assertThat(PosixFiles.fstat(linked)).isEqualTo(PosixFiles.fstat(fd));
                }
            }
        }
        try (Fd d = path(Name.of("d"))) {
            assertThat(AtCalls.renameat2(directory, F, d, F, NameCalls.RENAME_NOREPLACE)).isZero();
            assertThat(AtCalls.unlinkat(directory, Name.of("d"), AtCalls.AT_REMOVEDIR))
                    .isEqualTo(error(Errno.ENOTEMPTY));
            assertThat(AtCalls.unlinkat(d, F, 0)).isZero();
        }
        assertThat(AtCalls.unlinkat(directory, Name.of("d"), AtCalls.AT_REMOVEDIR)).isZero();
        assertThat(scratch).isDirectoryNotContaining("glob:**/d");
    }

    @Test void anOPathDescriptorIsEnoughForAttributes() throws Exception {
        Files.writeString(scratch.resolve("f"), "text");
        var attributes = new FileAttributes();
        try (Fd fd = path(F)) {
            assertThat(InodeCalls.chmod(proc, fd, 0640)).isZero();
            assertThat(InodeCalls.chown(fd, -1, -1)).isZero();
            assertThat(InodeCalls.utimens(proc, fd, new NewTime(5, 6), NewTime.OMIT)).isZero();
            assertThat(InodeCalls.statx(fd, attributes)).isZero();
            FileStatus status = PosixFiles.fstat(fd);
            assertThat(attributes.atime()).isEqualTo(new Timespec(5, 6));
            assertThat(attributes.mtime()).isEqualTo(status.mtime());
            assertThat(attributes.mode()).isEqualTo(FileStatus.REGULAR | 0640);
            assertThat(attributes.ino()).isEqualTo(status.ino());
            assertThat(attributes.dev()).isEqualTo(status.dev());
            assertThat(attributes.size()).isEqualTo(4);
            long mount = attributes.mount();
            assertThat(InodeCalls.statx(directory, attributes)).isZero();
            assertThat(attributes.mount()).isEqualTo(mount);
            assertThat(InodeCalls.statx(directory, F, attributes)).isZero();
            assertThat(attributes.ino()).isEqualTo(status.ino());
            assertThat(PosixFiles.fstatfs(fd).frsize()).isPositive();
            try (Fd open = Fd.of(InodeCalls.reopen(proc, fd, OpenFlags.RDONLY))) {
                assertThat(PosixFiles.fstat(open)).isEqualTo(PosixFiles.fstat(fd));
                assertThat(InodeCalls.flush(open)).isZero();
            }
        }
    }

    @Test void extendedAttributesAreThoseOfTheFileItself() throws Exception {
        Files.writeString(scratch.resolve("f"), "text");
        Files.createSymbolicLink(scratch.resolve("link"), Path.of("f"));
        Name name = Name.of("user.colour");
        try (Fd fd = path(F); Fd link = path(LINK)) {
            assertThat(InodeCalls.setxattr(fd, name, new byte[]{1, 2}, 0)).isZero();
            assertThat(InodeCalls.setxattr(fd, name, new byte[]{1}, XattrCalls.CREATE)).isEqualTo(error(Errno.EEXIST));
            assertThat(InodeCalls.getxattr(fd, name)).isEqualTo(2);
            assertThat(InodeCalls.value(2)).containsExactly(1, 2);
            assertThat(InodeCalls.listxattr(fd)).contains(name);
            assertThat(InodeCalls.getxattr(link, name)).isNegative();
            assertThat(InodeCalls.setxattr(fd, name, new byte[70_000], 0)).isEqualTo(error(Errno.E2BIG));
            assertThat(InodeCalls.removexattr(fd, name)).isZero();
            assertThat(InodeCalls.getxattr(fd, name)).isEqualTo(error(Errno.ENODATA));
        }
    }

    @Test void aHandleOpensItsFileAndNoOther() throws Exception {
        Files.writeString(scratch.resolve("f"), "text");
        try (Fd mount = Fd.open(NativePath.of(scratch), OpenFlags.RDONLY | OpenFlags.DIRECTORY, 0)) {
            InodeHandle handle;
            try (Fd fd = path(F)) {
                handle = InodeHandle.of(fd);
                assertThat(handle).isEqualTo(InodeHandle.of(fd)).hasSameHashCodeAs(InodeHandle.of(fd));
                assertThat(handle).isNotEqualTo(InodeHandle.of(directory));
            }
            int opened = handle.open(mount, PATH);
            assumeTrue(opened != error(Errno.EPERM), "no CAP_DAC_READ_SEARCH");
            try (Fd again = Fd.of(opened)) {
                assertThat(PosixFiles.fstat(again).size()).isEqualTo(4);
            }
            Files.delete(scratch.resolve("f"));
            for (int i = 0; i < 20; i++) {
                Files.writeString(scratch.resolve("other" + i), "");
            }
            assertThat(handle.open(mount, PATH)).isEqualTo(error(Errno.ESTALE));
        }
    }

    @Test void aClosedDescriptorIsBad() {
        directory.close();
        assertThat(AtCalls.mkdirat(directory, F, 0700)).isEqualTo(error(Errno.EBADF));
        assertThat(AtCalls.linkat(proc, directory, directory, F)).isEqualTo(error(Errno.EBADF));
        assertThat(InodeCalls.chmod(proc, directory, 0)).isEqualTo(error(Errno.EBADF));
        assertThatThrownBy(() -> InodeHandle.of(directory)).hasMessageContaining("EBADF");
    }

    @Test void theLimitOfDescriptorsIsKnown() throws Exception {
        assertThat(ResourceLimits.openFiles()).isGreaterThan(10);
    }
}
