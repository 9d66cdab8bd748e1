package org.hexfuse.command.shell;

import org.hexfuse.posix.ByteSize;
import org.hexfuse.posix.StatVfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Vfs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The file commands of the shell, one method each, after those of POSIX. */
@Command(name = "") final class FileCommands {
    private static final int CHUNK = 256 * 1024;

    private final FileSystem files;
    private final Vfs vfs;
    private final Output out;

    FileCommands(FileSystem files, Vfs vfs, Output out) {
        this.files = files;
        this.vfs = vfs;
        this.out = out;
    }

    /** Applies an action to each path, up to the first failure. */
    private static void each(List<String> paths, Consumer<String> action) {
        for (String path : paths) {
            at(path, () -> action.accept(path));
        }
    }

    private static void at(String path, Runnable action) {
        try {
            action.run();
        } catch (FuseException e) {
            throw CommandFailure.of(path, e);
        }
    }

    @Command(name = "ls", description = "List directories.") void ls(
            @Option(names = "-l", description = "with attributes") boolean attributes,
            @Parameters(arity = "0..*", paramLabel = "PATH") List<String> paths) {
        List<String> wanted = paths == null ? List.of("/") : paths;
        for (String path : wanted) {
            at(path, () -> {
                if (wanted.size() > 1) {
                    out.line(path + ":");
                }
                list(path, attributes);
            });
        }
    }

    private void list(String path, boolean attributes) {
        Stat stat = vfs.lstat(path);
        if (!stat.isDirectory()) {
            out.line(attributes ? DirectoryListing.line(stat, path, target(stat, path))
                    : DirectoryListing.printable(path));
            return;
        }
        var names = new ArrayList<String>();
        vfs.list(path).stream().sorted(Comparator.comparing(DirectoryEntry::name))
                .forEach(entry -> names.add(entry.name().toString()));
        for (String name : names) {
            if (attributes) {
                String full = path.endsWith("/") ? path + name : path + "/" + name;
                Stat file = vfs.lstat(full);
                out.line(DirectoryListing.line(file, name, target(file, full)));
            } else {
                out.line(DirectoryListing.printable(name));
            }
        }
    }

    private String target(Stat stat, String path) {
        return stat.isSymlink() ? vfs.readlink(path) : "";
    }

    @Command(name = "cat", description = "Print files.") void cat(
            @Parameters(arity = "1..*", paramLabel = "PATH") List<String> paths) throws IOException {
        byte[] chunk = new byte[CHUNK];
        for (String path : paths) {
            try (OpenFile file = vfs.open(path, OpenFlag.READ)) {
                if (file.stat().isDirectory()) {
                    throw FuseException.of(Errno.EISDIR);
                }
                for (int got = file.read(chunk); got > 0; got = file.read(chunk)) {
                    out.bytes(chunk, got);
                }
            } catch (FuseException e) {
                throw CommandFailure.of(path, e);
            }
        }
    }

    @Command(name = "stat", description = "Show attributes.") void stat(
            @Parameters(arity = "1..*", paramLabel = "PATH") List<String> paths) {
        each(paths, path -> {
            Stat stat = vfs.lstat(path);
            DirectoryListing.details(stat, path, target(stat, path)).forEach(out::line);
        });
    }

    @Command(name = "mkdir", description = "Make directories.") void mkdir(
            @Option(names = "-p", description = "and its parents; no error if it exists") boolean parents,
            @Parameters(arity = "1..*", paramLabel = "PATH") List<String> paths) {
        each(paths, path -> {
            if (parents) {
                mkdirs(path);
            } else {
                vfs.mkdir(path);
            }
        });
    }

