package org.hexfuse.command.shell;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;

/** Copies a tree from the host, with modes, times and links of both kinds. */
final class Upload extends Transfer {
    Upload(Vfs vfs, Progress progress) {
        super(vfs, progress);
    }

    /** The bytes of all files below a path. */
    static long sizeOf(Path host) throws IOException {
        try (var files = Files.walk(host)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .mapToLong(file -> file.toFile().length()).sum();
        }
    }

    void copy(Path host, String path) {
        at(path, () -> {
            Map<String, Object> attributes = Files.readAttributes(host, "unix:*", LinkOption.NOFOLLOW_LINKS);
            int mode = (int) attributes.get("mode");
            FileType type = FileType.ofMode(mode).orElse(FileType.REGULAR);
            if (type == FileType.DIRECTORY) {
                copyDirectory(host, path);
            } else if (isCopied(attributes, path)) {
                return;
            } else if (type == FileType.SYMLINK) {
                replace(path, () -> vfs.symlink(Files.readSymbolicLink(host).toString(), path));
            } else if (type == FileType.REGULAR) {
                copyContent(host, path);
            } else {
                replace(path, () -> vfs.mknod(path, mode, (int) (long) (Long) attributes.get("rdev")));
            }
            if (type != FileType.SYMLINK) {
                vfs.chmod(path, mode & PERMISSIONS);
            }
            utimens(path, attributes);
        });
    }

    private boolean isCopied(Map<String, Object> attributes, String path) throws IOException {
        if ((int) attributes.get("nlink") == 1) {
            return false;
        }
        String before = copyOf(attributes.get("dev") + ":" + attributes.get("ino"), path);
        if (before.isEmpty()) {
            return false;
        }
        replace(path, () -> vfs.link(before, path));
        return true;
    }

    private void replace(String path, Action make) throws IOException {
        try {
            make.run();
        } catch (FuseException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            vfs.unlink(path);
            make.run();
        }
    }

    private void copyDirectory(Path host, String path) throws IOException {
        try {
            vfs.mkdir(path, WHILE_FILLED);
        } catch (FuseException e) {
            if (e.errno() != Errno.EEXIST || !vfs.lstat(path).isDirectory()) {
                throw e;
            }
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(host)) {
            for (Path child : children) {
                copy(child, join(path, child.getFileName().toString()));
            }
        }
    }

    private void copyContent(Path host, String path) throws IOException {
        try (InputStream in = Files.newInputStream(host);
                OpenFile out = vfs.open(path, 0600, OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.TRUNCATE)) {
            for (int got = in.readNBytes(chunk, 0, CHUNK); got > 0; got = in.readNBytes(chunk, 0, CHUNK)) {
                if (out.write(MemorySegment.ofArray(chunk).asSlice(0, got)) < got) {
                    throw FuseException.of(Errno.ENOSPC);
                }
                moved(got);
            }
        }
    }
}
