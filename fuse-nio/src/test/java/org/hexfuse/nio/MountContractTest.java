package org.hexfuse.nio;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.testkit.nio.NioContract;
import org.hexfuse.testkit.nio.NioFeature;

/** The contract of providers, by the JDK's default one on a mount of the same filesystem. */
final class MountContractTest extends NioContract {
    private RunningKernel kernel;

    @Override protected Path open() throws IOException {
        try {
            kernel = RunningKernel.mountForContract(new MemoryFileSystem());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
        return kernel.path();
    }

    @Override protected void close() throws IOException {
        if (kernel != null) {
            kernel.close();
        }
    }

    @Override protected Map<NioFeature, String> lacking() {
        return Map.of(NioFeature.CLOSING, "the default file system is never closed", NioFeature.ACCESS_LISTS,
                "the JDK has no view of them on Linux");
    }

    @Override protected Map<String, String> differences() {
        return Map.of("nanosecondsBeforeTheEpochAreKept", "the JDK rounds times before the epoch up to microseconds");
    }
}
