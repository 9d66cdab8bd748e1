package org.hexfuse.command.shell;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.Callable;
import java.util.regex.PatternSyntaxException;
import org.hexfuse.abi.FileType;
import org.hexfuse.vfs.Vfs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of the shell on trees. */
final class TransferCommands {
    private TransferCommands() {}

    /** The path in {@code path} if that is a directory, else {@code path}. */
    private static Path into(Path path, Path name) {
        return Files.isDirectory(path) && name != null && !name.toString().isEmpty() ? path.resolve(name.toString())
                : path;
    }

    @Command(name = "put", description = "Copy a file or a tree from the host.") static final class Put
            implements Callable<Integer> {
        private final FileSystem files;
        private final Vfs vfs;
        private final Output out;
        private final PrintWriter err;

        @Parameters(index = "0", paramLabel = "HOST") private Path host;

        @Parameters(index = "1", paramLabel = "PATH") private String path;

        Put(FileSystem files, Vfs vfs, Output out, PrintWriter err) {
            this.files = files;
            this.vfs = vfs;
            this.out = out;
            this.err = err;
        }

        /** What could not be copied is reported and left out: a server may refuse some names, types or attributes. */
        @Override public Integer call() throws IOException {
            if (!Files.exists(host, LinkOption.NOFOLLOW_LINKS)) {
                throw CommandFailure.of(host + ": no such file on the host");
            }
            Path target = into(files.getPath(path), host.toAbsolutePath().normalize().getFileName());
            out.flush();
            var report = new CopyReport("put", err);
            try (Progress progress = Progress.of("put", TreeCopy.sizeOf(host, false))) {
                TreeCopy.copy(host, target, progress, report, (_, special, mode, device) -> {
                    vfs.mknod(special.toString(), mode, (int) device);
                    return true;
                }, failure -> {
                    if (failure.isFinal()) {
                        throw failure;
                    }
                    report.failed(failure);
                });
            } catch (CommandFailure failure) {
                return report.stop(failure);
            }
            return report.finish();
        }
    }

    @Command(name = "get", description = "Copy a file or a tree to the host.") static final class Get
            implements Callable<Integer> {
        private final FileSystem files;
        private final Output out;
        private final PrintWriter err;

        @Parameters(index = "0", paramLabel = "PATH") private String path;

        @Parameters(index = "1", paramLabel = "HOST") private Path host;

        Get(FileSystem files, Output out, PrintWriter err) {
            this.files = files;
            this.out = out;
            this.err = err;
        }

        /** The first failure ends it: a server's tree may go on without end below what fails. */
        @Override public Integer call() throws IOException {
            Path source = files.getPath(path);
            long total = TreeCopy.sizeOf(source, true);
            var report = new CopyReport("get", err);
            try (Progress progress = Progress.of("get", total)) {
                TreeCopy.copy(source, into(host, source.getFileName()), progress, report, (special, _, _, _) -> {
                    out.line(DirectoryListing.printable(special.toString())
                            + ": skipped, it is not a file, directory or symbolic link");
                    return false;
                }, TreeCopy.Failures.FINAL);
            } catch (CommandFailure failure) {
                out.flush();
                return report.stop(failure);
            }
            return report.finish();
        }
    }

    @Command(name = "find", description = "List a tree, one path a line.") static final class Find
            implements Callable<Integer> {
        private final FileSystem files;
        private final Output out;

        @Parameters(index = "0", arity = "0..1", paramLabel = "PATH", defaultValue = "/") private String path;

        @Option(names = "-name", paramLabel = "GLOB", description = "only names that match") private String name = "*";

        @Option(names = "-type", paramLabel = "f|d|l|p|s|c|b", description = "only files of that type") private String type = "";

        Find(FileSystem files, Output out) {
            this.files = files;
            this.out = out;
        }

        @Override public Integer call() {
            if (!type.matches("[fdlpscb]?")) {
                throw CommandFailure.of("'" + type + "' is not a type: one of f, d, l, p, s, c, b");
            }
            PathMatcher matcher = matcher();
            TreeWalk.walk(files.getPath(path), (file, attributes) -> {
                Path last = file.getFileName();
                if ((type.isEmpty() || type.charAt(0) == letter(file, attributes))
                        && matcher.matches(last == null ? file : last)) {
                    out.line(DirectoryListing.printable(file.toString()));
                }
            });
            return 0;
        }

        private PathMatcher matcher() {
            try {
                return files.getPathMatcher("glob:" + name);
            } catch (PatternSyntaxException e) {
                throw CommandFailure.of("'" + name + "' is not a pattern: " + e.getDescription());
            }
        }

        private static char letter(Path file, BasicFileAttributes attributes) throws IOException {
            if (attributes.isRegularFile()) {
                return 'f';
            }
            int mode = (int) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return FileType.ofMode(mode).orElseThrow().letter();
        }
    }
}
