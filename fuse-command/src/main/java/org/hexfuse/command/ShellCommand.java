package org.hexfuse.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.hexfuse.command.shell.Interactive;
import org.hexfuse.command.shell.Servings;
import org.hexfuse.command.shell.Shell;
import org.hexfuse.nio.mount.Served;
import org.hexfuse.vfs.PageCacheOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hexfuse shell}. */
@Command(name = "shell", description = "Use a filesystem without a kernel: one that runs in this process, or one that is "
        + "served at an address.", mixinStandardHelpOptions = true, sortOptions = false, footer = {"",
            "Commands, with ';' between them:", Shell.SUMMARY}) final class ShellCommand implements Callable<Integer> {
    private final Servings servings;
    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FS|ADDRESS", description = "such as memory: or unix:files.sock") private String what;

    @Option(names = "-c", paramLabel = "'CMD; CMD'", description = "the commands, up to the first that fails; else they are read interactively, or from "
            + "standard input") private String commands = "";

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "timeout of each request (default: ${DEFAULT-VALUE})") private int timeout = 30;

    @Option(names = "--cache", paramLabel = "MODE[:SIZE]", description = "cache the data of files: none, auto (what is read) or writeback (what is "
            + "written, too, if the server has the writeback cache), in at most SIZE bytes (k, m, g, t) (default: ${DEFAULT-VALUE})") private String cache = "none";

    @Option(names = "--debug", description = "log every request and reply to standard error, one line each") private boolean debug;

    @Inject ShellCommand(Servings servings) {
        this.servings = servings;
    }

    @Override public Integer call() throws Exception {
        if (timeout < 1) {
            throw new IllegalArgumentException("--timeout takes seconds, at least 1, and not " + timeout);
        }
        PageCacheOptions pageCache = PageCacheOptions.parse(cache);
        if (debug) {
            Logging.everything();
        } else {
            Logging.defectsOnly();
        }
        try (Served served = servings.open(FileSystems.parse(what), Duration.ofSeconds(timeout), pageCache)) {
            return run(new Shell(served.vfs(), System.out, spec.commandLine().getErr()), served);
        }
    }

    @SuppressWarnings("SystemConsoleNull") // JDK 25 returns null again without a terminal
    private int run(Shell shell, Served served) throws IOException {
        if (spec.commandLine().getParseResult().hasMatchedOption("-c")) {
            return shell.run(commands);
        }
        return System.console() != null
                ? new Interactive(shell, served.vfs()).run()
                : shell.run(new String(System.in.readAllBytes(), UTF_8));
    }
}
