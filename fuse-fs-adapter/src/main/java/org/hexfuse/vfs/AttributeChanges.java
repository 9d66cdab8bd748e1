package org.hexfuse.vfs;

import static org.hexfuse.vfs.Checks.require;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;

/**
 * Changes of attributes, as far as a user may make them, with what goes along with them.
 *
 * <p>Source: Linux {@code fs/attr.c}, {@code fs/fuse/dir.c} ({@code fuse_setattr}).
 */
final class AttributeChanges {
    private final Superblock superblock;
    private final NodeRequests calls;
    private final Permissions permissions;

    AttributeChanges(Superblock superblock, NodeRequests calls, Permissions permissions) {
        this.superblock = superblock;
        this.calls = calls;
        this.permissions = permissions;
    }

    void chmod(Inode inode, int mode) {
        calls.setattr(inode, new AttributeChange().mode(inode.type.mode() | permissions.changeMode(inode, mode)));
    }

    void truncate(Inode inode, long size) {
        require(!inode.isDirectory(), Errno.EISDIR);
        require(inode.type == FileType.REGULAR, Errno.EINVAL);
        permissions.check(inode, Permissions.WRITE);
        calls.setattr(inode, truncation(inode, size));
    }

    void chown(Inode inode, int uid, int gid) {
        permissions.changeOwner(inode, uid, gid);
        var change = new AttributeChange();
        if (uid != -1) {
            change.uid(uid);
        }
        if (gid != -1) {
            change.gid(gid);
        }
        if (!inode.isDirectory()) {
            killSetId(inode, change, calls.attributes(inode).mode());
        }
        if (!change.isEmpty()) {
            calls.setattr(inode, change);
        }
    }

    /** Set-user-id and set-group-id go with a change; whose business that is was settled by INIT. */
    private void killSetId(Inode inode, AttributeChange change, int mode) {
        if (superblock.dropsSetIdWhenTold()) {
            change.killSetId();
        } else if (!superblock.dropsSetIdItself() && Permissions.clearsSetId(mode)) {
            change.mode(inode.type.mode() | Permissions.withoutSetId(mode));
        }
    }

    /** The change of a size, and of what goes with it. */
    AttributeChange truncation(Inode inode, long size) {
        var change = new AttributeChange().size(size);
        if (permissions.killsSetId(inode)) {
            killSetId(inode, change, calls.attributes(inode).mode());
        }
        return change;
    }

    void utimens(Inode inode, Timestamp accessed, Timestamp modified) {
        var change = new AttributeChange().accessed(accessed).modified(modified);
        if (change.isEmpty()) {
            return;
        }
        if (accessed.equals(Timestamp.NOW) && modified.equals(Timestamp.NOW)) {
            permissions.touch(inode);
        } else {
            permissions.owner(inode);
        }
        calls.setattr(inode, change);
    }
}
