package org.hexfuse.vfs;

import static org.hexfuse.vfs.Checks.require;

import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.posix.RenameFlags;

/** What {@code rename(2)} forbids whatever the filesystem is. Source: Linux {@code fs/namei.c}. */
final class RenamePolicy {
    private final AttributeCache attributes;
    private final NameRequests calls;
    private final Permissions permissions;

    RenamePolicy(AttributeCache attributes, NameRequests calls, Permissions permissions) {
        this.attributes = attributes;
        this.calls = calls;
        this.permissions = permissions;
    }

    /** Gives what one walk leads to the name that another leads to. */
    Inode rename(PathWalk source, Inode from, PathWalk target, Inode to, int flags) {
        boolean exchange = (flags & RenameFlags.EXCHANGE) != 0;
        require(source.hasLast(), Errno.EBUSY);
        require(target.hasLast(), (flags & RenameFlags.NOREPLACE) == 0 ? Errno.EBUSY : Errno.EEXIST);
        Inode moved = source.child(source.last());
        Optional<Inode> replaced = target.childIfThere(true);
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
        checkMoves(from, moved, to, replaced, exchange);
        calls.rename(from, source.last(), to, target.last(), flags, exchange);
        attributes.changed(moved);
        calls.changed(moved);
        replaced.ifPresent(other -> {
            other.removed = other.isDirectory() && !exchange;
            attributes.changed(other);
        });
        return moved;
    }

    /** Whether the user may, and whether like replaces like. */
    private void checkMoves(Inode from, Inode moved, Inode to, Optional<Inode> replaced, boolean exchange) {
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
            newParent(moved);
            replaced.filter(_ -> exchange).ifPresent(this::newParent);
        }
    }

    /** A directory's ".." is in it. */
    private void newParent(Inode moved) {
        if (moved.isDirectory()) {
            permissions.check(moved, Permissions.WRITE);
        }
    }
}
