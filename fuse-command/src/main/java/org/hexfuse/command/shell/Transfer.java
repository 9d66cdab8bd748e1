package org.hexfuse.command.shell;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import org.hexfuse.abi.FuseException;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Timestamp;
import org.hexfuse.vfs.Vfs;

/** The common part of copies in both directions: hard links, progress, errors that name the path. */
abstract class Transfer {
    static final int CHUNK = 1 << 20;
    static final int PERMISSIONS = 07777;
    /** The mode of a directory until its entries are copied. */
    static final int WHILE_FILLED = 0700;

    final Vfs vfs;
    final byte[] chunk = new byte[CHUNK];
    private final Map<String, String> copies = new HashMap<>();
    private final Progress progress;

    Transfer(Vfs vfs, Progress progress) {
        this.vfs = vfs;
        this.progress = progress;
    }

    /** An operation on a path. */
    @FunctionalInterface interface Action {
        void run() throws IOException;
    }

    static void at(String path, Action action) {
        try {
            action.run();
        } catch (FuseException e) {
            throw CommandFailure.of(path, e);
        } catch (FileSystemException e) {
            throw CommandFailure.of(CommandFailure.shortened(e.getFile()) + ": "
                    + (e.getReason() == null ? e.getClass().getSimpleName() : e.getReason()));
        } catch (IOException e) {
            throw CommandFailure.of(CommandFailure.shortened(path) + ": " + e.getMessage());
        }
    }

    /** The path that a file with several links was copied to before; empty the first time. */
    final String copyOf(String identity, String path) {
        String before = copies.putIfAbsent(identity, path);
        return before == null ? "" : before;
    }

    final void moved(long bytes) {
        progress.advance(bytes);
    }

    static String join(String directory, String name) {
        return directory.endsWith("/") ? directory + name : directory + "/" + name;
    }

    /** The time of last access and of last change, of a link itself. */
    static void utimens(Path path, Stat stat) throws IOException {
        Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setTimes(FileTime.from(stat.mtime().toInstant()), FileTime.from(stat.atime().toInstant()), null);
    }

    void utimens(String path, Map<String, Object> attributes) {
        vfs.lutimens(path, Timestamp.of(((FileTime) attributes.get("lastAccessTime")).toInstant()),
                Timestamp.of(((FileTime) attributes.get("lastModifiedTime")).toInstant()));
    }
}
