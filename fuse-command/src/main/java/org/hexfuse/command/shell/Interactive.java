package org.hexfuse.command.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.hexfuse.abi.FuseException;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.server.program.StateDirectory;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** The interactive shell on a terminal, with history and completion. */
public final class Interactive {
    private final Shell shell;
    private final Vfs vfs;
    private final List<String> commands;

    /** Runs commands by {@code shell} and completes paths by {@code vfs}. */
    public Interactive(Shell shell, Vfs vfs) {
        this.shell = shell;
        this.vfs = vfs;
        this.commands = Stream.concat(shell.names().stream(), Stream.of("exit", "help")).toList();
    }

    /** Runs until {@code exit} or Ctrl-D. */
    public int run() throws IOException {
        try (Terminal terminal = TerminalBuilder.builder().name("hexfuse").system(true).build()) {
            LineReader reader = LineReaderBuilder.builder().terminal(terminal).appName("hexfuse")
                    .completer((_, line, candidates) -> complete(line, candidates))
                    .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                    .build();
            keepHistory(reader);
            while (true) {
                String line;
                try {
                    line = reader.readLine("hexfuse> ").strip();
                } catch (UserInterruptException _) {
                    continue;
                } catch (EndOfFileException _) {
                    return 0;
                }
                if (line.equals("exit") || line.equals("quit")) {
                    return 0;
                }
                run(terminal, line);
            }
        }
    }

    private void run(Terminal terminal, String line) throws IOException {
        if (line.equals("help")) {
            terminal.writer().println(Shell.SUMMARY + ", exit");
            terminal.writer().flush();
            return;
        }
        try {
            shell.run(line);
        } catch (IllegalArgumentException e) {
            terminal.writer().println(e.getMessage());
            terminal.writer().flush();
        }
    }

    /** Keeps the history in a file, if its directory is writable. */
    private static void keepHistory(LineReader reader) {
        Path directory = StateDirectory.of("hexfuse");
        try {
            Files.createDirectories(directory);
        } catch (IOException _) {
            return;
        }
        if (Files.isWritable(directory)) {
            reader.setVariable(LineReader.HISTORY_FILE, directory.resolve("history"));
        }
    }

    private void complete(ParsedLine line, List<Candidate> candidates) {
        if (line.wordIndex() == 0) {
            commands.forEach(command -> candidates.add(new Candidate(command)));
            return;
        }
        String word = line.word().substring(0, line.wordCursor());
        String directory = word.substring(0, word.lastIndexOf('/') + 1);
        try {
            for (DirectoryEntry entry : vfs.list(directory.isEmpty() ? "/" : directory)) {
                boolean isDirectory = entry.type().filter(type -> type.letter() == 'd').isPresent();
                String path = directory + entry.name() + (isDirectory ? "/" : "");
                candidates.add(new Candidate(path, path, null, null, null, null, !isDirectory));
            }
        } catch (FuseException _) {
            // No completions.
        }
    }
}
