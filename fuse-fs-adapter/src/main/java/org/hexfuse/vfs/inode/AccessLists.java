package org.hexfuse.vfs.inode;

import java.util.List;
import java.util.Optional;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.posix.AccessControlList;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.mount.Superblock;

/** The access control lists that permissions are checked against. Source: Linux {@code fs/fuse/acl.c}. */
record AccessLists(Superblock superblock, Caller caller) {
    /** The access control list of an inode, if it has one: the cached one, or that which the server sends. */
    Optional<AccessControlList> get(Inode inode) {
        Optional<Optional<AccessControlList>> cached = inode.accessList();
        if (cached.isPresent()) {
            return cached.get();
        }
        Object begun = inode.beginAccessList();
        Optional<AccessControlList> list = read(inode);
        inode.accessList(begun, list);
        return list;
    }

    /** E2BIG for a list of more than a page. */
    private Optional<AccessControlList> read(Inode inode) {
        if (superblock.unsupported.contains(Opcode.GETXATTR)) {
            return Optional.empty();
        }
        byte[] value;
        try {
            value = Xattrs.read(superblock, caller, Opcode.GETXATTR, inode, List.of(AccessControlList.ACCESS),
                    Xattrs.MAX_LIST);
        } catch (FuseException e) {
            if (superblock.unsupported.addIfEnosys(Opcode.GETXATTR, e)) {
                return Optional.empty();
            }
            if (e.errno() == Errno.ERANGE) {
                throw FuseException.of(Errno.E2BIG);
            }
            if (e.errno() == Errno.ENODATA || e.errno() == Errno.EOPNOTSUPP) {
                return Optional.empty();
            }
            throw e;
        }
        try {
            return AccessControlList.parse(value);
        } catch (FuseException _) {
            throw FuseException.of(Errno.EIO);
        }
    }
}
