package org.hexfuse.vfs.inode;

import static org.hexfuse.vfs.request.Checks.require;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.vfs.Timestamp;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.mount.Superblock;
import org.hexfuse.vfs.request.SetattrArguments;

/**
 * {@code chmod(2)}, {@code chown(2)}, {@code truncate(2)} and {@code utimensat(2)} for one user: checks permissions, and clears
 * set-user-id and set-group-id where the call does.
 *
 * <p>Source: Linux {@code fs/attr.c}, {@code fs/fuse/dir.c} ({@code fuse_setattr}).
 */
public final class AttributeChanges {
    private final Superblock superblock;
    private final NodeRequests requests;
    private final Permissions permissions;

    /** For the user of {@code requests} and {@code permissions}. */
    public AttributeChanges(Superblock superblock, NodeRequests requests, Permissions permissions) {
        this.superblock = superblock;
        this.requests = requests;
        this.permissions = permissions;
    }

    /** {@code chmod(2)}. */
    public void chmod(Inode inode, int mode) {
        requests.setattr(inode, new SetattrArguments().mode(inode.type().mode() | permissions.changeMode(inode, mode)));
    }

    /** {@code truncate(2)}. */
    public void truncate(Inode inode, long size) {
        require(!inode.isDirectory(), Errno.EISDIR);
        require(inode.type() == FileType.REGULAR, Errno.EINVAL);
        permissions.check(inode, Permissions.WRITE);
        requests.setattr(inode, truncation(inode, size));
    }

    /** {@code chown(2)}; -1 leaves an id as it is. */
    public void chown(Inode inode, int uid, int gid) {
        permissions.changeOwner(inode, uid, gid);
        var arguments = new SetattrArguments();
        if (uid != -1) {
            arguments.uid(uid);
        }
        if (gid != -1) {
            arguments.gid(gid);
        }
        if (!inode.isDirectory()) {
            killSuidgid(inode, arguments, requests.attributes(inode).mode());
        }
        if (!arguments.isEmpty()) {
            requests.setattr(inode, arguments);
        }
    }

    /** Clears set-user-id and set-group-id: by FATTR_KILL_SUIDGID, by the mode, or not at all if the server always does it. */
    private void killSuidgid(Inode inode, SetattrArguments arguments, int mode) {
        if (superblock.serverKillsSuidgidOnRequest()) {
            arguments.killSuidgid();
        } else if (!superblock.serverKillsSuidgid() && Permissions.hasSuidgid(mode)) {
            arguments.mode(inode.type().mode() | Permissions.withoutSuidgid(mode));
        }
    }

    /** The SETATTR of a truncation. */
    public SetattrArguments truncation(Inode inode, long size) {
        var arguments = new SetattrArguments().size(size);
        if (permissions.killsSuidgid(inode)) {
            killSuidgid(inode, arguments, requests.attributes(inode).mode());
        }
        return arguments;
    }

    /** {@code utimensat(2)}. */
    public void utimens(Inode inode, Timestamp atime, Timestamp mtime) {
        var arguments = new SetattrArguments().atime(atime).mtime(mtime);
        if (arguments.isEmpty()) {
            return;
        }
        if (atime.equals(Timestamp.NOW) && mtime.equals(Timestamp.NOW)) {
            permissions.touch(inode);
        } else {
            permissions.owner(inode);
        }
        requests.setattr(inode, arguments);
    }
}
