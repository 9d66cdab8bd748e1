package org.hexfuse.nio;

import java.io.IOException;
import java.nio.file.Path;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.nio.NioContract;

/** The contract of providers, over {@code mem:}. */
final class ProviderContractTest extends NioContract {
    private UserKernel kernel;
    private HexfuseFileSystem files;

    @Override protected Path open() throws IOException {
        kernel = UserKernel.connect("mem:", new MemoryFileSystem()).failOnLeaks();
        files = HexfuseFileSystem.of(kernel.vfs());
        return files.getPath("/");
    }

    @Override public Path openAnother() {
        return HexfuseFileSystem.of(kernel.vfs()).getPath("/");
    }

    @Override protected void close() throws IOException {
        files.close();
        kernel.close();
    }
}