    private void mkdirs(String path) {
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            mkdirUnlessThere(path.substring(0, slash));
        }
        mkdirUnlessThere(path);
    }

    private void mkdirUnlessThere(String path) {
        try {
            vfs.mkdir(path);
        } catch (FuseException e) {
            if (e.errno() != Errno.EEXIST || !vfs.stat(path).isDirectory()) {
                throw e;
            }
        }
    }

    @Command(name = "rm", description = "Remove files.") void rm(
            @Option(names = "-r", description = "and directories with their content") boolean recursive,
            @Parameters(arity = "1..*", paramLabel = "PATH") List<String> paths) {
        if (!recursive) {
            each(paths, vfs::unlink);
            return;
        }
        for (String path : paths) {
            TreeWalk.walk(files.getPath(path), new TreeWalk.Visitor() {
                @Override public void enter(Path file, BasicFileAttributes attributes) throws IOException {
                    if (!attributes.isDirectory()) {
                        Files.delete(file);
                    }
                }

                @Override public void leave(Path directory) throws IOException {
                    Files.delete(directory);
                }
            });
        }
    }

    @Command(name = "rmdir", description = "Remove empty directories.") void rmdir(
            @Parameters(arity = "1..*", paramLabel = "PATH") List<String> paths) {
        each(paths, vfs::rmdir);
    }

    @Command(name = "mv", description = "Rename, or move into a directory.") void mv(
            @Parameters(index = "0", paramLabel = "FROM") String from,
            @Parameters(index = "1", paramLabel = "TO") String to) {
        at(from, () -> vfs.lstat(from));
        at(from, () -> vfs.rename(from, into(to, from)));
    }

    @Command(name = "ln", description = "Make a hard link, or a symbolic link.") void ln(
            @Option(names = "-s", description = "a symbolic link") boolean symbolic,
            @Parameters(index = "0", paramLabel = "TARGET") String target,
            @Parameters(index = "1", paramLabel = "PATH") String path) {
        if (symbolic) {
            at(path, () -> vfs.symlink(target, into(path, target)));
        } else {
            at(target, () -> vfs.lstat(target));
            at(path, () -> vfs.link(target, into(path, target)));
        }
    }

    /** The path of {@code name} in {@code path} if that is a directory, else {@code path}. */
    private String into(String path, String name) {
        try {
            if (vfs.stat(path).isDirectory()) {
                String last = name.replaceFirst("/+$", "");
                return path + "/" + last.substring(last.lastIndexOf('/') + 1);
            }
        } catch (FuseException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
        return path;
    }

    @Command(name = "chmod", description = "Change permissions.") void chmod(
            @Parameters(index = "0", paramLabel = "MODE", description = "octal, such as 644") String mode,
            @Parameters(index = "1..*", arity = "1..*", paramLabel = "PATH") List<String> paths) {
        if (!mode.matches("[0-7]{1,4}")) {
            throw CommandFailure.of("'" + mode + "' is not a mode: write it in octal, such as 644");
        }
        each(paths, path -> vfs.chmod(path, Integer.parseInt(mode, 8)));
    }

    private static long size(String text) {
        try {
            return ByteSize.parse(text);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.of(e.getMessage());
        }
    }

    @Command(name = "truncate", description = "Truncate or extend a file.") void truncate(
            @Parameters(index = "0", paramLabel = "PATH") String path,
            @Parameters(index = "1", paramLabel = "SIZE", description = "in bytes, or with k, m, g, t") String size) {
        long bytes = size(size);
        at(path, () -> {
            if (!vfs.exists(path)) {
                vfs.open(path, OpenFlag.WRITE, OpenFlag.CREATE).close();
            }
            vfs.truncate(path, bytes);
        });
    }

    @Command(name = "write", description = "Replace the content of a file, which is created if missing.") void write(
            @Parameters(index = "0", paramLabel = "PATH") String path,
            @Parameters(index = "1", paramLabel = "TEXT") String text) {
        at(path, () -> vfs.writeAllBytes(path, Name.encode(text)));
    }

    @Command(name = "df", description = "Show the free space.") void df() {
        at("/", () -> {
            StatVfs stat = vfs.statfs();
            DirectoryListing.room(stat).forEach(out::line);
        });
    }

    @Command(name = "chown", description = "Change owner and group.") void chown(
            @Parameters(index = "0", paramLabel = "UID[:GID]") String owner,
            @Parameters(index = "1..*", arity = "1..*", paramLabel = "PATH") List<String> paths) {
        if (!owner.matches("[0-9]{1,9}(:[0-9]{1,9})?|:[0-9]{1,9}")) {
            throw CommandFailure.of("'" + owner + "' is not an owner: write numbers, as UID, UID:GID or :GID");
        }
        String[] ids = owner.split(":", -1);
        each(paths, path -> vfs.lchown(path, ids[0].isEmpty() ? -1 : Integer.parseInt(ids[0]),
                ids.length == 1 ? -1 : Integer.parseInt(ids[1])));
    }

    @Command(name = "xattr", description = "Show extended attributes, or set or remove one.") void xattr(
            @Option(names = "-w", paramLabel = "NAME=VALUE", description = "set") String write,
            @Option(names = "-d", paramLabel = "NAME", description = "remove") String delete,
            @Parameters(arity = "1..*", paramLabel = "PATH") List<String> paths) {
        each(paths, path -> {
            if (write != null) {
                int equals = write.indexOf('=');
                String name = equals < 0 ? write : write.substring(0, equals);
                vfs.setxattr(path, name, Name.encode(equals < 0 ? "" : write.substring(equals + 1)), 0);
            } else if (delete != null) {
                vfs.removexattr(path, delete);
            } else {
                for (Name name : vfs.listxattr(path)) {
                    String value = Name.decode(vfs.getxattr(path, name.toString()));
                    out.line(DirectoryListing.printable(name + "=" + value));
                }
            }
        });
    }
}
