package org.hexfuse.vfs.inode;

import static org.hexfuse.vfs.request.Checks.require;

import java.util.OptionalLong;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.vfs.Timestamp;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.request.SetattrArguments;

/**
 * {@code chmod(2)}, {@code chown(2)}, {@code truncate(2)} and {@code utimensat(2)} for one user: checks permissions, and removes
 * the privileges of the file where the call does.
 *
 * <p>Source: Linux {@code fs/attr.c}, {@code fs/fuse/dir.c} ({@code fuse_setattr}).
 */
public final class AttributeChanges {
    private final NodeRequests requests;
    private final Permissions permissions;
    private final FilePrivileges privileges;
    private final long processOwner;

    /**
     * For the user of {@code requests}, {@code permissions} and {@code privileges}.
     *
     * @param processOwner the lock owner id of the process
     */
    public AttributeChanges(NodeRequests requests, Permissions permissions, FilePrivileges privileges,
            long processOwner) {
        this.processOwner = processOwner;
        this.requests = requests;
        this.permissions = permissions;
        this.privileges = privileges;
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
        permissions.requireWritable();
        requests.setattr(inode, privileges.removeBeforeChown(inode, uid, gid));
    }

    /**
     * The SETATTR of a truncation, for which the privileges of the file are removed; EFBIG if it extends the file beyond the limit.
     *
     * @param fh the file handle, of an open file
     */
    public SetattrArguments truncation(Inode inode, long size, OptionalLong fh) {
        var arguments = new SetattrArguments().size(size);
        privileges.removeBeforeTruncation(inode, size, arguments, fh);
        return arguments;
    }

    /**
     * The server has truncated a file when it opened it, and has to clear set-user-id and set-group-id itself: no SETATTR is sent, but all
     * that is sent before it.
     */
    public void truncatedByOpen(Inode inode, OptionalLong fh) {
        privileges.removeBeforeTruncation(inode, 0, new SetattrArguments(), fh);
    }

    /** The content of a file is about to be changed: its privileges are removed. */
    public void modified(Inode inode) {
        privileges.removeBeforeWrite(inode);
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
