package org.hexfuse.nio.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hexfuse.abi.FileType;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.Attr;

/** The attributes of view {@code zip}: basic ones, and permissions of those members that have them. The owner is that of this process. */
final class ZipView extends FileView {
    private static final String ATTRIBUTES = "zip:isDirectory,size,lastModifiedTime,lastAccessTime,creationTime,permissions";
    private static final int OF_FILES = 0644;
    private static final int OF_DIRECTORIES = 0755;

    private final Owners owners;

    ZipView(Owners owners, Missing missing) {
        super(missing);
        this.owners = owners;
    }

    @Override
    @SuppressWarnings("unchecked") // The permissions of a member are a set of these.
    Attr read(Path path) throws IOException {
        Map<String, Object> all = Files.readAttributes(path, ATTRIBUTES, SELF);
        boolean directory = (boolean) all.get("isDirectory");
        var stored = (Set<PosixFilePermission>) all.get("permissions");
        FileTime modified = (FileTime) all.get("lastModifiedTime");
        return Attr
                .of(directory ? FileType.DIRECTORY : FileType.REGULAR,
                        stored == null ? directory ? OF_DIRECTORIES : OF_FILES : bits(stored))
                .nlink(directory ? 2 : 1).size(directory ? 0 : Math.max(0, (long) all.get("size")))
                .owner(owners.uid(), owners.gid())
                .times(time((FileTime) all.get("lastAccessTime")), time(modified), time(modified))
                .btime(time((FileTime) all.get("creationTime"))).build();
    }

    /** An archive has times in seconds. */
    static Timespec now() {
        return new Timespec(Timespec.now().seconds(), 0);
    }

    @Override void utimens(Path path, Optional<Timespec> access, Optional<Timespec> modification) throws IOException {
        super.utimens(path, access.map(ZipView::seconds), modification.map(ZipView::seconds));
    }

    private static Timespec seconds(Timespec time) {
        return new Timespec(time.seconds(), 0);
    }

    @Override FileType type(Path path) {
        return Files.isDirectory(path) ? FileType.DIRECTORY : FileType.REGULAR;
    }

    @Override void chown(Path path, int owner, int group) {
        if (owner != owners.uid() || group != owners.gid()) {
            throw missing.unsupported("owners of members");
        }
    }

    @Override void chmod(Path path, int mode) throws IOException {
        if ((mode & SPECIAL) != 0) {
            throw missing.unsupported("set-user-ID, set-group-ID and sticky bits");
        }
        Files.setAttribute(path, "zip:permissions", permissions(mode));
    }
}
