package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.hexfuse.libc.MountCalls;
import org.hexfuse.libc.MountFlags;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.posix.LibcClient;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.RandomProgram;
import org.hexfuse.testkit.posix.VfsClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random programs get the same results from this filesystem in this project's kernel as from tmpfs in Linux. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class MemoryAgainstTmpfsTest {
    private static final int CALLS = 400;
    /** The number of calls between two comparisons of all files. */
    private static final int PAUSE = 20;
    private static final int DEPTH = 6;

    private Path point;
    private boolean mounted;

    @BeforeEach void mountTmpfs() throws Exception {
        assumeTrue(ProcessIds.euid() == 0, "not root, who alone may mount a tmpfs");
        point = Files.createTempDirectory("hexfuse-tmpfs-");
        Files.setPosixFilePermissions(point, PosixFilePermissions.fromString("rwxr-xr-x"));
        MountCalls.mount("tmpfs", point.toString(), "tmpfs", 0, "mode=0755,size=64m");
        mounted = true;
    }

    @AfterEach void unmountTmpfs() throws Exception {
        if (mounted) {
            MountCalls.umount(point.toString(), MountFlags.UMOUNT_DETACH);
        }
        if (point != null) {
            Files.delete(point);
        }
    }

    private static RandomProgram program(PosixClient fs, long seed) {
        String directory = "";
        for (int i = 0; i < DEPTH; i++) {
            directory += "/x";
            fs.mkdir(directory, 0755);
        }
        fs.chmod(directory, 0777);
        return new RandomProgram(fs, directory, seed);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8}) void anySequenceOfCallsIsAnsweredAlike(long seed) throws Exception {
        try (var kernel = UserKernel.connect("mem:", new MemoryFileSystem(64 << 20, 5000));
                var libc = new LibcClient(point);
                RandomProgram there = program(libc, seed);
                RandomProgram here = program(new VfsClient(kernel.vfs()), seed)) {
            List<String> history = new ArrayList<>();
            for (int i = 1; i <= CALLS; i++) {
                String expected = there.step();
                history.add(expected);
                assertThat(here.step()).as(() -> String.join("\n", history)).isEqualTo(expected);
                if (i % PAUSE == 0) {
                    assertThat(here.state()).as(() -> String.join("\n", history)).isEqualTo(there.state());
                }
            }
        }
    }
}
