package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.posix.LibcClient;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.PosixContract;
import org.hexfuse.testkit.posix.PosixFeature;
import org.hexfuse.testkit.posix.VfsClient;
import org.hexfuse.vfs.PageCacheOptions;
import org.hexfuse.vfs.VfsOptions;
import org.junit.jupiter.api.Nested;

/** The POSIX contract, over every way of mounting. */
class MemoryPosixTest {
    private static MemoryFileSystem fileSystem() {
        return new MemoryFileSystem(64 << 20, 5000);
    }

    private static MemoryFileSystem local() {
        return MemoryFileSystem.local(64 << 20, 5000);
    }

    /** Mounted by this project's kernel end. */
    abstract static class Here extends PosixContract {
        private UserKernel kernel;

        abstract String address() throws IOException;

        FuseFileSystem served() {
            return fileSystem();
        }

        PageCacheOptions cache() {
            return PageCacheOptions.NONE;
        }

        @Override protected PosixClient mount() throws IOException {
            FuseFileSystem served = served();
            kernel = UserKernel.connect(address(), served, VfsOptions.DEFAULT
                    .withDefaultPermissions(served.kernelChecksPermissions()).withPageCache(cache()));
            return new VfsClient(kernel.vfs());
        }

        @Override protected void unmount() throws IOException {
            if (kernel != null) {
                kernel.close();
            }
        }
    }

    @Nested class InMemory extends Here {
        @Override String address() {
            return "mem:";
        }
    }

    /** With a page cache. */
    @Nested class InMemoryThatCachesReads extends InMemory {
        @Override PageCacheOptions cache() {
            return PageCacheOptions.AUTO;
        }
    }

    /** With a page cache of a megabyte for written data too. */
    @Nested class InMemoryThatWritesBack extends InMemory {
        @Override FuseFileSystem served() {
            return new WritingBack(fileSystem());
        }

        @Override PageCacheOptions cache() {
            return PageCacheOptions.WRITEBACK.withBytes(1 << 20);
        }

        @Override protected Set<PosixFeature> lacking() {
            return Set.of(PosixFeature.IMMEDIATE_ENOSPC, PosixFeature.BLOCKS_AFTER_SYNC);
        }
    }

    /** For one kernel, which opens files without requests. */
    @Nested class InMemoryOfOneKernel extends InMemoryThatCachesReads {
        @Override FuseFileSystem served() {
            return local();
        }
    }

    @Nested class InlineInMemory extends Here {
        @Override String address() {
            return "mem:?inline";
        }
    }

    @Nested class InMemoryThatRepliesShareWithRequests extends Here {
        @Override String address() {
            return "mem:?aliased";
        }
    }

    /** Over a socket in the filesystem. */
    abstract static class OverSocket extends Here {
        private Path directory;

        abstract String scheme();

        @Override String address() throws IOException {
            directory = Files.createTempDirectory("hexfuse-posix-");
            return scheme() + ":" + directory.resolve("socket");
        }

        @Override protected void unmount() throws IOException {
            super.unmount();
            Files.deleteIfExists(directory.resolve("socket"));
            Files.delete(directory);
        }
    }

    @Nested class OverStreamSocket extends OverSocket {
        @Override String scheme() {
            return "unix";
        }
    }

    @Nested class OverStreamSocketThatCachesReads extends OverStreamSocket {
        @Override PageCacheOptions cache() {
            return PageCacheOptions.AUTO;
        }
    }

    @Nested class OverStreamSocketThatWritesBack extends OverStreamSocket {
        @Override FuseFileSystem served() {
            return new WritingBack(fileSystem());
        }

        @Override PageCacheOptions cache() {
            return PageCacheOptions.WRITEBACK;
        }

        @Override protected Set<PosixFeature> lacking() {
            return Set.of(PosixFeature.IMMEDIATE_ENOSPC, PosixFeature.BLOCKS_AFTER_SYNC);
        }
    }

    @Nested class OverPacketSocket extends OverSocket {
        @Override String scheme() {
            return "unix-seqpacket";
        }
    }

    /** Mounted by the kernel that runs the test. */
    @Nested class ByTheRealKernel extends PosixContract {
        private RunningKernel kernel;

        FuseFileSystem served() {
            return fileSystem();
        }

        RunningKernel kernel() throws Exception {
            return RunningKernel.mountForContract(served());
        }

        @Override protected PosixClient mount() throws Exception {
            kernel = kernel();
            return new LibcClient(kernel.path());
        }

        @Override protected void unmount() throws IOException {
            if (kernel != null) {
                kernel.close();
            }
        }
    }

    /** Over io_uring, where this machine can. */
    @Nested class ByTheRealKernelOverIoUring extends ByTheRealKernel {
        @Override RunningKernel kernel() throws Exception {
            RunningKernel mounted = RunningKernel.mountForContractOverIoUring(served());
            assertThat(mounted.session().has(InitFlag.OVER_IO_URING)).isTrue();
            return mounted;
        }
    }

    /** Which is the only one. */
    @Nested class OfTheRealKernelOnly extends ByTheRealKernel {
        @Override FuseFileSystem served() {
            return local();
        }
    }
}
