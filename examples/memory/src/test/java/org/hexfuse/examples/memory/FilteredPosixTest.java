package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.OptionalInt;
import java.util.concurrent.atomic.LongAdder;
import org.hexfuse.server.filter.IdMap;
import org.hexfuse.server.filter.IdMapFileSystem;
import org.hexfuse.server.filter.ObservedFileSystem;
import org.hexfuse.server.filter.SubdirectoryFileSystem;
import org.hexfuse.server.observe.ObservedRequest;
import org.hexfuse.server.observe.RequestListener;
import org.hexfuse.server.observe.ServerListener;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.PosixContract;
import org.hexfuse.testkit.posix.VfsClient;

/** The POSIX contract in a subdirectory, observed, with other ids within the filesystem than in the kernel. */
class FilteredPosixTest extends PosixContract {
    /** Another id for everyone but root. */
    private static final IdMap OTHERS = new IdMap() {
        @Override public OptionalInt inward(int kernelId) {
            return OptionalInt.of(kernelId == 0 ? 0 : kernelId ^ 0x10000);
        }

        @Override public OptionalInt outward(int ownId) {
            return inward(ownId);
        }
    };

    private final LongAdder started = new LongAdder();
    private final LongAdder finished = new LongAdder();
    private UserKernel kernel;

    @Override protected PosixClient mount() throws IOException {
        var memory = new MemoryFileSystem(64 << 20, 5000);
        try (UserKernel whole = UserKernel.connect("mem:", memory)) {
            whole.vfs().mkdir("/a");
            whole.vfs().mkdir("/a/b");
        }
        kernel = UserKernel.connect("mem:", new ObservedFileSystem(
                new SubdirectoryFileSystem(new IdMapFileSystem(memory, OTHERS, OTHERS), "a/b"), new ServerListener() {
                    @Override public RequestListener started(ObservedRequest request) {
                        started.increment();
                        return (_, _, _) -> finished.increment();
                    }
                }));
        return new VfsClient(kernel.vfs());
    }

    @Override protected void unmount() {
        if (kernel != null) {
            kernel.close();
            assertThat(started.sum()).isPositive().isEqualTo(finished.sum());
        }
    }
}
