package org.hexfuse.nio;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.nio.NioContract;
import org.hexfuse.testkit.nio.NioFeature;

/** The contract of providers, over {@code mem:}. */
final class ProviderContractTest extends NioContract {
    private UserKernel kernel;
    private HexfuseFileSystem files;
    private UserKernel another;

    @Override protected Path open() throws IOException {
        kernel = UserKernel.connect("mem:", new MemoryFileSystem()).failOnLeaks();
        files = HexfuseFileSystem.of(kernel.vfs());
        return files.getPath("/");
    }

    @Override public Path openAnother() throws IOException {
        if (another != null) {
            another.close();
        }
        another = UserKernel.connect("mem:", new MemoryFileSystem()).failOnLeaks();
        return HexfuseFileSystem.of(another.vfs()).getPath("/");
    }

    @Override protected Map<NioFeature, String> lacking() {
        return Map.of(NioFeature.MAPPED_WRITES, "without a kernel there are no pages to share with the file");
    }

    @Override protected Map<String, String> differences() {
        return Map.of("temporaryFilesAreForTheirOwner",
                "java.nio.file.Files gives these permissions in the default file system only");
    }

    @Override protected void close() throws IOException {
        files.close();
        kernel.close();
        if (another != null) {
            another.close();
        }
    }
}
