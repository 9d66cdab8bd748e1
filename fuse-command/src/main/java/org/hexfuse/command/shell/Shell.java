package org.hexfuse.command.shell;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.FileSystem;
import java.util.List;
import org.hexfuse.posix.ShellWords;
import org.hexfuse.nio.HexfuseFileSystem;
import org.hexfuse.vfs.Vfs;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Runs the shell's commands, one after another, until one fails. For one thread. */
public final class Shell {
    /** The commands, in a line. */
    public static final String SUMMARY = "ls [-l], cat, stat, find, mkdir [-p], rm [-r], rmdir, mv, ln [-s], chmod, chown, "
            + "truncate, write PATH TEXT, xattr, put HOST PATH, get PATH HOST, df";

    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int WRONG = 2;

    private final Output out;
    private final PrintWriter err;
    private final CommandLine commands;

    /** A shell on a filesystem, which writes to {@code out}, and what goes wrong to {@code err}. */
    public Shell(Vfs vfs, OutputStream out, PrintWriter err) {
        this.out = new Output(out);
        this.err = err;
        FileSystem files = HexfuseFileSystem.of(vfs);
        this.commands = new CommandLine(new FileCommands(files, vfs, this.out))
                .addSubcommand(new TransferCommands.Put(files, vfs, this.out, err))
                .addSubcommand(new TransferCommands.Get(files, this.out, err))
                .addSubcommand(new TransferCommands.Find(files, this.out)).setOut(this.out.text()).setErr(err)
                .setExecutionExceptionHandler(this::failed).setParameterExceptionHandler(this::wrongUse);
    }

    /** The names of the commands, sorted. */
    List<String> names() {
        return commands.getSubcommands().keySet().stream().sorted().toList();
    }

    /** Runs commands with semicolons between them, and returns the exit status: 0 done, 1 one failed, 2 wrong use. */
    public int run(String text) throws IOException {
        List<List<String>> all = ShellWords.commands(text, ";\n");
        try {
            for (List<String> words : all) {
                int status = commands.execute(words.toArray(String[]::new));
                if (status != DONE) {
                    return status;
                }
            }
            return DONE;
        } finally {
            out.finish();
            err.flush();
        }
    }

    private int failed(Exception e, CommandLine command, ParseResult result) throws Exception {
        if (e instanceof CommandFailure failure) {
            out.flush();
            err.println(command.getCommandName() + ": " + failure.getMessage());
            return FAILED;
        }
        throw e;
    }

    private int wrongUse(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        if (command.getParent() == null) {
            err.println("no command '" + (arguments.length == 0 ? "" : arguments[0]) + "'; there are " + SUMMARY);
        } else {
            String use = command.getUsageMessage(CommandLine.Help.Ansi.OFF).lines().findFirst().orElse("").strip()
                    .replaceFirst("^Usage:\\s*", "");
            err.println(
                    command.getCommandName() + ": " + e.getMessage().replaceAll("\\s*\\R\\s*", " ") + "; use: " + use);
        }
        return WRONG;
    }
}
