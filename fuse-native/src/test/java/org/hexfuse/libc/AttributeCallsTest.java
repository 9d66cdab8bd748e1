package org.hexfuse.libc;

import org.hexfuse.posix.OpenFlags;
import org.hexfuse.posix.Timespec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttributeCallsTest {
    private static final Timespec THEN = new Timespec(1_000_000_000, 5);
    private static final Timespec LATER = new Timespec(1_100_000_000, 999_999_999);

    @TempDir private Path scratch;
    private NativePath path;
    private NativePath link;
    private Fd fd;

    @BeforeEach void make() throws Exception {
        path = NativePath.of(scratch).resolve("f");
        link = NativePath.of(scratch).resolve("s");
        fd = Fd.open(path, OpenFlags.RDWR | OpenFlags.CREAT, 0600);
        NameCalls.symlink(NativePath.of("f"), link);
    }

    @AfterEach void close() {
        fd.close();
    }

    @Test void changesTheModeByPathAndByDescriptor() throws Exception {
        AttributeCalls.chmod(link, 0640);
        assertThat(PosixFiles.stat(path).mode()).isEqualTo(FileStatus.REGULAR | 0640);
        AttributeCalls.fchmod(fd, 04755);
        assertThat(PosixFiles.stat(path).mode()).isEqualTo(FileStatus.REGULAR | 04755);
    }

    @Test void changesTheOwnerByPathAndByDescriptor() throws Exception {
        assumeTrue(ProcessIds.euid() == 0, "not root");
        AttributeCalls.chown(link, 7, -1);
        AttributeCalls.fchown(fd, -1, 8);
        AttributeCalls.lchown(link, 9, 10);
        assertThat(PosixFiles.stat(path)).extracting(FileStatus::uid, FileStatus::gid).containsExactly(7, 8);
        assertThat(PosixFiles.lstat(link)).extracting(FileStatus::uid, FileStatus::gid).containsExactly(9, 10);
    }

    @Test void setsTimesByPathAndByDescriptor() throws Exception {
        AttributeCalls.utimens(link, NewTime.of(THEN), NewTime.of(LATER));
        AttributeCalls.lutimens(link, NewTime.of(LATER), NewTime.of(THEN));
        assertThat(PosixFiles.fstat(fd)).extracting(FileStatus::atime, FileStatus::mtime)
                .containsExactly(THEN, LATER);
        assertThat(PosixFiles.lstat(link)).extracting(FileStatus::atime, FileStatus::mtime)
                .containsExactly(LATER, THEN);
        AttributeCalls.futimens(fd, NewTime.OMIT, NewTime.NOW);
        assertThat(PosixFiles.fstat(fd).atime()).isEqualTo(THEN);
        assertThat(PosixFiles.fstat(fd).mtime()).isGreaterThan(LATER);
    }
}
