package org.hexfuse.examples.memory;

import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.posix.LibcClient;
import org.hexfuse.testkit.posix.RandomProgram;
import org.hexfuse.testkit.posix.Tmpfs;
import org.hexfuse.testkit.posix.VfsClient;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random programs get the same results from this filesystem in this project's kernel as from tmpfs in Linux. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class MemoryAgainstTmpfsTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8}) void anySequenceOfCallsIsAnsweredAlike(long seed) throws Exception {
        try (Tmpfs tmpfs = Tmpfs.mount();
                var kernel = UserKernel.connect("mem:", new MemoryFileSystem(64 << 20, 5000));
                var libc = new LibcClient(tmpfs.path())) {
            RandomProgram.compare(new VfsClient(kernel.vfs()), libc, seed);
        }
    }
}
