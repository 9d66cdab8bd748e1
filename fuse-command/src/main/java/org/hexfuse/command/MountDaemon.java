package org.hexfuse.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hexfuse.server.program.Daemon;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Runs {@code hexfuse mount} again as a daemon. */
final class MountDaemon {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private MountDaemon() {}

    /** Waits until the new process reports the mount: 0; its exit status if it exits before. */
    static int start(CommandSpec spec, Path mountPoint, Optional<Path> log) throws IOException, InterruptedException {
        Path file = log.orElseGet(() -> Daemon.defaultLog("hexfuse", mountPoint));
        PrintWriter out = spec.commandLine().getOut();
        try {
            Daemon daemon = Daemon.start(command(spec), file, MountCommand.MOUNTED, TIMEOUT);
            out.println(daemon.announcement());
            return CommandLine.ExitCode.OK;
        } catch (Daemon.EndedException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return e.status();
        }
    }

    /** The command line of this process without {@code --daemon}. */
    private static List<String> command(CommandSpec spec) throws IOException {
        String java = ProcessHandle.current().info().command()
                .orElseThrow(
                        () -> new IOException("the command line of this process is unknown; mount without --daemon"));
        var command = new ArrayList<>(List.of(java));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Hexfuse.class.getName()));
        spec.root().commandLine().getParseResult().originalArgs().stream().filter(a -> !a.equals("--daemon"))
                .forEach(command::add);
        return command;
    }
}
