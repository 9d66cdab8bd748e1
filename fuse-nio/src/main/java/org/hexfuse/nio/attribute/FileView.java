package org.hexfuse.nio.attribute;

import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Objects;
import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.nio.mount.Location;
import org.hexfuse.posix.Timespec;
import org.hexfuse.vfs.Timestamp;

/** The views "basic", "posix", "unix" and "owner" of a file, which differ in their names only. */
public final class FileView implements PosixFileAttributeView {
    private final Location file;
    private final String name;

    /** A view by its name. */
    public FileView(String name, Location file) {
        this.name = name;
        this.file = file;
    }

    @Override public String name() {
        return name;
    }

    /** The attributes of a file by one stat. */
    public static StatAttributes read(Location file) throws IOException {
        return new StatAttributes(file, file.stat());
    }

    @Override public StatAttributes readAttributes() throws IOException {
        return read(file);
    }

    /** Times to set; the time of creation cannot be, and is ignored. */
    @Override public void setTimes(FileTime lastModified, FileTime lastAccess, FileTime created) throws IOException {
        if (lastModified == null && lastAccess == null) {
            // As by the default provider, not even the file need exist.
            return;
        }
        Timestamp atime = timestamp(lastAccess);
        Timestamp mtime = timestamp(lastModified);
        file.run(vfs -> {
            if (file.follow()) {
                vfs.utimens(file.path(), atime, mtime);
            } else {
                vfs.lutimens(file.path(), atime, mtime);
            }
        });
    }

    private static Timestamp timestamp(FileTime time) {
        return time == null ? Timestamp.OMIT : Timestamp.of(Timespec.of(time.toInstant()));
    }

    @Override public void setPermissions(Set<PosixFilePermission> permissions) throws IOException {
        chmod(Permissions.bits(permissions));
    }

    /** Sets the permissions, and set-user-id, set-group-id and sticky. ELOOP for a symbolic link itself, which has none. */
    void chmod(int mode) throws IOException {
        file.run(vfs -> {
            if (!file.follow() && vfs.lstat(file.path()).isSymlink()) {
                throw FuseException.of(Errno.ELOOP, "a symbolic link has no permissions");
            }
            vfs.chmod(file.path(), mode);
        });
    }

    /** Sets owner and group; -1 leaves one as it is. */
    void chown(int uid, int gid) throws IOException {
        file.run(vfs -> {
            if (file.follow()) {
                vfs.chown(file.path(), uid, gid);
            } else {
                vfs.lchown(file.path(), uid, gid);
            }
        });
    }

    @Override public UserPrincipal getOwner() throws IOException { return readAttributes().owner(); }

    @Override public void setOwner(UserPrincipal owner) throws IOException {
        if (Objects.requireNonNull(owner) instanceof Principals.Group) {
            throw new IOException("'" + owner + "' is a group, not a user");
        }
        chown(Principals.id(owner), -1);
    }

    @Override public void setGroup(GroupPrincipal group) throws IOException {
        chown(-1, Principals.id(Objects.requireNonNull(group)));
    }
}
