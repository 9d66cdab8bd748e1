package org.hexfuse.vfs.path;

import static org.hexfuse.vfs.request.Checks.require;

import java.util.function.BiFunction;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.LinkIn;
import org.hexfuse.abi.MkdirIn;
import org.hexfuse.abi.MknodIn;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.Request;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.inode.NodeRequests;
import org.hexfuse.vfs.inode.Permissions;
import org.hexfuse.vfs.mount.Mount;
import org.hexfuse.vfs.mount.Superblock;
import org.hexfuse.vfs.request.CreationContext;

/**
 * {@code mknod(2)}, {@code mkdir(2)}, {@code symlink(2)}, {@code link(2)}, {@code unlink(2)} and {@code rmdir(2)} for one user: checks
 * the path and the permissions, sends the request, checks the reply, and updates dentries and attributes.
 *
 * <p>Source: Linux {@code fs/namei.c} ({@code filename_create}, {@code do_unlinkat}, {@code do_rmdir}), {@code fs/fuse/dir.c}.
 */
public final class DirectoryChanges {
    private static final int PERMISSIONS = 07777;
    private static final int DIRECTORY_PERMISSIONS = 01777;

    private final Superblock superblock;
    private final Permissions permissions;
    private final Credentials credentials;
    private final Caller caller;
    private final CreationContext context;

    /** For one user. */
    public DirectoryChanges(Superblock superblock, Permissions permissions, Credentials credentials) {
        this.superblock = superblock;
        this.permissions = permissions;
        this.credentials = credentials;
        this.caller = credentials.caller();
        this.context = new CreationContext(superblock.port, credentials);
    }

    /** The mount. */
    public Mount mount() {
        return permissions.mount();
    }

    /**
     * Creates a name; EEXIST if there is one.
     *
     * @param isDirectory whether it is to be a directory's, for which the path may end with a slash
     * @param request creates it in that directory and returns its inode, with a reference that the walk takes over
     */
    public Inode create(PathWalk walk, String path, boolean isDirectory, BiFunction<Inode, Name, Inode> request) {
        Inode directory = walk.toParent(path);
        require(walk.hasLast(), Errno.EEXIST);
        require(walk.childIfPresent(true).isEmpty(), Errno.EEXIST);
        require(isDirectory || !walk.isDirectoryWanted(), Errno.ENOENT);
        permissions.create(directory);
        return walk.keep(request.apply(directory, walk.last()));
    }

    /** {@code mkdir(2)}. */
    public Inode mkdir(PathWalk walk, String path, int mode) {
        return create(walk, path, true, (directory, name) -> mkdir(directory, name, mode & DIRECTORY_PERMISSIONS));
    }

    /** {@code mknod(2)}; without a type in {@code mode} of a regular file. */
    public Inode mknod(PathWalk walk, String path, int mode, int device) {
        FileType type = (mode & FileType.MODE_MASK) == 0
                ? FileType.REGULAR
                : FileType.ofMode(mode).orElseThrow(() -> FuseException.of(Errno.EINVAL));
        require(type != FileType.DIRECTORY, Errno.EPERM);
        require(type != FileType.SYMLINK, Errno.EINVAL);
        boolean isDevice = type == FileType.CHARACTER_DEVICE || type == FileType.BLOCK_DEVICE;
        // Any user may create a whiteout, for an overlay.
        boolean isWhiteout = type == FileType.CHARACTER_DEVICE && device == 0;
        return create(walk, path, false, (directory, name) -> {
            require(!isDevice || isWhiteout || permissions.isRoot(), Errno.EPERM);
            return mknod(directory, name, permissions.newMode(directory, type.mode() | (mode & PERMISSIONS)),
                    isDevice ? device : 0);
        });
    }

    /** {@code symlink(2)}. */
    public Inode symlink(PathWalk walk, String path, Name target) {
        require(target.length() > 0, Errno.ENOENT);
        return create(walk, path, false, (directory, name) -> symlink(directory, name, target));
    }

    /** {@code link(2)}. */
    public Inode link(PathWalk walk, String path, Inode target) {
        return create(walk, path, false, (directory, name) -> {
            require(!target.isDirectory(), Errno.EPERM);
            return link(target, directory, name);
        });
    }

