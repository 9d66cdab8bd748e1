package org.hexfuse.libc;

import static org.hexfuse.libc.LibcAssertions.assertFails;

import org.hexfuse.posix.OpenFlags;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NameCallsTest {
    /** Names that are not UTF-8. */
    private static final byte[] ONE = {'1', (byte) 0xff};
    private static final byte[] OTHER = {'2', (byte) 0xfe};

    @TempDir private Path scratch;
    private NativePath directory;

    @BeforeEach void find() {
        directory = NativePath.of(scratch);
    }

    private NativePath make(byte[] name) throws LibcException {
        NativePath path = directory.resolve(name);
        Fd.open(path, OpenFlags.WRONLY | OpenFlags.CREAT | OpenFlags.EXCL, 0600).close();
        return path;
    }

    @Test void makesAndRemovesADirectory() throws Exception {
        NativePath path = directory.resolve(ONE);
        NameCalls.mkdir(path, 0700);
        assertThat(PosixFiles.stat(path).mode()).isEqualTo(FileStatus.DIRECTORY | 0700);
        assertFails(Errno.EEXIST, () -> NameCalls.mkdir(path, 0700));
        NameCalls.rmdir(path);
        assertFails(Errno.ENOENT, () -> PosixFiles.stat(path));
    }

    @Test void makesAFifo() throws Exception {
        NativePath path = directory.resolve(ONE);
        NameCalls.mknod(path, 0010600, 0, 0);
        assertThat(PosixFiles.lstat(path).mode()).isEqualTo(0010600);
    }

    @Test void aSymbolicLinkHoldsAnyBytes() throws Exception {
        NativePath path = directory.resolve(ONE);
        NameCalls.symlink(NativePath.of(OTHER), path);
        assertThat(NameCalls.readlink(path)).isEqualTo(OTHER);
        assertThat(PosixFiles.lstat(path).kind()).isEqualTo(FileStatus.SYMLINK);
        assertFails(Errno.EINVAL, () -> NameCalls.readlink(directory));
    }

    @Test void makesAndRemovesAHardLink() throws Exception {
        NativePath one = make(ONE);
        NativePath other = directory.resolve(OTHER);
        NameCalls.link(one, other);
        assertThat(PosixFiles.stat(other)).isEqualTo(PosixFiles.stat(one));
        assertThat(PosixFiles.stat(one).nlink()).isEqualTo(2);
        NameCalls.unlink(one);
        assertThat(PosixFiles.stat(other).nlink()).isEqualTo(1);
        assertFails(Errno.ENOENT, () -> NameCalls.unlink(one));
    }

    @Test void linksAnUnnamedFile() throws Exception {
        NativePath path = directory.resolve(ONE);
        try (Fd fd = Fd.open(directory, OpenFlags.RDWR | OpenFlags.TMPFILE, 0600)) {
            NameCalls.link(fd, path);
            assertThat(PosixFiles.stat(path).ino()).isEqualTo(PosixFiles.fstat(fd).ino());
        }
    }

    @Test void renamesExchangesAndDoesNotReplace() throws Exception {
        NativePath one = make(ONE);
        NativePath other = make(OTHER);
        long first = PosixFiles.stat(one).ino();
        assertFails(Errno.EEXIST, () -> NameCalls.rename(one, other, NameCalls.RENAME_NOREPLACE));
        NameCalls.rename(one, other, NameCalls.RENAME_EXCHANGE);
        assertThat(PosixFiles.stat(other).ino()).isEqualTo(first);
        NameCalls.rename(other, one, 0);
        assertThat(PosixFiles.stat(one).ino()).isEqualTo(first);
        assertFails(Errno.ENOENT, () -> PosixFiles.access(other, 0));
    }
}
