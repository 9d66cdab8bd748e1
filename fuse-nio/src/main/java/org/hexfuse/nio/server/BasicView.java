package org.hexfuse.nio.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.hexfuse.abi.FileType;
import org.hexfuse.server.Attr;

/** The attributes of view {@code basic}, with the permissions that files mostly have, and the owner of this process. */
final class BasicView extends FileView {
    private static final int READABLE = 0444;
    private static final int SEARCHABLE = 0111;
    private static final int WRITABLE = 0200;

    private final Owners owners;
    private final int permissions;

    BasicView(Owners owners, boolean readOnly, Missing missing) {
        super(missing);
        this.owners = owners;
        this.permissions = readOnly ? READABLE : READABLE | WRITABLE;
    }

    @Override Attr read(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class, SELF);
        int bits = attributes.isDirectory() ? permissions | SEARCHABLE : permissions;
        return builder(attributes, bits).owner(owners.uid(), owners.gid()).build();
    }

    @Override FileType type(Path path) throws IOException {
        return type(Files.readAttributes(path, BasicFileAttributes.class, SELF));
    }

    static FileType type(BasicFileAttributes attributes) {
        return attributes.isDirectory() ? FileType.DIRECTORY
                : attributes.isSymbolicLink() ? FileType.SYMLINK
                        : attributes.isRegularFile() ? FileType.REGULAR : FileType.SOCKET;
    }

    /** A file of another type than these three is shown as a socket, which nobody opens through a mount. */
    static Attr.Builder builder(BasicFileAttributes attributes, int permissions) {
        FileType type = type(attributes);
        return Attr.of(type, type == FileType.SYMLINK ? PERMISSIONS : permissions)
                .nlink(type == FileType.DIRECTORY ? 2 : 1).size(Math.max(0, attributes.size()))
                .times(time(attributes.lastAccessTime()), time(attributes.lastModifiedTime()),
                        time(attributes.lastModifiedTime()))
                .btime(time(attributes.creationTime()));
    }

    @Override void chown(Path path, int owner, int group) {
        if (owner != owners.uid() || group != owners.gid()) {
            throw missing.unsupported("owners of files");
        }
    }

    @Override void chmod(Path path, int mode) throws IOException {
        if ((mode & (SPECIAL | PERMISSIONS)) != (read(path).mode() & (SPECIAL | PERMISSIONS))) {
            throw missing.unsupported("permissions of files");
        }
    }
}
