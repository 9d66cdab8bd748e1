package org.hexfuse.examples.passthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.posix.LibcClient;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.RandomProgram;
import org.hexfuse.testkit.posix.VfsClient;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random programs get the same results from a mirrored directory of a tmpfs as from another one that is not mirrored. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class PassthroughAgainstTmpfsTest {
    private static final int CALLS = 400;
    private static final int PAUSE = 20;
    private static final int DEPTH = 6;

    private static RandomProgram program(PosixClient fs, long seed) {
        String directory = "";
        for (int i = 0; i < DEPTH; i++) {
            directory += "/x";
            fs.mkdir(directory, 0755);
        }
        fs.chmod(directory, 0777);
        return new RandomProgram(fs, directory, seed);
    }

    private static Path directory() throws Exception {
        Path shared = Path.of("/dev/shm");
        assumeTrue(ProcessIds.euid() == 0, "not root, who alone can be several users");
        assumeTrue(Files.isWritable(shared) && Files.getFileStore(shared).type().equals("tmpfs"), "no tmpfs here");
        Path made = Files.createTempDirectory(shared, "hexfuse-");
        return Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void remove(Path directory) throws Exception {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8}) void anySequenceOfCallsIsAnsweredAlike(long seed) throws Exception {
        Path expected = directory();
        Path mirrored = directory();
        try (var fileSystem = PassthroughFileSystem.of(mirrored,
                PassthroughOptions.of(seed % 2 == 0 ? "handles=off" : "descriptors=16"));
                var kernel = UserKernel.connect("mem:", fileSystem);
                var libc = new LibcClient(expected);
                RandomProgram there = program(libc, seed);
                RandomProgram here = program(new VfsClient(kernel.vfs()), seed)) {
            List<String> history = new ArrayList<>();
            for (int i = 1; i <= CALLS; i++) {
                String answer = there.step();
                history.add(answer);
                assertThat(here.step()).as(() -> String.join("\n", history)).isEqualTo(answer);
                if (i % PAUSE == 0) {
                    assertThat(here.state()).as(() -> String.join("\n", history)).isEqualTo(there.state());
                }
            }
        } finally {
            remove(expected);
            remove(mirrored);
        }
    }
}
