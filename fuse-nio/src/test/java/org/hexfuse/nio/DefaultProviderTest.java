package org.hexfuse.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Programs whose default provider is this one. */
final class DefaultProviderTest {
    /** What a program prints, errors included. */
    private static List<String> run(String... options) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(), "-cp",
                System.getProperty("java.class.path"), "--enable-native-access=ALL-UNNAMED", "-Xshare:auto",
                "-Djava.nio.file.spi.DefaultFileSystemProvider=" + HexfuseFileSystemProvider.class.getName()));
        command.addAll(List.of(options));
        command.add(DefaultProviderProgram.class.getName());
        Process program = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            program.getOutputStream().close();
            String output = new String(program.getInputStream().readAllBytes(), UTF_8);
            assertThat(program.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return output.lines().toList();
        } finally {
            program.destroyForcibly();
        }
    }

    @Test void aProgramUsesTheFilesOfAServer() throws Exception {
        assertThat(run("-Dorg.hexfuse.nio.default=memory:", "-Duser.dir=/")).containsSubsequence(
                "HexfuseFileSystemProvider", "text", "file:///a/b/c file:///a/b/", "true", "/a/b/c true", "true false",
                "0",
                "[/a, /a/b, /a/b/c]");
    }

    @Test void aProgramWithoutAnAddressDoesNotStart() throws Exception {
        assertThat(String.join("\n", run())).contains("org.hexfuse.nio.default has no address");
    }
}
