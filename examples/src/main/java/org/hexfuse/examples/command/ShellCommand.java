package org.hexfuse.examples.command;

import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.hexfuse.examples.command.shell.Serving;
import org.hexfuse.examples.command.shell.Servings;
import org.hexfuse.examples.command.shell.Shell;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hexfuse shell}. */
@Command(name = "shell", description = "Use a filesystem without a kernel, in this process.", mixinStandardHelpOptions = true, sortOptions = false, footer = {
    "", "Commands, with ';' between them:", Shell.SUMMARY}) final class ShellCommand implements Callable<Integer> {
    private final Servings servings;
    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FS", description = "what to use, such as memory:") private String what;

    @Option(names = "-c", required = true, paramLabel = "'CMD; CMD'", description = "the commands; the first error ends") private String commands;

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "for each answer (default: ${DEFAULT-VALUE})") private int timeout = 30;

    @Option(names = "--debug", description = "log every request and reply to standard error, a line each") private boolean debug;

    @Inject ShellCommand(Servings servings) {
        this.servings = servings;
    }

    @Override public Integer call() throws Exception {
        if (timeout < 1) {
            throw new IllegalArgumentException("--timeout takes seconds, at least 1, and not " + timeout);
        }
        if (debug) {
            Logging.everything();
        }
        try (Serving serving = servings.open(FileSystems.parse(what), Duration.ofSeconds(timeout))) {
            var shell = new Shell(serving.vfs(), System.out, spec.commandLine().getErr());
            return shell.run(commands);
        }
    }
}
