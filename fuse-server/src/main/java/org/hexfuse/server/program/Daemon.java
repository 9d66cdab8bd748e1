package org.hexfuse.server.program;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs a program in a new process and session, so that neither the exit of this process nor Ctrl-C on its terminal reaches it. A JVM
 * cannot fork, so a daemon is another JVM from the start.
 *
 * @param process the new process, which runs
 * @param ready the line with which it said that it is ready
 * @param log the file of its output and errors
 */
public record Daemon(ProcessHandle process, String ready, Path log) {
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    /** A program that has ended instead of getting ready. */
    public static final class EndedException extends IOException {
        private static final long serialVersionUID = 1L;

        private final int status;

        EndedException(List<String> output, int status) {
            super(output.isEmpty() ? "the program has ended with status " + status : String.join("\n", output));
            this.status = status;
        }

        /** Its exit status; 1 if that was 0, since the program is not there. */
        public int status() {
            return status == 0 ? 1 : status;
        }
    }

    /** For its user: the line with which it is ready, its process and its log. */
    public String announcement() {
        return ready + " by process " + process.pid() + ", which logs to " + log;
    }

    /**
     * Starts a program and waits until it is ready.
     *
     * @param command the program and its arguments
     * @param log the file of its output and errors, which is emptied; its directory is made
     * @param ready the text by which a line of its output is known that says that the program is ready
     * @param timeout how long that may take; after that the program is killed
     * @throws EndedException if it ends before; the message has its output
     * @throws IOException if it cannot be started, or is not ready in time
     */
    public static Daemon start(List<String> command, Path log, String ready, Duration timeout)
            throws IOException, InterruptedException {
        Path file = log.toAbsolutePath();
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[0]);
        // Both streams append, so that neither overwrites the other.
        Process process = new ProcessBuilder(inNewSession(command)).redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(file.toFile())).redirectErrorStream(true).start();
        boolean started = false;
        try {
            long deadline = System.nanoTime() + timeout.toNanos();
            while (System.nanoTime() - deadline < 0) {
                boolean ended = process.waitFor(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
                Optional<String> line = Files.readAllLines(file).stream().filter(l -> l.contains(ready)).findFirst();
                if (line.isPresent()) {
                    started = true;
                    return new Daemon(process.toHandle(), line.get(), file);
                }
                if (ended) {
                    throw new EndedException(Files.readAllLines(file), process.exitValue());
                }
            }
            throw new IOException("not ready within " + timeout.toSeconds() + " s; see " + file);
        } finally {
            if (!started) {
                process.destroy();
            }
        }
    }

    private static List<String> inNewSession(List<String> command) {
        if (Stream.of("/usr/bin/setsid", "/bin/setsid").noneMatch(program -> Files.isExecutable(Path.of(program)))) {
            return command;
        }
        var all = new ArrayList<String>(command);
        all.addFirst("setsid");
        return all;
    }

    /** The command line of this process: the JVM, its options, the main class or module, and its arguments. */
    public static List<String> ownCommand() throws IOException {
        // The process API cuts long command lines.
        String[] arguments = Files.readString(COMMAND_LINE).split("\0", -1);
        String program = ProcessHandle.current().info().command()
                .orElseThrow(() -> new IOException("the program of this process is unknown"));
        var command = new ArrayList<>(Arrays.asList(arguments).subList(0, arguments.length - 1));
        command.set(0, program);
        return command;
    }

    /**
     * The log of a program that mounts, below the state directory of the user ({@code ~/.local/state}).
     *
     * @param program the program's name
     */
    public static Path defaultLog(String program, Path mountPoint) {
        String name = mountPoint.toAbsolutePath().normalize().toString().replaceAll("[^A-Za-z0-9._-]+", "-");
        return StateDirectory.of(program).resolve("mount" + name + ".log");
    }
}
