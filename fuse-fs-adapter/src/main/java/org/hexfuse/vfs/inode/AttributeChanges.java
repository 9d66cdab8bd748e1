package org.hexfuse.vfs.inode;

import static org.hexfuse.vfs.request.Checks.require;

import java.util.OptionalLong;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.vfs.Stat;
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
    private final long processOwner;

    /**
     * For the user of {@code requests} and {@code permissions}.
     *
     * @param processOwner the lock owner id of the process
     */
    public AttributeChanges(Superblock superblock, NodeRequests requests, Permissions permissions, long processOwner) {
        this.processOwner = processOwner;
        this.superblock = superblock;
        this.requests = requests;
        this.permissions = permissions;
    }

    /** {@code chmod(2)}. */
    public void chmod(Inode inode, int mode) {
        permissions.change(inode);
        requests.setattr(inode, new SetattrArguments().mode(inode.type().mode() | permissions.changeMode(inode, mode)));
    }

    /** {@code truncate(2)}. */
    public void truncate(Inode inode, long size) {
        require(!inode.isDirectory(), Errno.EISDIR);
        require(inode.type() == FileType.REGULAR, Errno.EINVAL);
        permissions.check(inode, Permissions.WRITE);
        requests.setattr(inode, truncation(inode, size, OptionalLong.empty()).lockOwner(processOwner));
    }

    /** {@code chown(2)}; -1 leaves an id as it is. It clears set-user-id and set-group-id of files, also for root. */
    public void chown(Inode inode, int uid, int gid) {
        var arguments = permissions.changeOwner(inode, uid, gid);
        if (!inode.isDirectory()) {
            if (!superblock.serverKillsSuidgid()) {
                clearSuidgid(inode, arguments, OptionalLong.empty());
            } else if (superblock.serverKillsSuidgidOnRequest() && !arguments.isEmpty()) {
                arguments.killSuidgid();
            }
        }
        requests.setattr(inode, arguments);
    }

    /** Adds the mode without set-user-id and set-group-id to a SETATTR, by fresh attributes, if the file has them. */
    private void clearSuidgid(Inode inode, SetattrArguments arguments, OptionalLong fh) {
        Stat fresh = fh.isPresent() ? requests.getattr(inode, fh.getAsLong()) : requests.getattr(inode);
        int mode = fresh.mode();
        if (Permissions.hasSuidgid(mode)) {
            arguments.mode(inode.type().mode() | Permissions.withoutSuidgid(mode));
        }
    }

    /**
     * The SETATTR of a truncation; EFBIG if it extends the file beyond the limit. By a caller without CAP_FSETID it clears set-user-id and
     * set-group-id.
     *
     * @param fh the file handle, of an open file
     */
    public SetattrArguments truncation(Inode inode, long size, OptionalLong fh) {
        permissions.extend(inode, size);
        var arguments = new SetattrArguments().size(size);
        if (superblock.serverKillsSuidgidOnRequest()) {
            if (!permissions.isRoot()) {
                // Whatever mode is cached: the server knows the present one.
                arguments.killSuidgid();
            }
        } else if (!superblock.serverKillsSuidgid() && permissions.killsSuidgid(inode)) {
            clearSuidgid(inode, arguments, fh);
        }
        return arguments;
    }

    /**
     * The content of a file is about to be changed through the page cache: by a caller without CAP_FSETID that clears set-user-id and
     * set-group-id. The SETATTR is empty, and brings fresh attributes, if the server does it.
     */
    public void modified(Inode inode) {
        if (permissions.killsSuidgid(inode)) {
            var arguments = new SetattrArguments();
            if (!superblock.serverKillsSuidgid()) {
                clearSuidgid(inode, arguments, OptionalLong.empty());
            }
            requests.setattr(inode, arguments);
        }
    }

    /** {@code utimensat(2)}. */
    public void utimens(Inode inode, Timestamp atime, Timestamp mtime) {
        var arguments = new SetattrArguments().atime(atime).mtime(mtime);
        if (arguments.isEmpty()) {
            return;
        }
        permissions.change(inode);
        if (atime.equals(Timestamp.NOW) && mtime.equals(Timestamp.NOW)) {
            permissions.touch(inode);
        } else {
            permissions.owner(inode);
        }
        requests.setattr(inode, arguments);
    }
}
