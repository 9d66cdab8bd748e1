package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.OpenFlag.CREATE;
import static org.hexfuse.vfs.OpenFlag.WRITE;

import org.hexfuse.posix.Timespec;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Timestamp;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Times that 64 bits of seconds hold and {@link java.time.Instant} does not. */
class ExtremeTimesTest {
    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MIN_VALUE}) void areKeptUnchanged(long seconds)
            throws Exception {
        var atime = new Timespec(seconds, 999_999_999);
        var mtime = new Timespec(seconds, 1);
        try (var kernel = UserKernel.connect("mem:", new MemoryFileSystem(1 << 20, 50))) {
            Vfs vfs = kernel.vfs();
            vfs.open("/f", 0644, CREATE, WRITE).close();
            vfs.utimens("/f", Timestamp.of(atime), Timestamp.of(mtime));
            Stat stat = vfs.stat("/f");
            assertThat(stat.atime()).isEqualTo(atime);
            assertThat(stat.mtime()).isEqualTo(mtime);
        }
    }
}
