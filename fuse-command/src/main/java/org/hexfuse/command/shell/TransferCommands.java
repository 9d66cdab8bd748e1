package org.hexfuse.command.shell;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.concurrent.Callable;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.vfs.Vfs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of the shell on trees. */
final class TransferCommands {
    private TransferCommands() {}

    @Command(name = "put", description = "Copy a file or a tree from the host.") static final class Put
            implements Callable<Integer> {
        private final Vfs vfs;

        @Parameters(index = "0", paramLabel = "HOST") private Path host;

        @Parameters(index = "1", paramLabel = "PATH") private String path;

        Put(Vfs vfs) {
            this.vfs = vfs;
        }

        @Override public Integer call() throws IOException {
            if (!Files.exists(host, LinkOption.NOFOLLOW_LINKS)) {
                throw CommandFailure.of(host + ": no such file on the host");
            }
            try (Progress progress = Progress.of("put", Upload.sizeOf(host))) {
                new Upload(vfs, progress).copy(host, target());
            }
            return 0;
        }

        /** The path in {@code path} if that is a directory, else {@code path}. */
        private String target() {
            Path name = host.toAbsolutePath().normalize().getFileName();
            try {
                return vfs.stat(path).isDirectory() && name != null ? Transfer.join(path, name.toString()) : path;
            } catch (FuseException e) {
                if (e.errno() == Errno.ENOENT) {
                    return path;
                }
                throw CommandFailure.of(path, e);
            }
        }
    }

    @Command(name = "get", description = "Copy a file or a tree to the host.") static final class Get
            implements Callable<Integer> {
        private final Vfs vfs;
        private final Output out;

        @Parameters(index = "0", paramLabel = "PATH") private String path;

        @Parameters(index = "1", paramLabel = "HOST") private Path host;

        Get(Vfs vfs, Output out) {
            this.vfs = vfs;
            this.out = out;
        }

        @Override public Integer call() {
            long total = Download.sizeOf(vfs, path);
            try (Progress progress = Progress.of("get", total)) {
                new Download(vfs, out, progress).copy(path, target());
            }
            return 0;
        }

        private Path target() {
            String trimmed = path.replaceFirst("/+$", "");
            String name = trimmed.substring(trimmed.lastIndexOf('/') + 1);
            return Files.isDirectory(host) && !name.isEmpty() ? host.resolve(name) : host;
        }
    }

    @Command(name = "find", description = "List a tree, one path a line.") static final class Find
            implements Callable<Integer> {
        private final Vfs vfs;
        private final Output out;

        @Parameters(index = "0", arity = "0..1", paramLabel = "PATH", defaultValue = "/") private String path;

        @Option(names = "-name", paramLabel = "GLOB", description = "only names that match") private String name = "*";

        @Option(names = "-type", paramLabel = "f|d|l|p|s|c|b", description = "only files of that type") private String type = "";

        Find(Vfs vfs, Output out) {
            this.vfs = vfs;
            this.out = out;
        }

        @Override public Integer call() {
            if (!type.matches("[fdlpscb]?")) {
                throw CommandFailure.of("'" + type + "' is not a type: one of f, d, l, p, s, c, b");
            }
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + name);
            TreeWalk.walk(vfs, path, (where, stat) -> {
                Path last = Path.of(DirectoryListing.printable(where)).getFileName();
                char letter = stat.isRegular() ? 'f' : stat.type().letter();
                if ((type.isEmpty() || type.charAt(0) == letter)
                        && matcher.matches(last == null ? Path.of("/") : last)) {
                    out.line(DirectoryListing.printable(where));
                }
            });
            return 0;
        }
    }
}
