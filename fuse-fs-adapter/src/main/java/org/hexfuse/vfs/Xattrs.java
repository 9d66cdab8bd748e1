package org.hexfuse.vfs;

import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;

/**
 * Extended attributes, as far as a user may see and change them: what every kernel says before it asks.
 *
 * <p>Source: {@code xattr(7)}, Linux {@code fs/xattr.c}.
 */
final class Xattrs {
    private static final int LONGEST_NAME = 255;

    private final NodeCalls calls;
    private final Permissions permissions;
    private final Credentials who;

    Xattrs(NodeCalls calls, Permissions permissions, Credentials who) {
        this.calls = calls;
        this.permissions = permissions;
        this.who = who;
    }

    byte[] get(Inode inode, String name) {
        check(inode, name, false);
        return calls.getxattr(inode, Name.of(name));
    }

    void set(Inode inode, String name, byte[] value, int flags) {
        check(inode, name, true);
        calls.setxattr(inode, Name.of(name), value, flags);
    }

    List<Name> list(Inode inode) {
        return calls.listxattr(inode);
    }

    void remove(Inode inode, String name) {
        check(inode, name, true);
        calls.removexattr(inode, Name.of(name));
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

    private static void require(boolean condition, Errno otherwise) {
        if (!condition) {
            throw FuseException.of(otherwise);
        }
    }
}
