package org.hexfuse.vfs;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;

/** What every kernel says of extended attributes before it asks. Source: {@code xattr(7)}, Linux {@code fs/xattr.c}. */
final class Xattrs {
    private static final int LONGEST_NAME = 255;

    private Xattrs() {}

    static boolean isUsers(String name) {
        return name.startsWith("user.");
    }

    static void check(Inode inode, String name, Credentials who, boolean changes) {
        int length = name.getBytes(UTF_8).length;
        if (length == 0 || length > LONGEST_NAME) {
            throw FuseException.of(Errno.ERANGE);
        }
        if (name.startsWith("trusted.") && !who.isRoot()) {
            throw FuseException.of(changes ? Errno.EPERM : Errno.ENODATA);
        }
        if (isUsers(name) && !inode.isDirectory() && inode.type != FileType.REGULAR) {
            throw FuseException.of(changes ? Errno.EPERM : Errno.ENODATA);
        }
    }
}
