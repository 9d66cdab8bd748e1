package org.hexfuse.vfs;

import static org.hexfuse.vfs.Checks.require;

import java.util.function.BiFunction;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;

/**
 * What making and taking a name needs whatever the filesystem is. Each method goes by a walk of its caller's, which holds what
 * it returns.
 *
 * <p>Source: Linux {@code fs/namei.c} ({@code filename_create}, {@code do_unlinkat}, {@code do_rmdir}).
 */
final class NamePolicy {
    private static final int PERMISSIONS = 07777;
    private static final int DIRECTORY_PERMISSIONS = 01777;

    private final NameRequests calls;
    private final Permissions permissions;
    private final Credentials who;

    NamePolicy(NameRequests calls, Permissions permissions, Credentials who) {
        this.calls = calls;
        this.permissions = permissions;
        this.who = who;
    }

    /**
     * Makes a name where there is none.
     *
     * @param isDirectory whether it is to be a directory's, which alone may end with a slash
     * @param make makes it, in that directory, and returns what it leads to, held
     */
    Inode create(PathWalk walk, String path, boolean isDirectory, BiFunction<Inode, Name, Inode> make) {
        Inode directory = walk.toParent(path);
        require(walk.hasLast(), Errno.EEXIST);
        require(walk.childIfThere(true).isEmpty(), Errno.EEXIST);
        require(isDirectory || !walk.isDirectoryWanted(), Errno.ENOENT);
        permissions.create(directory);
        return walk.keep(make.apply(directory, walk.last()));
    }

    Inode mkdir(PathWalk walk, String path, int mode) {
        return create(walk, path, true,
                (directory, name) -> calls.mkdir(directory, name, mode & DIRECTORY_PERMISSIONS));
    }

    Inode mknod(PathWalk walk, String path, int mode, int device) {
        FileType type = (mode & FileType.MODE_MASK) == 0
                ? FileType.REGULAR
                : FileType.ofMode(mode).orElseThrow(() -> FuseException.of(Errno.EINVAL));
        require(type != FileType.DIRECTORY, Errno.EPERM);
        require(type != FileType.SYMLINK, Errno.EINVAL);
        boolean isDevice = type == FileType.CHARACTER_DEVICE || type == FileType.BLOCK_DEVICE;
        // Overlays of anybody's have whiteouts.
        boolean isWhiteout = type == FileType.CHARACTER_DEVICE && device == 0;
        return create(walk, path, false, (directory, name) -> {
            require(!isDevice || isWhiteout || who.isRoot(), Errno.EPERM);
            return calls.mknod(directory, name,
                    permissions.newMode(directory, type.mode() | (mode & PERMISSIONS)), isDevice ? device : 0);
        });
    }

    Inode symlink(PathWalk walk, String path, Name target) {
        require(target.length() > 0, Errno.ENOENT);
        return create(walk, path, false, (directory, name) -> calls.symlink(directory, name, target));
    }

    Inode link(PathWalk walk, String path, Inode target) {
        return create(walk, path, false, (directory, name) -> {
            require(!target.isDirectory(), Errno.EPERM);
            return calls.link(target, directory, name);
        });
    }

    Inode link(PathWalk walk, String path, OpenFile target) {
        return create(walk, path, false, (directory, name) -> target.link(directory, name, calls));
    }

    Inode unlink(PathWalk walk, String path) {
        Inode directory = walk.toParent(path);
        require(walk.hasLast(), Errno.EISDIR);
        Inode victim = walk.child(walk.last());
        require(!walk.isDirectoryWanted() || victim.isDirectory(), Errno.ENOTDIR);
        permissions.delete(directory, victim);
        require(!victim.isDirectory(), Errno.EISDIR);
        calls.unlink(directory, walk.last(), victim);
        return victim;
    }

    Inode rmdir(PathWalk walk, String path) {
        Inode directory = walk.toParent(path);
        require(!walk.last().is(".."), Errno.ENOTEMPTY);
        require(walk.hasLast(), path.replace("/", "").isEmpty() ? Errno.EBUSY : Errno.EINVAL);
        Inode victim = walk.child(walk.last());
        permissions.delete(directory, victim);
        require(victim.isDirectory(), Errno.ENOTDIR);
        calls.rmdir(directory, walk.last(), victim);
        return victim;
    }
}
