package org.hexfuse.vfs;

import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.AccessControlList;

/**
 * What one user may do. With {@code default_permissions} owner, group and mode decide here; otherwise the filesystem does,
 * but for what no kernel leaves to it.
 *
 * <p>Source: Linux {@code fs/fuse/dir.c} ({@code fuse_permission}), {@code fs/namei.c}, {@code fs/attr.c}.
 */
final class Permissions {
    static final int EXECUTE = 1;
    static final int WRITE = 2;
    static final int READ = 4;
    private static final int ANY_EXECUTE = 0111;
    private static final int STICKY = 01000;
    private static final int SET_UID = 04000;
    private static final int SET_GID = 02000;
    private static final int GROUP_EXECUTE = 010;
    /** What the mask shows in: without any of it a list allows no more than the mode. */
    private static final int GROUP_CLASS = 070;

    private final Superblock superblock;
    private final Credentials who;
    private final NodeRequests calls;
    private final XattrRequests xattrs;

    Permissions(Superblock superblock, Credentials who, NodeRequests calls, XattrRequests xattrs) {
        this.superblock = superblock;
        this.who = who;
        this.calls = calls;
        this.xattrs = xattrs;
    }

    private static FuseException denied(Errno errno) {
        return FuseException.of(errno);
    }

    /** Whether the user may use the mount at all. */
    void enter() {
        Credentials owner = superblock.options.credentials();
        if (!superblock.options.allowOther() && (who.uid() != owner.uid() || who.gid() != owner.gid())) {
            throw denied(Errno.EACCES);
        }
    }

    /** EACCES unless the mode allows it. */
    void check(Inode inode, int mask) {
        checkReadOnly(inode, mask);
        if (!superblock.checksPermissions() || (who.isRoot() && inode.isDirectory())) {
            return;
        }
        // What is cached may have become more generous.
        if (!allows(inode, calls.attributes(inode), mask) && !allows(inode, calls.getattr(inode), mask)) {
            throw denied(Errno.EACCES);
        }
    }

    /** EROFS where something would be changed on a mount that is read-only; devices and pipes are not on it. */
    private void checkReadOnly(Inode inode, int mask) {
        if ((mask & WRITE) != 0 && superblock.options.readOnly()
                && (inode.isDirectory() || inode.type == FileType.REGULAR || inode.type == FileType.SYMLINK)) {
            throw denied(Errno.EROFS);
        }
    }

    /** Whether every directory may be searched, so that a walk needs no attributes. */
    boolean searchesAll() {
        return who.isRoot() || !superblock.checksPermissions();
    }

    private boolean allows(Inode inode, Stat file, int mask) {
        if (who.isRoot()) {
            return (mask & EXECUTE) == 0 || file.isDirectory() || (file.mode() & ANY_EXECUTE) != 0;
        }
        int bits = file.mode();
        if (who.uid() != file.uid() && superblock.checksLists() && (bits & GROUP_CLASS) != 0) {
            Optional<AccessControlList> list = xattrs.accessList(inode, file);
            if (list.isPresent()) {
                return list.get().allows(who.uid(), who::isIn, file.uid(), file.gid(), mask);
            }
        }
        if (who.uid() == file.uid()) {
            bits >>>= 6;
        } else if (who.isIn(file.gid())) {
            bits >>>= 3;
        }
        return (bits & mask) == mask;
    }

    /** Answers {@code access(2)}. */
    void access(Inode inode, int mask) {
        if (superblock.checksPermissions()) {
            check(inode, mask);
            return;
        }
        checkReadOnly(inode, mask);
        if ((mask & EXECUTE) != 0 && !inode.isDirectory()
                && (calls.attributes(inode).mode() & ANY_EXECUTE) == 0) {
            throw denied(Errno.EACCES);
        }
        calls.access(inode, mask);
    }

    /** Whether a name may be made in a directory. */
    void create(Inode directory) {
        check(directory, WRITE | EXECUTE);
    }

    /**
     * The mode that a new file has, the umask aside: who is not in the group of a directory that hands its group down makes
     * no program there that runs as that group.
     */
    int newMode(Inode directory, int mode) {
        if ((mode & (SET_GID | GROUP_EXECUTE)) != (SET_GID | GROUP_EXECUTE) || who.isRoot()) {
            return mode;
        }
        Stat there = calls.attributes(directory);
        return (there.mode() & SET_GID) == 0 || who.isIn(there.gid()) ? mode : mode & ~SET_GID;
    }

    /** Whether the name of {@code victim} may be taken out of a directory. */
    void delete(Inode directory, Inode victim) {
        check(directory, WRITE | EXECUTE);
        if (who.isRoot()) {
            return;
        }
        Stat there = calls.attributes(directory);
        if ((there.mode() & STICKY) != 0 && there.uid() != who.uid()
                && calls.attributes(victim).uid() != who.uid()) {
            throw denied(Errno.EPERM);
        }
    }

    /** Whether the user may change the mode, or set times to what they like; and the mode that comes of it. */
    int changeMode(Inode inode, int mode) {
        owner(inode);
        boolean keepsGroup = !superblock.checksPermissions() || who.isRoot()
                || who.isIn(calls.attributes(inode).gid());
        return keepsGroup ? mode : mode & ~SET_GID;
    }

    /** Whether set-group-id goes from a file when this user changes what others may do with it. */
    boolean losesSetGid(Inode inode) {
        return !who.isRoot() && !who.isIn(calls.attributes(inode).gid());
    }

    /** EPERM for all but the owner and root. */
    void owner(Inode inode) {
        if (superblock.checksPermissions() && !who.isRoot() && calls.attributes(inode).uid() != who.uid()) {
            throw denied(Errno.EPERM);
        }
    }

    /** EPERM for all but the owner and root in any case: for what no kernel leaves to the filesystem. */
    void ownerAlways(Inode inode) {
        if (!who.isRoot() && calls.attributes(inode).uid() != who.uid()) {
            throw denied(Errno.EPERM);
        }
    }

    /** EPERM for all but the owner and root, in any case, if a directory is sticky. */
    void notSticky(Inode directory) {
        if ((calls.attributes(directory).mode() & STICKY) != 0) {
            ownerAlways(directory);
        }
    }

    /** Whether the user may give a file to others: an owner may give it to one of the owner's groups. */
    void changeOwner(Inode inode, int uid, int gid) {
        if (!superblock.checksPermissions() || who.isRoot()) {
            return;
        }
        Stat file = calls.attributes(inode);
        if (file.uid() != who.uid() || (uid != -1 && uid != file.uid())
                || (gid != -1 && gid != file.gid() && !who.isIn(gid))) {
            throw denied(Errno.EPERM);
        }
    }

    /** Whether the user may set times to now: whoever owns or may write. */
    void touch(Inode inode) {
        if (superblock.checksPermissions() && !who.isRoot() && calls.attributes(inode).uid() != who.uid()) {
            check(inode, WRITE);
        }
    }

    /** Whether set-user-id and set-group-id go when this user writes to a file. */
    boolean killsSetId(Inode inode) {
        return !who.isRoot() && clearsSetId(inode.attributes.mode());
    }

    /** Whether {@code mode} has set-user-id, or set-group-id that means what it says. */
    static boolean clearsSetId(int mode) {
        return (mode & SET_UID) != 0 || (mode & (SET_GID | GROUP_EXECUTE)) == (SET_GID | GROUP_EXECUTE);
    }

    /** The permissions without them. */
    static int withoutSetId(int mode) {
        int permissions = mode & 07777 & ~SET_UID;
        return (mode & GROUP_EXECUTE) == 0 ? permissions : permissions & ~SET_GID;
    }
}
