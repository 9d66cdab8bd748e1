package org.hexfuse.command;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hexfuse.command.shell.StateDirectory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Runs this command again in a new process and session, so that neither the exit of this process nor Ctrl-C on its terminal
 * reaches it. A JVM cannot fork; it starts another JVM.
 */
final class Daemon {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private Daemon() {}

    /** Waits until the new process reports the mount: 0; its exit status if it exits before. */
    static int start(CommandSpec spec, Path mountPoint, Optional<Path> log) throws IOException, InterruptedException {
        Path file = log.orElseGet(() -> defaultLog(mountPoint)).toAbsolutePath();
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[0]);
        // Both streams append, so that neither overwrites the other.
        Process process = new ProcessBuilder(command(spec)).redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(file.toFile())).redirectErrorStream(true).start();
        PrintWriter out = spec.commandLine().getOut();
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (System.nanoTime() - deadline < 0) {
            Optional<String> mounted = lines(file).stream().filter(l -> l.contains(MountCommand.MOUNTED)).findFirst();
            if (mounted.isPresent()) {
                out.println(mounted.get() + " by process " + process.pid() + ", which logs to " + file);
                return CommandLine.ExitCode.OK;
            }
            if (process.waitFor(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                lines(file).forEach(spec.commandLine().getErr()::println);
                return process.exitValue() == 0 ? CommandLine.ExitCode.SOFTWARE : process.exitValue();
            }
        }
        process.destroy();
        throw new IOException("not mounted within " + TIMEOUT.toSeconds() + " s; see " + file);
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file);
    }

    /** The command line of this process without {@code --daemon}. */
    private static List<String> command(CommandSpec spec) throws IOException {
        ProcessHandle.Info self = ProcessHandle.current().info();
        String java = self.command()
                .orElseThrow(
                        () -> new IOException("the command line of this process is unknown; mount without --daemon"));
        var command = new ArrayList<String>();
        if (Stream.of("/usr/bin/setsid", "/bin/setsid").anyMatch(program -> Files.isExecutable(Path.of(program)))) {
            command.add("setsid");
        }
        command.add(java);
        List<String> options = ManagementFactory.getRuntimeMXBean().getInputArguments();
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Hexfuse.class.getName()));
        spec.root().commandLine().getParseResult().originalArgs().stream().filter(a -> !a.equals("--daemon"))
                .forEach(command::add);
        return command;
    }

    private static Path defaultLog(Path mountPoint) {
        String name = mountPoint.toAbsolutePath().normalize().toString().replaceAll("[^A-Za-z0-9._-]+", "-");
        return StateDirectory.path().resolve("mount" + name + ".log");
    }
}
