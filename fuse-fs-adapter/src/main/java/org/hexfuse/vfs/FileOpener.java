package org.hexfuse.vfs;

import static org.hexfuse.vfs.Checks.require;

import java.util.Optional;
import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.posix.OpenFlags;

/**
 * What {@code open(2)} looks at before, and does after, a file is opened at the server.
 *
 * <p>Source: Linux {@code fs/namei.c} ({@code do_last}), {@code fs/fuse/dir.c} ({@code fuse_atomic_open}).
 */
final class FileOpener {
    private static final int PERMISSIONS = 07777;

    private final Superblock superblock;
    private final NodeRequests calls;
    private final OpenRequests files;
    private final Permissions permissions;
    private final AttributeChanges changes;

    FileOpener(Superblock superblock, NodeRequests calls, OpenRequests files, Permissions permissions,
            AttributeChanges changes) {
        this.superblock = superblock;
        this.calls = calls;
        this.files = files;
        this.permissions = permissions;
        this.changes = changes;
    }

    /** Opens what a path leads to, or makes it. */
    Handle open(PathWalk walk, String path, int mode, Set<OpenFlag> flags) {
        int bits = Access.of(flags);
        if (!flags.contains(OpenFlag.CREATE)) {
            return openExisting(walk.to(path, !flags.contains(OpenFlag.NO_FOLLOW)), bits, flags);
        }
        require(!flags.contains(OpenFlag.DIRECTORY), Errno.EINVAL);
        boolean follow = !flags.contains(OpenFlag.NO_FOLLOW) && !flags.contains(OpenFlag.EXCLUSIVE);
        Inode directory = walk.toParent(path);
        boolean again = false;
        while (true) {
            require(walk.hasLast() || !flags.contains(OpenFlag.EXCLUSIVE), Errno.EEXIST);
            require(walk.hasLast() && !walk.isDirectoryWanted(), Errno.EISDIR);
            Optional<Inode> there = walk.childIfThere(flags.contains(OpenFlag.EXCLUSIVE) || again);
            if (there.isEmpty()) {
                permissions.create(directory);
                try {
                    return files.create(directory, walk.last(), permissions.newMode(directory, mode & PERMISSIONS),
                            bits);
                } catch (FuseException e) {
                    // Somebody else was faster, whose file will do.
                    if (e.errno() != Errno.EEXIST || flags.contains(OpenFlag.EXCLUSIVE) || again) {
                        throw e;
                    }
                    again = true;
                    continue;
                }
            }
            require(!flags.contains(OpenFlag.EXCLUSIVE), Errno.EEXIST);
            if (there.get().type == FileType.SYMLINK && follow) {
                directory = walk.toParentOfTarget(there.get());
            } else {
                return openExisting(there.get(), bits, flags);
            }
        }
    }

    /** Opens a directory to read it. */
    Handle openDirectory(Inode inode) {
        require(inode.isDirectory(), Errno.ENOTDIR);
        permissions.check(inode, Permissions.READ);
        return files.open(inode, OpenFlags.DIRECTORY);
    }

    /** Makes and opens a regular file that has no name. */
    Handle tmpfile(Inode directory, int mode, int flags) {
        require(directory.isDirectory(), Errno.ENOTDIR);
        permissions.create(directory);
        return files.createUnnamed(directory, permissions.newMode(directory, mode & PERMISSIONS),
                flags | OpenFlags.TMPFILE);
    }

    private Handle openExisting(Inode inode, int bits, Set<OpenFlag> flags) {
        require(inode.isDirectory() || !flags.contains(OpenFlag.DIRECTORY), Errno.ENOTDIR);
        require(inode.type != FileType.SYMLINK, Errno.ELOOP);
        boolean writing = Access.isWriting(bits) || flags.contains(OpenFlag.TRUNCATE);
        require(!inode.isDirectory() || !(writing || flags.contains(OpenFlag.CREATE)), Errno.EISDIR);
        require(inode.isDirectory() || inode.type == FileType.REGULAR, Errno.ENXIO);
        permissions.check(inode, (Access.isReading(bits) ? Permissions.READ : 0)
                | (writing ? Permissions.WRITE : 0));
        if (flags.contains(OpenFlag.NO_ATIME)) {
            permissions.ownerAlways(inode);
        }
        Handle handle = files.open(inode, bits);
        if (flags.contains(OpenFlag.TRUNCATE)) {
            truncateOpened(handle);
        }
        return handle;
    }

    private void truncateOpened(Handle handle) {
        if (superblock.port.negotiated().has(InitFlag.ATOMIC_O_TRUNC)) {
            superblock.writeBack.truncated(handle.inode);
            return;
        }
        try {
            calls.setattr(handle.inode, changes.truncation(handle.inode, 0).lockOwner(handle));
        } catch (FuseException e) {
            handle.close();
            throw e;
        }
    }
}
