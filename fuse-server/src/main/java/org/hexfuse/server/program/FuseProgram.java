package org.hexfuse.server.program;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.Mount;
import org.hexfuse.server.Session;
import org.hexfuse.server.observe.ServerListener;

/**
 * A program that mounts one filesystem, as {@code fuse_main} of libfuse makes it:
 *
 * {@snippet :
 * public static void main(String[] args) {
 *     System.exit(FuseProgram.named("vault").run(arguments -> new Vault(arguments.sources()), args));
 * }
 * }
 *
 * <p>{@code vault -o ro,allow_other SOURCE MOUNTPOINT} mounts in the background and returns when the filesystem can be used;
 * {@code -f} keeps it in the foreground, {@code -d} also prints each request and reply, {@code -s} has one thread read requests.
 * SIGINT, SIGTERM and SIGHUP unmount. A line on standard error says what is wrong, and the exit status is 1, or 2 for wrong arguments.
 */
public final class FuseProgram {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final String MOUNTED = " is mounted on ";
    private static final int FAILED = 1;
    private static final int WRONG_ARGUMENTS = 2;

    private final String name;
    private final PrintStream out;
    private final PrintStream err;

    private FuseProgram(String name, PrintStream out, PrintStream err) {
        this.name = name;
        this.out = out;
        this.err = err;
    }

    /** Makes the filesystem that the arguments ask for. */
    @FunctionalInterface public interface Factory {
        /**
         * Makes it, in the process that serves it.
         *
         * @throws IllegalArgumentException if the arguments are wrong; the message is printed, one line
         * @throws IOException if it cannot be made, such as when its source does not exist; the message is printed, one line
         */
        FuseFileSystem create(MountArguments arguments) throws IOException, InterruptedException;
    }

    /** A program with this name in its messages. */
    public static FuseProgram named(String name) {
        return new FuseProgram(name, System.out, System.err);
    }

    FuseProgram printingTo(PrintStream output, PrintStream errors) {
        return new FuseProgram(name, output, errors);
    }

    /** Runs until the filesystem is unmounted, or mounted in the background. Returns the exit status. */
    public int run(Factory factory, String... arguments) {
        try {
            List<String> all = List.of(arguments);
            if (all.contains("-h") || all.contains("--help")) {
                usage(out);
                return 0;
            }
            MountArguments parsed = MountArguments.parse(all);
            return parsed.foreground() ? serve(factory, parsed) : start(parsed, all);
        } catch (IllegalArgumentException e) {
            err.println(name + ": " + e.getMessage());
            usage(err);
            return WRONG_ARGUMENTS;
        } catch (Daemon.EndedException e) {
            // What the other process has printed of the failure has the program's name.
            err.println(e.getMessage());
            return e.status();
        } catch (IOException e) {
            err.println(name + ": " + e.getMessage());
            return FAILED;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return FAILED;
        }
    }

    private void usage(PrintStream to) {
        to.println("usage: " + name + " [-f] [-d] [-s] [-o OPTION,...] [SOURCE ...] MOUNTPOINT");
    }

    private int serve(Factory factory, MountArguments arguments) throws IOException, InterruptedException {
        FuseServer.Builder builder = FuseServer.serve(factory.create(arguments));
        arguments.threads().ifPresent(builder::threads);
        if (arguments.debug()) {
            builder.listener(new Printer(err));
        }
        try (Mount mount = builder.mount(arguments.mountPoint(), arguments.options().toArray(String[]::new))) {
            out.println(name + MOUNTED + mount.mountPoint());
            out.flush();
            mount.await();
        }
        return 0;
    }

    private int start(MountArguments arguments, List<String> all) throws IOException, InterruptedException {
        Path log = Daemon.defaultLog(name, arguments.mountPoint());
        Daemon daemon = Daemon.start(inForeground(Daemon.ownCommand(), all), log, MOUNTED, START_TIMEOUT);
        out.println(daemon.announcement());
        return 0;
    }

    /** A command line with {@code -f} in front of the arguments: after a {@code --} it would be a name. */
    private static List<String> inForeground(List<String> command, List<String> arguments) throws IOException {
        int first = command.size() - arguments.size();
        if (first < 1 || !command.subList(first, command.size()).equals(arguments)) {
            throw new IOException("this program cannot start itself again with these arguments; mount with -f");
        }
        var changed = new ArrayList<>(command);
        changed.add(first, "-f");
        return changed;
    }

    /** Prints each request and reply. */
    private record Printer(PrintStream to) implements ServerListener {
        @Override public void sessionStarted(Session session) {
            session.traceTo(to::println);
        }
    }
}
