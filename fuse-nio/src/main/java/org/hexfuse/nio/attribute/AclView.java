package org.hexfuse.nio.attribute;

import java.io.IOException;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryFlag;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.nio.mount.Location;
import org.hexfuse.posix.AccessControlList;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Vfs;

/**
 * The view "acl": POSIX access control lists as the entries of NFSv4, see {@link PosixAcl}. Only for files of a server with extended
 * attributes of that name. It is not for symbolic links, which have no list.
 */
public final class AclView implements AclFileAttributeView {
    private final Location file;

    private AclView(Location file) {
        this.file = file;
    }

    /** The view, if the server has access control lists. */
    public static Optional<AclView> of(Location file) {
        return file.mount().features().hasAccessLists() ? Optional.of(new AclView(file)) : Optional.empty();
    }

    @Override public String name() {
        return "acl";
    }

    @Override public List<AclEntry> getAcl() throws IOException {
        return file.get(vfs -> {
            Stat stat = file.stat(vfs);
            var entries = new ArrayList<AclEntry>(PosixAcl.entries(list(vfs, AccessControlList.ACCESS)
                    .orElseGet(() -> AccessControlList.ofMode(stat.mode())), stat.isDirectory()));
            if (stat.isDirectory()) {
                list(vfs, AccessControlList.DEFAULT).ifPresent(list -> entries.addAll(PosixAcl.inherited(list)));
            }
            return entries;
        });
    }

    private Optional<AccessControlList> list(Vfs vfs, Name name) {
        try {
            return AccessControlList.parse(vfs.getxattr(path(vfs), name.toString()));
        } catch (FuseException e) {
            if (e.errno() == Errno.ENODATA) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** The path, EOPNOTSUPP for a symbolic link itself. */
    private String path(Vfs vfs) {
        if (!file.follow() && FileType.SYMLINK.is(vfs.lstat(file.path()).mode())) {
            throw FuseException.of(Errno.EOPNOTSUPP, "a symbolic link has no access control list");
        }
        return file.path();
    }

    @Override public void setAcl(List<AclEntry> acl) throws IOException {
        var own = new ArrayList<AclEntry>();
        var inherited = new ArrayList<AclEntry>();
        for (AclEntry entry : acl) {
            if (!entry.flags().contains(AclEntryFlag.INHERIT_ONLY)) {
                own.add(entry);
            }
            if (PosixAcl.isInherited(entry)) {
                inherited.add(entry);
            }
        }
        file.run(vfs -> {
            String path = path(vfs);
            vfs.setxattr(path, AccessControlList.ACCESS.toString(), PosixAcl.list(own).toBytes(), 0);
            if (!inherited.isEmpty()) {
                vfs.setxattr(path, AccessControlList.DEFAULT.toString(), PosixAcl.list(inherited).toBytes(), 0);
            } else if (vfs.stat(path).isDirectory() && list(vfs, AccessControlList.DEFAULT).isPresent()) {
                vfs.removexattr(path, AccessControlList.DEFAULT.toString());
            }
        });
    }

    @Override public UserPrincipal getOwner() throws IOException { return FileView.read(file).owner(); }

    @Override public void setOwner(UserPrincipal owner) throws IOException {
        new FileView("acl", file).setOwner(owner);
    }
}