    /** {@code unlink(2)}. */
    public Inode unlink(PathWalk walk, String path) {
        Inode directory = walk.toParent(path);
        require(walk.hasLast(), Errno.EISDIR);
        Inode victim = walk.child(walk.last());
        require(!walk.isDirectoryWanted() || victim.isDirectory(), Errno.ENOTDIR);
        permissions.delete(directory, victim);
        require(!victim.isDirectory(), Errno.EISDIR);
        remove(Opcode.UNLINK, directory, walk.last(), victim);
        return victim;
    }

    /** {@code rmdir(2)}. */
    public Inode rmdir(PathWalk walk, String path) {
        Inode directory = walk.toParent(path);
        require(!walk.last().is(".."), Errno.ENOTEMPTY);
        require(walk.hasLast(), path.replace("/", "").isEmpty() ? Errno.EBUSY : Errno.EINVAL);
        Inode victim = walk.child(walk.last());
        permissions.delete(directory, victim);
        require(victim.isDirectory(), Errno.ENOTDIR);
        remove(Opcode.RMDIR, directory, walk.last(), victim);
        victim.markRemoved();
        return victim;
    }

    /** MKNOD. Returns the inode with a reference for the caller. */
    public Inode mknod(Inode directory, Name name, int mode, int device) {
        superblock.checkLength(name);
        long version = superblock.attributes.version();
        try (Request request = superblock.request(Opcode.MKNOD, directory, caller)) {
            MknodIn.MODE.set(request.arguments(), context.masked(mode));
            MknodIn.RDEV.set(request.arguments(), device);
            MknodIn.UMASK.set(request.arguments(), credentials.umask());
            return call(directory, name, context.extend(request.name(name), directory),
                    FileType.ofMode(mode).orElseThrow(), version);
        }
    }

    private Inode mkdir(Inode directory, Name name, int mode) {
        superblock.checkLength(name);
        long version = superblock.attributes.version();
        try (Request request = superblock.request(Opcode.MKDIR, directory, caller)) {
            MkdirIn.MODE.set(request.arguments(), context.masked(mode));
            MkdirIn.UMASK.set(request.arguments(), credentials.umask());
            return call(directory, name, context.extend(request.name(name), directory), FileType.DIRECTORY,
                    version);
        }
    }

    private Inode symlink(Inode directory, Name name, Name target) {
        superblock.checkLength(name);
        require(target.length() <= NodeRequests.MAX_TARGET, Errno.ENAMETOOLONG);
        long version = superblock.attributes.version();
        try (Request request = superblock.request(Opcode.SYMLINK, directory, caller).name(name).name(target)) {
            return call(directory, name, context.extend(request, directory), FileType.SYMLINK, version);
        }
    }

    /** LINK. Returns the inode of the new name with a reference for the caller. */
    public Inode link(Inode target, Inode directory, Name name) {
        superblock.checkLength(name);
        superblock.unsupported.require(Opcode.LINK, Errno.EPERM);
        long version = superblock.attributes.version();
        try (Request request = superblock.request(Opcode.LINK, directory, caller)) {
            LinkIn.OLDNODEID.set(request.arguments(), target.usableNodeId());
            Inode inode = call(directory, name, request.name(name), target.type(), version);
            // The attributes of the reply are the target's, with the new nlink.
            superblock.writeBack.changed(target, caller);
            return inode;
        } catch (FuseException e) {
            if (e.errno() == Errno.EINTR) {
                // The server may have made the link.
                superblock.attributes.invalidate(target);
            }
            throw superblock.unsupported.translate(Opcode.LINK, e, Errno.EPERM);
        }
    }

    private Inode call(Inode directory, Name name, Request request, FileType type, long version) {
        try {
            superblock.port.call(request);
        } catch (FuseException e) {
            if (e.errno() == Errno.EEXIST) {
                superblock.dentries.invalidate(directory, name);
            }
            throw e;
        }
        return superblock.dentries.enterCreated(directory, name, superblock.createdEntry(request, type), version);
    }

    private void remove(Opcode opcode, Inode directory, Name name, Inode victim) {
        try (Request request = superblock.request(opcode, directory, caller).name(name)) {
            superblock.port.call(request);
        } catch (FuseException e) {
            if (mayHaveSucceeded(e)) {
                superblock.dentries.invalidate(directory, name);
            }
            throw e;
        }
        superblock.dentries.removed(directory, name);
        superblock.attributes.unlinked(victim);
        superblock.writeBack.changed(victim, caller);
    }

    /** Whether a change may have been made although it failed, so that names are looked up again. */
    static boolean mayHaveSucceeded(FuseException e) {
        return e.errno() == Errno.EINTR || e.errno() == Errno.ENOENT;
    }
}
