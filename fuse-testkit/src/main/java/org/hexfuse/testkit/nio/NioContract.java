package org.hexfuse.testkit.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * The contract of a provider of {@code java.nio.file}, in groups of tests. The test of a provider extends it once for each kind of file
 * system:
 *
 * {@snippet :
 * class VaultProviderTest extends NioContract {
 *     private FileSystem vault;
 *
 *     protected Path open() throws IOException {
 *         vault = FileSystems.newFileSystem(URI.create("vault:/tests"), Map.of());
 *         return vault.getPath("/");
 *     }
 *
 *     protected void close() throws IOException {
 *         vault.close();
 *     }
 *
 *     protected Map<NioFeature, String> lacking() {
 *         return Map.of(NioFeature.WATCH_SERVICES, "the vault tells nobody of changes");
 *     }
 * }
 * }
 *
 * <p>The tests expect the separator "/", one root "/", and that the process may do all with the files, as root may. Each test has a
 * directory of its own, which is removed afterwards.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) public abstract class NioContract
        implements PathContract, MatcherContract, NameContract, OpenContract, StreamContract, ByteChannelContract,
        FileChannelContract, TransferContract, MapContract, FileLockContract, AsynchronousChannelContract,
        InterruptContract, DirectoryContract, SecureDirectoryContract, WalkContract, LinkContract, CopyContract,
        MoveContract, AttributeContract, TimeContract, OwnershipContract, UserAttributeContract, StoreContract,
        WatchContract, ClosingContract, RandomContract {
    private Path root;
    private Path directory;
    private int tests;

    /** For subclasses. */
    protected NioContract() {}

    /** Opens a file system and returns an empty directory in it. Called once; a failed assumption skips all tests. */
    protected abstract Path open() throws Exception;

    /** Closes what {@link #open} opened, also after an {@code open} that failed halfway. */
    protected abstract void close() throws Exception;

    /** The features that the provider lacks, each with the reason; tests that need one of them are skipped with it. */
    protected Map<NioFeature, String> lacking() {
        return Map.of();
    }

    /** The behaviours, by the names of their tests, in which the provider differs, each with the reason; they are skipped with it. */
    protected Map<String, String> differences() {
        return Map.of();
    }

    /** {@inheritDoc} For providers that have {@link NioFeature#CLOSING}. */
    @Override public Path openAnother() throws Exception {
        throw new UnsupportedOperationException("no openAnother() for a provider with CLOSING");
    }

    @BeforeAll final void openOnce() throws Exception {
        assertThat(Arrays.stream(getClass().getMethods()).map(Method::getName)).as("differences name behaviours")
                .containsAll(differences().keySet());
        root = open();
    }

    @AfterAll final void closeInTheEnd() throws Exception {
        close();
    }

    @BeforeEach final void makeDirectory(TestInfo test) throws IOException {
        String behaviour = test.getTestMethod().orElseThrow().getName();
        assumeTrue(!differences().containsKey(behaviour),
                () -> "the provider differs: " + differences().get(behaviour));
        directory = Files.createDirectory(root.resolve("test " + ++tests));
    }

    @AfterEach final void removeDirectory() throws IOException {
        if (directory != null) {
            remove(directory);
            directory = null;
        }
    }

    private static void remove(Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
                for (Path entry : entries) {
                    remove(entry);
                }
            }
        }
        Files.delete(path);
    }

    @Override public final Path directory() {
        return directory;
    }

    @Override public final void needs(NioFeature feature) {
        assumeTrue(!lacking().containsKey(feature),
                () -> "the provider has no " + feature + ": " + lacking().get(feature));
    }
}
