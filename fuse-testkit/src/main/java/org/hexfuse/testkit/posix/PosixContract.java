package org.hexfuse.testkit.posix;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.EnumSet;
import java.util.Set;
import org.hexfuse.vfs.DirectoryEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * The contract of a POSIX filesystem, in groups of tests. The test of a filesystem extends it once for each way of mounting:
 *
 * {@snippet :
 * class VaultInMemoryTest extends PosixContract {
 *     private UserKernel kernel;
 *
 *     protected PosixClient mount() throws IOException {
 *         kernel = UserKernel.connect("mem:", new Vault());
 *         return new VfsClient(kernel.vfs());
 *     }
 *
 *     protected void unmount() {
 *         kernel.close();
 *     }
 * }
 * }
 *
 * <p>The filesystem is mounted once, by root, with {@code allow_other}, {@code default_permissions}, {@code dev} and
 * {@code suid}. Each test has a directory in it, which is removed afterwards.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) public abstract class PosixContract
        implements OpenContract, ContentContract, DirectoryContract, ListingContract, LinkContract, SymlinkContract,
        UnlinkContract, RenameContract, TimesContract, ModeContract, PermissionContract, XattrContract,
        AllocationContract, CopyContract, SpecialFileContract, UnnamedFileContract, SpaceContract, PathContract,
        ConcurrencyContract, LockContract, AccessListContract {
    private PosixClient fs;
    private String directory;
    private int tests;

    /** For subclasses. */
    protected PosixContract() {}

    /** Mounts a filesystem and returns the client of root. Called once; a failed assumption skips all tests. */
    protected abstract PosixClient mount() throws Exception;

    /** Unmounts, also after a {@link #mount} that failed halfway. */
    protected abstract void unmount() throws Exception;

    /** The features that the filesystem lacks; tests that need one of them are skipped. */
    protected Set<PosixFeature> lacking() {
        return EnumSet.noneOf(PosixFeature.class);
    }

    @BeforeAll final void mountOnce() throws Exception {
        fs = mount();
    }

    @AfterAll final void unmountInTheEnd() throws Exception {
        try {
            if (fs != null) {
                fs.close();
            }
        } finally {
            unmount();
        }
    }

    @BeforeEach final void makeDirectory() {
        directory = "/test " + ++tests;
        fs.mkdir(directory, 0777);
        fs.chmod(directory, 0777);
    }

    @AfterEach final void removeDirectory() {
        remove(directory);
    }

    private void remove(String path) {
        if (!fs.lstat(path).isDirectory()) {
            fs.unlink(path);
            return;
        }
        for (DirectoryEntry entry : entries(path)) {
            if (!entry.name().isDotOrDotDot()) {
                remove(path + "/" + entry.name());
            }
        }
        fs.rmdir(path);
    }

    @Override public final PosixClient fs() {
        return fs;
    }

    @Override public final String at(String name) {
        return directory + "/" + name;
    }

    @Override public final void needs(PosixFeature feature) {
        assumeTrue(!lacking().contains(feature), () -> "the filesystem has no " + feature);
    }
}
