package org.hexfuse.vfs.inode;

import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.cache.StatField;
import org.hexfuse.vfs.mount.Superblock;

import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.AccessControlList;

/**
 * What one user may do. With {@code default_permissions} owner, group, mode and access control list are checked here; otherwise
 * the server checks, except what the kernel always checks itself. A check throws EACCES, EPERM or EROFS.
 *
 * <p>Source: Linux {@code fs/fuse/dir.c} ({@code fuse_permission}), {@code fs/namei.c}, {@code fs/attr.c}.
 */
public final class Permissions {
    /** In a mask: search, of a directory. */
    public static final int EXECUTE = 1;
    /** In a mask. */
    public static final int WRITE = 2;
    /** In a mask. */
    public static final int READ = 4;
    private static final int ANY_EXECUTE = 0111;
    private static final int STICKY = 01000;
    private static final int SET_UID = 04000;
    private static final int SET_GID = 02000;
    private static final int GROUP_EXECUTE = 010;
    /** The mask of a list is in these bits: without any of them a list allows no more than the mode. */
    private static final int GROUP_CLASS = 070;

    private final Superblock superblock;
    private final Credentials credentials;
    private final NodeRequests requests;
    private final AccessLists accessLists;

    /** For one user, whose requests {@code requests} sends. */
    public Permissions(Superblock superblock, Credentials credentials, NodeRequests requests) {
        this.superblock = superblock;
        this.credentials = credentials;
        this.requests = requests;
        this.accessLists = new AccessLists(superblock, credentials.caller());
    }

    private static FuseException denied(Errno errno) {
        return FuseException.of(errno);
    }

    /** EACCES unless the user may use the mount: without {@code allow_other} its owner only. */
    public void enter() {
        Credentials owner = superblock.options.credentials();
        if (!superblock.options.allowOther()
                && (credentials.uid() != owner.uid() || credentials.gid() != owner.gid())) {
            throw denied(Errno.EACCES);
        }
    }

    /** EACCES unless mode and access control list allow the bits of {@code mask}. */
    public void check(Inode inode, int mask) {
        checkReadOnly(inode, mask);
        if (!superblock.checksPermissions() || (credentials.isRoot() && inode.isDirectory())) {
            return;
        }
        // A denial by cached attributes is checked against fresh ones.
        if (!allows(inode, requests.attributes(inode, StatField.PERMISSIONS), mask)
                && !allows(inode, requests.getattr(inode), mask)) {
            throw denied(Errno.EACCES);
        }
    }

    /** EROFS for a write on a read-only mount; devices and pipes may be written. */
    private void checkReadOnly(Inode inode, int mask) {
        if ((mask & WRITE) != 0 && superblock.options.readOnly()
                && (inode.isDirectory() || inode.type() == FileType.REGULAR || inode.type() == FileType.SYMLINK)) {
            throw denied(Errno.EROFS);
        }
    }

    /** Whether the user may search every directory, so that a path walk needs no attributes. */
    public boolean searchesAll() {
        return credentials.isRoot() || !superblock.checksPermissions();
    }

    private boolean allows(Inode inode, Stat file, int mask) {
        if (credentials.isRoot()) {
            return (mask & EXECUTE) == 0 || file.isDirectory() || (file.mode() & ANY_EXECUTE) != 0;
        }
        int bits = file.mode();
        if (credentials.uid() != file.uid() && superblock.checksAccessLists() && (bits & GROUP_CLASS) != 0) {
            Optional<AccessControlList> list = accessLists.get(inode);
            if (list.isPresent()) {
                return list.get().allows(credentials.uid(), credentials::isIn, file.uid(), file.gid(), mask);
            }
        }
        if (credentials.uid() == file.uid()) {
            bits >>>= 6;
        } else if (credentials.isIn(file.gid())) {
            bits >>>= 3;
        }
        return (bits & mask) == mask;
    }

    /** {@code access(2)}: checked here with {@code default_permissions}, else by ACCESS. */
    public void access(Inode inode, int mask) {
        if (superblock.checksPermissions()) {
            check(inode, mask);
            return;
        }
        checkReadOnly(inode, mask);
        if ((mask & EXECUTE) != 0 && !inode.isDirectory()
                && (requests.attributes(inode, StatField.PERMISSIONS).mode() & ANY_EXECUTE) == 0) {
            throw denied(Errno.EACCES);
        }
        requests.access(inode, mask);
    }

