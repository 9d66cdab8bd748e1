package org.hexfuse.vfs;

import static org.hexfuse.vfs.Checks.require;

import java.util.List;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.SetxattrFlag;
import org.hexfuse.posix.AccessControlList;
import org.hexfuse.posix.XattrFlags;

/**
 * Extended attributes, as far as a user may see and change them: what every kernel says before it asks.
 *
 * <p>Source: {@code xattr(7)}, Linux {@code fs/xattr.c}, {@code fs/posix_acl.c}, {@code fs/fuse/acl.c}.
 */
final class Xattrs {
    private static final int LONGEST_NAME = 255;
    /** A page, in bytes. */
    private static final int LARGEST_LIST = 4096;

    private final Superblock superblock;
    private final XattrRequests calls;
    private final Permissions permissions;
    private final Credentials who;

    Xattrs(Superblock superblock, XattrRequests calls, Permissions permissions, Credentials who) {
        this.superblock = superblock;
        this.calls = calls;
        this.permissions = permissions;
        this.who = who;
    }

    byte[] get(Inode inode, String name) {
        check(inode, name, false);
        return calls.getxattr(inode, Name.of(name));
    }

    void set(Inode inode, String name, byte[] value, int flags) {
        require((flags & ~(XattrFlags.CREATE | XattrFlags.REPLACE)) == 0, Errno.EINVAL);
        check(inode, name, true);
        if (isList(name)) {
            setList(inode, Name.of(name), value);
        } else {
            calls.setxattr(inode, Name.of(name), value, flags);
        }
    }

    private static boolean isList(String name) {
        return AccessControlList.ACCESS.is(name) || AccessControlList.DEFAULT.is(name);
    }

    /** Flags have no meaning for a list, and one with nothing in it is one that is to go. */
    private void setList(Inode inode, Name name, byte[] value) {
        Optional<AccessControlList> list = AccessControlList.parse(value);
        if (!mayHaveList(inode, name, list.isPresent())) {
            return;
        }
        if (list.isEmpty()) {
            calls.removexattr(inode, name);
            return;
        }
        byte[] bytes = list.get().toBytes();
        if (bytes.length > LARGEST_LIST) {
            throw FuseException.of(Errno.E2BIG);
        }
        boolean kills = superblock.checksLists() && permissions.losesSetGid(inode);
        calls.setxattr(inode, name, bytes, 0, kills ? SetxattrFlag.ACL_KILL_SGID.mask() : 0);
    }

    /** Whether there is anything to do. */
    private boolean mayHaveList(Inode inode, Name name, boolean wanted) {
        if (inode.type == FileType.SYMLINK) {
            throw FuseException.of(Errno.EOPNOTSUPP);
        }
        if (name.equals(AccessControlList.DEFAULT) && !inode.isDirectory()) {
            if (wanted) {
                throw FuseException.of(Errno.EACCES);
            }
            return false;
        }
        permissions.owner(inode);
        return true;
    }

    List<Name> list(Inode inode) {
        return calls.listxattr(inode);
    }

    void remove(Inode inode, String name) {
        check(inode, name, true);
        if (!isList(name) || mayHaveList(inode, Name.of(name), false)) {
            calls.removexattr(inode, Name.of(name));
        }
    }

    private void check(Inode inode, String name, boolean changes) {
        int length = Name.encode(name).length;
        if (length == 0 || length > LONGEST_NAME) {
            throw FuseException.of(Errno.ERANGE);
        }
        if (name.startsWith("system.")) {
            return;
        }
        if (name.startsWith("security.")) {
            require(!changes || who.isRoot(), Errno.EPERM);
            return;
        }
        if (name.startsWith("trusted.")) {
            require(who.isRoot(), changes ? Errno.EPERM : Errno.ENODATA);
            return;
        }
        if (name.startsWith("user.")) {
            require(inode.isDirectory() || inode.type == FileType.REGULAR, changes ? Errno.EPERM : Errno.ENODATA);
            if (changes && inode.isDirectory()) {
                permissions.notSticky(inode);
            }
        }
        permissions.check(inode, changes ? Permissions.WRITE : Permissions.READ);
    }
}
