package org.hexfuse.transport.linux.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.posix.LibcClient;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.VfsClient;

/** The kernels that make the same system calls requests: ours over memory, and the running one. */
enum Kernels {
    OURS {
        @Override void run(Recorder recorder, Calls calls) throws Exception {
            try (UserKernel kernel = UserKernel.connect("mem:", recorder)) {
                assertThat(recorder.lacking).isEmpty();
                calls.make(new VfsClient(kernel.vfs()));
            }
        }
    },
    LINUX {
        @Override void run(Recorder recorder, Calls calls) throws Exception {
            try (RunningKernel kernel = RunningKernel.mount(recorder, "allow_other")) {
                assumeTrue(recorder.lacking.isEmpty(), () -> "a kernel without " + recorder.lacking);
                calls.make(new LibcClient(kernel.path()));
            }
        }
    };

    /** System calls. */
    interface Calls {
        void make(PosixClient client) throws Exception;
    }

    /** Makes calls on a mounted filesystem, and unmounts it. */
    abstract void run(Recorder recorder, Calls calls) throws Exception;
}
