package org.hexfuse.libc;

import org.hexfuse.posix.OpenFlags;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentCallsTest {
    @TempDir private Path scratch;

    private Fd make(String name, String content) throws Exception {
        Files.writeString(scratch.resolve(name), content);
        return Fd.open(scratch.resolve(name).toString(), OpenFlags.RDWR);
    }

    private String content(String name) throws Exception {
        return Files.readString(scratch.resolve(name));
    }

    @Test void truncatesAndExtendsAFile() throws Exception {
        try (Fd fd = make("f", "content")) {
            ContentCalls.ftruncate(fd, 3);
            assertThat(content("f")).isEqualTo("con");
            ContentCalls.truncate(NativePath.of(scratch).resolve("f"), 5);
            assertThat(content("f")).isEqualTo("con\0\0");
        }
    }

    @Test void allocatesAndPunchesHoles() throws Exception {
        try (Fd fd = make("f", "content")) {
            ContentCalls.fallocate(fd, 0, 0, 10_000);
            assertThat(PosixFiles.fstat(fd).size()).isEqualTo(10_000);
            ContentCalls.fallocate(fd, ContentCalls.FALLOC_PUNCH_HOLE | ContentCalls.FALLOC_KEEP_SIZE, 1, 2);
            assertThat(content("f")).startsWith("c\0\0tent\0");
        }
    }

    @Test void seeksFromStartOffsetAndEnd() throws Exception {
        try (Fd fd = make("f", "content"); Arena arena = Arena.ofConfined()) {
            assertThat(ContentCalls.lseek(fd, -2, ContentCalls.SEEK_END)).isEqualTo(5);
            assertThat(ContentCalls.lseek(fd, -1, ContentCalls.SEEK_CUR)).isEqualTo(4);
            assertThat(ContentCalls.lseek(fd, 0, ContentCalls.SEEK_DATA)).isZero();
            assertThat(ContentCalls.lseek(fd, 0, ContentCalls.SEEK_HOLE)).isEqualTo(7);
            assertThat(ContentCalls.lseek(fd, 1, ContentCalls.SEEK_SET)).isEqualTo(1);
            var memory = arena.allocate(3);
            assertThat(Syscalls.read(fd, memory, 3)).isEqualTo(3);
            assertThat(new String(memory.toArray(JAVA_BYTE), UTF_8)).isEqualTo("ont");
        }
    }

    @Test void copiesBetweenFiles() throws Exception {
        try (Fd from = make("from", "content"); Fd to = make("to", "nothing")) {
            assertThat(ContentCalls.copyFileRange(from, 3, to, 1, 2)).isEqualTo(2);
            assertThat(content("to")).isEqualTo("ntehing");
            assertThat(ContentCalls.copyFileRange(from, 7, to, 0, 2)).isZero();
            assertThatThrownBy(() -> ContentCalls.copyFileRange(to, 0, to, 1, 2)).hasMessageContaining("EINVAL");
        }
    }

    @Test void syncsOpenFilesAndRejectsClosedOnes() throws Exception {
        Fd fd = make("f", "content");
        try (fd) {
            ContentCalls.fsync(fd);
            ContentCalls.fdatasync(fd);
            ContentCalls.syncfs(fd);
        }
        assertThatThrownBy(() -> ContentCalls.fsync(fd)).hasMessageContaining("EBADF");
    }
}
