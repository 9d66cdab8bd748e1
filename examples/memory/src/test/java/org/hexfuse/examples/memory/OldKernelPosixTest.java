package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Set;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.KernelProfile;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.PosixContract;
import org.hexfuse.testkit.posix.PosixFeature;
import org.hexfuse.testkit.posix.VfsClient;
import org.hexfuse.vfs.VfsOptions;

/** The POSIX contract from a kernel with protocol 7.12, that of Linux 2.6.31, the oldest that is served. */
class OldKernelPosixTest extends PosixContract {
    private static final int OLDEST = 12;
    private static final long FLAGS = Flag.of(InitFlag.ASYNC_READ, InitFlag.POSIX_LOCKS, InitFlag.ATOMIC_O_TRUNC,
            InitFlag.EXPORT_SUPPORT, InitFlag.BIG_WRITES, InitFlag.DONT_MASK);

    private UserKernel kernel;

    @Override protected PosixClient mount() throws IOException {
        KernelProfile old = KernelProfile.linux().withMinor(OLDEST).withFlags(FLAGS);
        kernel = UserKernel.connect("mem:", new MemoryFileSystem(64 << 20, 5000),
                VfsOptions.DEFAULT.withDefaultPermissions(true)
                        .withConnection(ConnectionOptions.DEFAULT.withProfile(old).withDefaultPermissions(true)));
        assertThat(kernel.server().sessions().getFirst().minor()).isEqualTo(OLDEST);
        return new VfsClient(kernel.vfs());
    }

    /** RENAME2 came with 7.23, POSIX_ACL with 7.26. */
    @Override protected Set<PosixFeature> lacking() {
        return Set.of(PosixFeature.ACCESS_LISTS, PosixFeature.EXCHANGE, PosixFeature.NOREPLACE);
    }

    @Override protected void unmount() {
        if (kernel != null) {
            kernel.close();
        }
    }
}
