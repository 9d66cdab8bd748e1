package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Set;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.KernelProfile;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.PosixContract;
import org.hexfuse.testkit.posix.PosixFeature;
import org.hexfuse.testkit.posix.VfsClient;
import org.hexfuse.testkit.record.RecordedRequest;
import org.hexfuse.testkit.record.Recorder;
import org.junit.jupiter.api.AfterEach;

/** The POSIX contract on gVisor, which sends 29 operations of protocol 7.31: what it lacks fails there, or is done without. */
class GvisorPosixTest extends PosixContract {
    private final KernelProfile gvisor = KernelProfile.gvisor();
    /** The races of the contract send as many requests as they come to. */
    private final Recorder recorder = new Recorder(1 << 20);
    private UserKernel kernel;

    @Override protected PosixClient mount() throws IOException {
        kernel = UserKernel.serving(new MemoryFileSystem(128 << 20, 100_000)).kernel(gvisor).recorder(recorder)
                .connect();
        RecordedRequest init = recorder.requests(Opcode.INIT).getFirst();
        assertThat(init.argument("minor")).isEqualTo(31);
        assertThat(init.argument("flags")).isEqualTo(InitFlag.MAX_PAGES.mask());
        return new VfsClient(kernel.vfs());
    }

    @AfterEach void gvisorHasAllOpcodesThatWereSent() {
        try {
            assertThat(recorder.opcodes()).allMatch(gvisor::sends);
        } finally {
            recorder.clear();
        }
    }

    @Override protected Set<PosixFeature> lacking() {
        return Set.of(PosixFeature.ACCESS_LISTS, PosixFeature.UNNAMED_FILES, PosixFeature.EXCHANGE,
                PosixFeature.NOREPLACE,
                PosixFeature.HOLES);
    }

    @Override protected void unmount() {
        if (kernel != null) {
            kernel.close();
        }
    }
}
