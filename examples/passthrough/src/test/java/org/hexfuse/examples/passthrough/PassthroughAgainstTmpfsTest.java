package org.hexfuse.examples.passthrough;

import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.posix.LibcClient;
import org.hexfuse.testkit.posix.RandomProgram;
import org.hexfuse.testkit.posix.Tmpfs;
import org.hexfuse.testkit.posix.VfsClient;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random programs get the same results from a mirrored directory of a tmpfs as from another one that is not mirrored. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class PassthroughAgainstTmpfsTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8}) void anySequenceOfCallsIsAnsweredAlike(long seed) throws Exception {
        String option = seed % 2 == 0 ? "handles=off" : "descriptors=16";
        try (Tmpfs expected = Tmpfs.mount(); Tmpfs mirrored = Tmpfs.mount();
                var fileSystem = PassthroughFileSystem.of(mirrored.path(), PassthroughOptions.of(option));
                var kernel = UserKernel.connect("mem:", fileSystem);
                var libc = new LibcClient(expected.path())) {
            RandomProgram.compare(new VfsClient(kernel.vfs()), libc, seed);
        }
    }
}
