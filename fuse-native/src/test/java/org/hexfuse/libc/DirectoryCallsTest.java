package org.hexfuse.libc;

import org.hexfuse.posix.OpenFlags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.Name;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryCallsTest {
    private static final int LITTLE = 512;

    @TempDir private Path scratch;

    @Test void readsADirectoryInPartsAndFromAnOffset() throws Exception {
        NativePath directory = NativePath.of(scratch);
        var made = new ArrayList<Name>(List.of(Name.of("."), Name.of("..")));
        for (int i = 0; i < 100; i++) {
            Name name = Name.of(new byte[]{'n', (byte) 0xff, (byte) ('A' + i / 10), (byte) ('0' + i % 10)});
            made.add(name);
            NameCalls.mkdir(directory.resolve(name.bytes()), 0700);
        }
        try (Fd fd = Fd.open(directory, OpenFlags.DIRECTORY, 0)) {
            List<DirectoryRecord> all = rest(fd);
            assertThat(all).extracting(DirectoryRecord::name).containsExactlyInAnyOrderElementsOf(made);
            for (DirectoryRecord record : all) {
                if (!record.name().isDotOrDotDot()) {
                    assertThat(record.ino())
                            .isEqualTo(PosixFiles.stat(directory.resolve(record.name().bytes())).ino());
                    assertThat(record.type()).isEqualTo(4);
                }
            }
            ContentCalls.lseek(fd, all.get(49).next(), ContentCalls.SEEK_SET);
            assertThat(rest(fd)).isEqualTo(all.subList(50, all.size()));
        }
    }

    private static List<DirectoryRecord> rest(Fd fd) throws LibcException {
        var all = new ArrayList<DirectoryRecord>();
        for (var batch = DirectoryCalls.getdents(fd, LITTLE); !batch.isEmpty(); batch = DirectoryCalls.getdents(fd,
                LITTLE)) {
            assertThat(batch).hasSizeLessThan(50);
            all.addAll(batch);
        }
        return all;
    }

    @Test void aFileIsNotADirectory() throws Exception {
        try (Fd fd = Fd.open("/proc/self/status", OpenFlags.RDONLY)) {
            assertThatThrownBy(() -> DirectoryCalls.getdents(fd, LITTLE)).hasMessageContaining("ENOTDIR");
        }
    }
}
