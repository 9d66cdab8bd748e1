package org.hexfuse.nio.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.hexfuse.nio.HexfuseFileSystemProvider;

/** A JVM whose default provider is the provider of this module. */
public final class DefaultProviderJvm {
    private static final long TIMEOUT_SECONDS = 45;

    private DefaultProviderJvm() {}

    /**
     * How a program ended.
     *
     * @param status its exit status
     * @param lines what it printed, errors included, without what SLF4J says of itself
     */
    public record Run(int status, List<String> lines) {}

    /** Runs the main method of a class on {@code memory:}, which has no files, with the root as working directory. */
    public static Run runInMemory(Class<?> program, String... arguments) throws IOException, InterruptedException {
        return run(List.of("-Dorg.hexfuse.nio.default=memory:", "-Duser.dir=/"), program, arguments);
    }

    /** The same with the given options of the JVM. A program that does not end in time is killed, and the caller fails. */
    public static Run run(List<String> options, Class<?> program, String... arguments)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(), "-ea", "-cp",
                System.getProperty("java.class.path"), "--enable-native-access=ALL-UNNAMED", "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-Djava.nio.file.spi.DefaultFileSystemProvider=" + HexfuseFileSystemProvider.class.getName()));
        command.addAll(options);
        command.add(program.getName());
        command.addAll(List.of(arguments));
        // A file rather than a pipe: reading the pipe of a program that hangs has no timeout.
        Path output = Files.createTempFile("program", ".txt");
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile())
                    .start();
            try {
                process.getOutputStream().close();
                boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
                List<String> lines = Files.readAllLines(output).stream().filter(line -> !line.startsWith("SLF4J"))
                        .toList();
                assertThat(ended).as("%s ends; it printed %s", program.getSimpleName(), lines).isTrue();
                return new Run(process.exitValue(), lines);
            } finally {
                process.destroyForcibly();
            }
        } finally {
            Files.delete(output);
        }
    }
}
