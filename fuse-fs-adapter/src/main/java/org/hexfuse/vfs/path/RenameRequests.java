package org.hexfuse.vfs.path;

import static org.hexfuse.vfs.request.Checks.require;

import java.util.Optional;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Rename2In;
import org.hexfuse.abi.RenameIn;
import org.hexfuse.device.Request;
import org.hexfuse.posix.RenameFlags;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.cache.StatField;
import org.hexfuse.vfs.inode.Permissions;
import org.hexfuse.vfs.mount.Superblock;

/**
 * {@code renameat2(2)} for one user: checks both paths and the permissions, sends RENAME or RENAME2, and moves the dentries.
 *
 * <p>Source: Linux {@code fs/namei.c} ({@code do_renameat2}, {@code vfs_rename}), {@code fs/fuse/dir.c}.
 */
public final class RenameRequests {
    private static final int RENAME2_MINOR = 23;

    private final Superblock superblock;
    private final Permissions permissions;
    private final Caller caller;

    /** For one user. */
    public RenameRequests(Superblock superblock, Permissions permissions, Credentials credentials) {
        this.superblock = superblock;
        this.permissions = permissions;
        this.caller = credentials.caller();
    }

    /**
     * Moves the last name of one walk to that of another.
     *
     * @param from the directory where the walk {@code source} stands
     * @param to the directory where the walk {@code target} stands
     * @param flags those of {@code renameat2(2)}
     */
    public Inode rename(PathWalk source, Inode from, PathWalk target, Inode to, int flags) {
        boolean exchange = (flags & RenameFlags.EXCHANGE) != 0;
        require(source.hasLast(), Errno.EBUSY);
        require(target.hasLast(), (flags & RenameFlags.NOREPLACE) == 0 ? Errno.EBUSY : Errno.EEXIST);
        Inode moved = source.child(source.last());
        Optional<Inode> replaced = target.childIfPresent(true);
        require(replaced.isPresent() || !exchange, Errno.ENOENT);
        require(replaced.isEmpty() || (flags & RenameFlags.NOREPLACE) == 0, Errno.EEXIST);
        require(moved.isDirectory() || !(source.isDirectoryWanted() || (target.isDirectoryWanted() && !exchange)),
                Errno.ENOTDIR);
        require(!target.passes(moved), Errno.EINVAL);
        if (replaced.isPresent()) {
            Inode other = replaced.get();
            require(!source.passes(other), exchange ? Errno.EINVAL : Errno.ENOTEMPTY);
            require(!exchange || !target.isDirectoryWanted() || other.isDirectory(), Errno.ENOTDIR);
            if (other == moved) {
                return moved;
            }
        }
        check(from, moved, to, replaced, exchange);
        call(from, source.last(), to, target.last(), flags, exchange);
        renamed(moved);
        replaced.ifPresent(exchange ? this::renamed : this::unlinked);
        return moved;
    }

    private void renamed(Inode inode) {
        superblock.attributes.invalidate(inode, StatField.CTIME);
        superblock.writeBack.changed(inode, caller);
    }

    private void unlinked(Inode replaced) {
        if (replaced.isDirectory()) {
            replaced.markRemoved();
        }
        superblock.attributes.unlinked(replaced);
        superblock.writeBack.changed(replaced, caller);
    }

    /** The permissions, and that only a directory replaces a directory. */
    private void check(Inode from, Inode moved, Inode to, Optional<Inode> replaced, boolean exchange) {
        permissions.delete(from, moved);
        if (replaced.isPresent()) {
            Inode other = replaced.get();
            permissions.delete(to, other);
            require(exchange || !moved.isDirectory() || other.isDirectory(), Errno.ENOTDIR);
            require(exchange || moved.isDirectory() || !other.isDirectory(), Errno.EISDIR);
        } else {
            permissions.create(to);
        }
        if (from != to) {
            checkNewParent(moved);
            replaced.filter(_ -> exchange).ifPresent(this::checkNewParent);
        }
    }

    /** A directory that moves to another parent is written: its ".." changes. */
    private void checkNewParent(Inode moved) {
        if (moved.isDirectory()) {
            permissions.check(moved, Permissions.WRITE);
        }
    }

    private void call(Inode from, Name oldName, Inode to, Name newName, int flags, boolean exchange) {
        superblock.checkLength(newName);
        long version = superblock.attributes.version();
        try {
            if (flags == 0) {
                rename(from, oldName, to, newName);
            } else {
                rename2(from, oldName, to, newName, flags);
            }
        } catch (FuseException e) {
            if (DirectoryChanges.mayHaveSucceeded(e)) {
                superblock.dentries.invalidate(from, oldName);
                superblock.dentries.invalidate(to, newName);
            }
            throw e;
        }
        superblock.dentries.renamed(from, oldName, to, newName, exchange, version);
    }

    private void rename(Inode from, Name oldName, Inode to, Name newName) {
        try (Request request = superblock.request(Opcode.RENAME, from, caller)) {
            RenameIn.NEWDIR.set(request.arguments(), to.usableNodeId());
            superblock.port.call(request.name(oldName).name(newName));
        }
    }

    private void rename2(Inode from, Name oldName, Inode to, Name newName, int flags) {
        superblock.unsupported.require(Opcode.RENAME2, Errno.EINVAL);
        require(superblock.minor() >= RENAME2_MINOR, Errno.EINVAL);
        // A whiteout is a created node, so the request carries uid and gid even with ALLOW_IDMAP.
        Request newRequest = (flags & RenameFlags.WHITEOUT) == 0 ? superblock.request(Opcode.RENAME2, from, caller)
                : superblock.port.newRequest(Opcode.RENAME2, from.usableNodeId(), caller);
        try (Request request = newRequest) {
            Rename2In.NEWDIR.set(request.arguments(), to.usableNodeId());
            Rename2In.FLAGS.set(request.arguments(), flags);
            superblock.port.call(request.name(oldName).name(newName));
        } catch (FuseException e) {
            throw superblock.unsupported.translate(Opcode.RENAME2, e, Errno.EINVAL);
        }
    }
}
