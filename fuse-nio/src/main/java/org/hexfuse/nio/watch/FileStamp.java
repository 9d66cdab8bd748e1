package org.hexfuse.nio.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Optional;

/**
 * What tells two states of a file apart. A change in a directory is none of its own, as on Linux: its times and size are left out.
 *
 * @param key the key of the file, or an object that is equal for all files if the filesystem has none
 * @param times the times of the last change of content and, where the filesystem has it, of attributes
 * @param size in bytes
 */
record FileStamp(Object key, Object times, long size) {
    private static final String UNIX = "unix:fileKey,isDirectory,lastModifiedTime,ctime,size";

    private record Times(Object mtime, Object ctime) {}

    /** Whether the files of a directory have the attributes of {@code stat(2)}, which tell more changes apart. */
    static boolean isUnix(Path directory) throws IOException {
        try {
            return unix(directory) != null;
        } catch (UnsupportedOperationException | IllegalArgumentException _) {
            return false;
        }
    }

    /** The stamp of a file itself; empty if there is none. */
    static Optional<FileStamp> of(Path file, boolean isUnix) throws IOException {
        try {
            return Optional.of(isUnix ? unix(file) : basic(file));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    private static FileStamp unix(Path file) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(file, UNIX, LinkOption.NOFOLLOW_LINKS);
        return of(attributes.get("fileKey"), (boolean) attributes.get("isDirectory"),
                new Times(attributes.get("lastModifiedTime"), attributes.get("ctime")), (long) attributes.get("size"));
    }

    private static FileStamp basic(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class,
                LinkOption.NOFOLLOW_LINKS);
        return of(attributes.fileKey(), attributes.isDirectory(), attributes.lastModifiedTime(), attributes.size());
    }

    private static FileStamp of(Object key, boolean isDirectory, Object times, long size) {
        Object some = key == null ? "" : key;
        return isDirectory ? new FileStamp(some, "directory", 0) : new FileStamp(some, times, size);
    }

    /** Whether it is another file, and not another state of the same one. */
    boolean isOther(FileStamp before) {
        return !key.equals(before.key);
    }
}
