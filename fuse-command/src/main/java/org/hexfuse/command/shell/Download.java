package org.hexfuse.command.shell;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.atomic.LongAdder;
import org.hexfuse.abi.FileType;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Vfs;

/** Copies a tree to the host, with modes, times and links of both kinds. Device files, FIFOs and sockets are skipped. */
final class Download extends Transfer {
    private final Output out;

    Download(Vfs vfs, Output out, Progress progress) {
        super(vfs, progress);
        this.out = out;
    }

    /** The bytes of all files below a path. */
    static long sizeOf(Vfs vfs, String path) {
        var bytes = new LongAdder();
        TreeWalk.walk(vfs, path, (_, stat) -> bytes.add(stat.isRegular() ? stat.size() : 0));
        return bytes.sum();
    }

    void copy(String path, Path host) {
        TreeWalk.walk(vfs, path, new TreeWalk.Visitor() {
            // The host's directory that belongs to the directory that is visited.
            private Path directory;

            private Path target(String file) {
                return directory == null ? host : directory.resolve(file.substring(file.lastIndexOf('/') + 1));
            }

            @Override public void enter(String file, Stat stat) throws IOException {
                Path target = target(file);
                if (stat.isDirectory()) {
                    makeDirectory(target);
                    directory = target;
                } else {
                    copyFile(file, stat, target);
                }
            }

            @Override public void leave(String file, Stat stat) throws IOException {
                setAttributes(directory, stat);
                directory = directory.equals(host) ? null : directory.getParent();
            }
        });
    }

    private void copyFile(String path, Stat stat, Path host) throws IOException {
        if (isCopied(stat, host)) {
            return;
        }
        if (stat.isSymlink()) {
            Files.deleteIfExists(host);
            Files.createSymbolicLink(host, Path.of(vfs.readlink(path)));
        } else if (stat.type() == FileType.REGULAR) {
            copyContent(path, host);
        } else {
            out.line(path + ": skipped, it is not a file, directory or symbolic link");
            return;
        }
        setAttributes(host, stat);
    }

    private static void setAttributes(Path host, Stat stat) throws IOException {
        if (!stat.isSymlink()) {
            Files.setAttribute(host, "unix:mode", stat.permissions(), LinkOption.NOFOLLOW_LINKS);
        }
        utimens(host, stat);
    }

    private boolean isCopied(Stat stat, Path host) throws IOException {
        if (stat.nlink() == 1) {
            return false;
        }
        String before = copyOf(Long.toUnsignedString(stat.ino()), host.toString());
        if (before.isEmpty()) {
            return false;
        }
        Files.deleteIfExists(host);
        Files.createLink(host, Path.of(before));
        return true;
    }

    private static void makeDirectory(Path host) throws IOException {
        if (!Files.isDirectory(host, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(host);
        }
        Files.setAttribute(host, "unix:mode", WHILE_FILLED, LinkOption.NOFOLLOW_LINKS);
    }

    private void copyContent(String path, Path host) throws IOException {
        Files.deleteIfExists(host);
        try (OpenFile in = vfs.open(path, OpenFlag.READ); OutputStream to = Files.newOutputStream(host)) {
            for (int got = in.read(chunk); got > 0; got = in.read(chunk)) {
                to.write(chunk, 0, got);
                moved(got);
            }
        }
    }
}
