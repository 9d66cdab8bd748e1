package org.hexfuse.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.hexfuse.nio.program.DefaultProviderJvm;
import org.junit.jupiter.api.Test;

/** Programs whose default provider is this one. */
final class DefaultProviderTest {
    @Test void aProgramUsesTheFilesOfAServer() throws Exception {
        assertThat(DefaultProviderJvm.runInMemory(DefaultProviderProgram.class).lines()).containsSubsequence(
                "HexfuseFileSystemProvider", "text", "file:///a/b/c file:///a/b/", "true", "/a/b/c true", "true false",
                "0",
                "[/a, /a/b, /a/b/c]");
    }

    @Test void aProgramWithoutAnAddressDoesNotStart() throws Exception {
        assertThat(String.join("\n", DefaultProviderJvm.run(List.of(), DefaultProviderProgram.class).lines()))
                .contains("org.hexfuse.nio.default has no address");
    }
}
