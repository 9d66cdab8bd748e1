package org.hexfuse.examples.memory;

import java.util.Optional;
import org.hexfuse.posix.Timespec;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.SetxattrFlag;
import org.hexfuse.posix.AccessControlList;
import org.hexfuse.server.Operation;
import org.hexfuse.server.RemoveXattr;
import org.hexfuse.server.SetXattr;

/**
 * Access control lists as extended attributes.
 *
 * <p>For a kernel that does not check by lists there are none. Such a kernel checks by the mode, whose group bits are the mask,
 * so it would grant the group more than the list does.
 *
 * <p>Source: Linux {@code fs/fuse/acl.c}, {@code fs/posix_acl.c}.
 */
final class Lists {
    private Lists() {}

    /** Whether an extended attribute is a list. */
    static boolean has(Name name) {
        return name.equals(AccessControlList.ACCESS) || name.equals(AccessControlList.DEFAULT);
    }

    /** EOPNOTSUPP for a kernel that does not check by lists. */
    static void check(Operation<?> op) {
        if (!op.session().has(InitFlag.POSIX_ACL)) {
            throw FuseException.of(Errno.EOPNOTSUPP);
        }
    }

    /** Sets a list, or removes it if the new one is empty. */
    static void set(SetXattr op, Inode inode, Timespec now) {
        check(op);
        Optional<AccessControlList> list = AccessControlList.parse(op.value());
        if (op.name().equals(AccessControlList.ACCESS)) {
            inode.setAccessList(list, dropsSetGid(op, inode), now);
        } else {
            inode.setListForChildren(list, now);
        }
    }

    /** Without CREATE_SUPP_GROUP supplementary groups are unknown; such a caller counts as no member. */
    private static boolean dropsSetGid(SetXattr op, Inode inode) {
        return op.session().has(InitFlag.SETXATTR_EXT)
                ? op.has(SetxattrFlag.ACL_KILL_SGID)
                : op.uid() != 0 && op.gid() != inode.owner().gid();
    }

    static void remove(RemoveXattr op, Inode inode, Timespec now) {
        check(op);
        if (op.name().equals(AccessControlList.ACCESS)) {
            inode.setAccessList(Optional.empty(), false, now);
        } else {
            inode.setListForChildren(Optional.empty(), now);
        }
    }
}