    /** Checks whether the user may create a name in a directory. */
    public void create(Inode directory) {
        check(directory, WRITE | EXECUTE);
    }

    /**
     * The mode of a new file before the umask: in a set-group-id directory it loses set-group-id if the creator is not a member
     * of the directory's group.
     */
    public int newMode(Inode directory, int mode) {
        if ((mode & (SET_GID | GROUP_EXECUTE)) != (SET_GID | GROUP_EXECUTE) || credentials.isRoot()) {
            return mode;
        }
        Stat there = requests.attributes(directory, StatField.PERMISSIONS);
        return (there.mode() & SET_GID) == 0 || credentials.isIn(there.gid()) ? mode : mode & ~SET_GID;
    }

    /** Checks whether the user may remove a name, that of {@code victim}, from a directory; sticky directories included. */
    public void delete(Inode directory, Inode victim) {
        check(directory, WRITE | EXECUTE);
        if (credentials.isRoot()) {
            return;
        }
        Stat there = requests.attributes(directory, StatField.PERMISSIONS);
        if ((there.mode() & STICKY) != 0 && there.uid() != credentials.uid()
                && requests.attributes(victim, StatField.PERMISSIONS).uid() != credentials.uid()) {
            throw denied(Errno.EPERM);
        }
    }

    /** Checks whether the user may change the mode. Returns the mode to set, without set-group-id for a user who is not in the group. */
    public int changeMode(Inode inode, int mode) {
        owner(inode);
        boolean keepsGroup = !superblock.checksPermissions() || credentials.isRoot()
                || credentials.isIn(requests.attributes(inode, StatField.PERMISSIONS).gid());
        return keepsGroup ? mode : mode & ~SET_GID;
    }

    /** Whether a file loses set-group-id when this user sets its access control list. */
    public boolean losesSetGid(Inode inode) {
        return !credentials.isRoot() && !credentials.isIn(requests.attributes(inode, StatField.PERMISSIONS).gid());
    }

    /** EPERM for any user but the owner and root, if permissions are checked here. */
    public void owner(Inode inode) {
        if (superblock.checksPermissions() && !credentials.isRoot()
                && requests.attributes(inode, StatField.PERMISSIONS).uid() != credentials.uid()) {
            throw denied(Errno.EPERM);
        }
    }

    /** EPERM for any user but the owner and root, in any case: the kernel always checks this itself. */
    public void ownerAlways(Inode inode) {
        if (!credentials.isRoot() && requests.attributes(inode, StatField.PERMISSIONS).uid() != credentials.uid()) {
            throw denied(Errno.EPERM);
        }
    }

    /** As {@link #ownerAlways} if a directory is sticky. */
    public void ownerIfSticky(Inode directory) {
        if ((requests.attributes(directory, StatField.PERMISSIONS).mode() & STICKY) != 0) {
            ownerAlways(directory);
        }
    }

    /** Checks a {@code chown(2)}: the owner may set the group to one of the owner's groups, root may do all. */
    public void changeOwner(Inode inode, int uid, int gid) {
        if (!superblock.checksPermissions() || credentials.isRoot()) {
            return;
        }
        Stat file = requests.attributes(inode, StatField.PERMISSIONS);
        if (file.uid() != credentials.uid() || (uid != -1 && uid != file.uid())
                || (gid != -1 && gid != file.gid() && !credentials.isIn(gid))) {
            throw denied(Errno.EPERM);
        }
    }

    /** Checks whether the user may set the times to now: the owner may, and users with write permission. */
    public void touch(Inode inode) {
        if (superblock.checksPermissions() && !credentials.isRoot()
                && requests.attributes(inode, StatField.PERMISSIONS).uid() != credentials.uid()) {
            check(inode, WRITE);
        }
    }

    /** Whether a file loses set-user-id and set-group-id when this user writes to it. */
    public boolean killsSuidgid(Inode inode) {
        return !credentials.isRoot() && hasSuidgid(inode.lastAttributes().mode());
    }

    /** Whether {@code mode} has set-user-id, or set-group-id with group execute. */
    public static boolean hasSuidgid(int mode) {
        return (mode & SET_UID) != 0 || (mode & (SET_GID | GROUP_EXECUTE)) == (SET_GID | GROUP_EXECUTE);
    }

    /** The permissions of {@code mode} without these. */
    public static int withoutSuidgid(int mode) {
        int permissions = mode & 07777 & ~SET_UID;
        return (mode & GROUP_EXECUTE) == 0 ? permissions : permissions & ~SET_GID;
    }
}
