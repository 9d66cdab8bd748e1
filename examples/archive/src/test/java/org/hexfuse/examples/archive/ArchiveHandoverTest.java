package org.hexfuse.examples.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.hexfuse.testkit.RunningKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A mounted archive that is handed over. */
@Timeout(60) class ArchiveHandoverTest {
    @TempDir Path directory;

    private Path zip(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (String member : new String[]{"a", "d/b", "d/c"}) {
                zip.putNextEntry(new ZipEntry(member));
                zip.write((text + " of " + member).getBytes(UTF_8));
                zip.closeEntry();
            }
        }
        return file;
    }

    @Test void anOpenMemberIsReadOn() throws Exception {
        Path archive = zip("test.zip", "text");
        try (var before = ArchiveFileSystem.open(archive);
                var after = ArchiveFileSystem.open(archive);
                RunningKernel kernel = RunningKernel.mount(before);
                var member = new RandomAccessFile(kernel.path().resolve("d/b").toFile(), "r")) {
            Object ino = Files.getAttribute(kernel.path().resolve("d"), "unix:ino");
            kernel.handOver(after);
            assertThat(member.readLine()).isEqualTo("text of d/b");
            assertThat(kernel.path().resolve("d/c")).hasContent("text of d/c");
            assertThat(Files.getAttribute(kernel.path().resolve("d"), "unix:ino")).isEqualTo(ino);
        }
    }

    @Test void anotherArchiveIsNotServedInItsPlace() throws Exception {
        try (var before = ArchiveFileSystem.open(zip("one.zip", "text"));
                var after = ArchiveFileSystem.open(zip("two.zip", "another text"));
                RunningKernel kernel = RunningKernel.mount(before)) {
            assertThatThrownBy(() -> kernel.handOver(after)).isInstanceOf(IOException.class)
                    .hasMessage("this is another archive, or it was changed");
            assertThat(kernel.path().resolve("a")).hasContent("text of a");
        }
    }
}
