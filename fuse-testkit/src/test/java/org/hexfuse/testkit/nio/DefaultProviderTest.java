package org.hexfuse.testkit.nio;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.hexfuse.testkit.posix.Tmpfs;
import org.junit.jupiter.api.Nested;

/** The JDK's default provider passes the contract, so the contract requires what it does on Linux. */
class DefaultProviderTest {
    private static final Map<NioFeature, String> LACKING = Map.of(NioFeature.CLOSING,
            "the default file system is never closed", NioFeature.ACCESS_LISTS, "the JDK has no view of them on Linux");

    private static final Map<String, String> DIFFERENCES = Map.of("nanosecondsBeforeTheEpochAreKept",
            "the JDK rounds times before the epoch up to microseconds");

    /** In the build's directory: ext4, or what the machine has there. */
    @Nested class OnTheDiskOfTheBuild extends NioContract {
        private Path directory;

        @Override protected Path open() throws IOException {
            directory = Files.createTempDirectory(Files.createDirectories(Path.of("target").toAbsolutePath()), "nio-");
            return directory;
        }

        @Override protected void close() throws IOException {
            if (directory != null) {
                Files.delete(directory);
            }
        }

        @Override protected Map<NioFeature, String> lacking() {
            return LACKING;
        }

        @Override protected Map<String, String> differences() {
            return DIFFERENCES;
        }
    }

    /** On a tmpfs of its own. */
    @Nested class OnTmpfs extends NioContract {
        private Tmpfs tmpfs;

        @Override protected Path open() throws IOException {
            tmpfs = Tmpfs.mount();
            return tmpfs.path();
        }

        @Override protected void close() throws IOException {
            if (tmpfs != null) {
                tmpfs.close();
            }
        }

        @Override protected Map<NioFeature, String> lacking() {
            return LACKING;
        }

        @Override protected Map<String, String> differences() {
            return DIFFERENCES;
        }
    }
}
