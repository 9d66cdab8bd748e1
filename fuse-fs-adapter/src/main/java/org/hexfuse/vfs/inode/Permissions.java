package org.hexfuse.vfs.inode;

import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.MountRestrictions;
import org.hexfuse.vfs.cache.CommonAttributes;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.cache.StatField;
import org.hexfuse.vfs.mount.Mount;
import org.hexfuse.vfs.mount.Superblock;
import org.hexfuse.vfs.request.SetattrArguments;

import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.AccessControlList;

/**
 * What one user may do. With {@code default_permissions} owner, group, mode and access control list are checked here; otherwise
 * the server checks, except what the kernel always checks itself. A check throws EACCES, EPERM or EROFS.
 *
 * <p>Only {@link #check} requests attributes that have timed out. Whether the user is the owner or a member of the group, and whether a
 * directory is sticky, is found by the cached attributes, valid or not.
 *
 * <p>Source: Linux {@code fs/fuse/dir.c} ({@code fuse_permission}), {@code fs/namei.c} ({@code may_delete}), {@code fs/attr.c}
 * ({@code setattr_prepare}).
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

    private static final int INVALID_ID = -1;

    private final Mount mount;
    private final Superblock superblock;
    private final Credentials credentials;
    /** The same user with the ids that the filesystem has for them, to be compared with those of files. */
    private final Credentials ids;
    private final NodeRequests requests;
    private final AccessLists accessLists;

    /** For one user of a mount, whose requests {@code requests} sends. */
    public Permissions(Mount mount, Credentials credentials, NodeRequests requests) {
        this.mount = mount;
        this.superblock = mount.superblock;
        this.credentials = credentials;
        this.ids = mount.ids.inFilesystem(credentials);
        this.requests = requests;
        this.accessLists = new AccessLists(superblock, ids.caller());
    }

    /** The mount. */
    public Mount mount() {
        return mount;
    }

    /** Whether the user has the capabilities that no file is needed for: CAP_FSETID, CAP_MKNOD, CAP_SYS_ADMIN. */
    public boolean isRoot() {
        return credentials.isRoot();
    }

    /** Whether the user has capabilities over a file: root, if owner and group of the file are mapped. */
    private boolean isPrivileged(Inode inode) {
        return credentials.isRoot() && isMapped(inode);
    }

    private boolean isPrivileged(CommonAttributes file) {
        return credentials.isRoot() && mount.ids.maps(file.uid(), file.gid());
    }

    private boolean isMapped(Inode inode) {
        return mount.ids.isIdentity() || mount.ids.maps(cached(inode).uid(), cached(inode).gid());
    }

    /** Valid or not. Of the root the server may have sent none yet, and Linux takes it for root's; here they are requested. */
    private CommonAttributes cached(Inode inode) {
        if (!inode.isKnown()) {
            requests.getattr(inode);
        }
        return inode.common();
    }

    private boolean owns(Inode inode) {
        return owns(cached(inode).uid());
    }

    private boolean owns(int owner) {
        return ids.uid() == owner && owner != INVALID_ID;
    }

    private boolean isIn(int group) {
        return group != INVALID_ID && ids.isIn(group);
    }

    private static FuseException denied(Errno errno) {
        return FuseException.of(errno);
    }

    /** ENOTCONN if the mount is unmounted; EACCES unless the user may use it: without {@code allow_other} its owner only. */
    public void enter() {
        mount.requireMounted();
        if (!mayUse()) {
            throw denied(Errno.EACCES);
        }
    }

    /** Whether the user may use the filesystem. */
    public boolean mayUse() {
        Credentials owner = superblock.options.credentials();
        return superblock.options.allowOther()
                || (credentials.uid() == owner.uid() && credentials.gid() == owner.gid());
    }

    /** EACCES unless mode and access control list allow the bits of {@code mask}. */
    public void check(Inode inode, int mask) {
        checkReadOnly(inode, mask);
        if ((mask & WRITE) != 0 && !isMapped(inode)) {
            throw denied(Errno.EACCES);
        }
        if (!superblock.checksPermissions()) {
            return;
        }
        // As Linux: root too needs valid attributes, and a denial by cached ones is checked against fresh ones.
        Optional<CommonAttributes> cached = superblock.attributes.validCommon(inode, StatField.PERMISSIONS);
        if ((cached.isEmpty() || !allows(inode, cached.get(), mask))
                && !allows(inode, CommonAttributes.of(requests.getattr(inode)), mask)) {
            throw denied(Errno.EACCES);
        }
    }

    /** EROFS for a write on a read-only mount; devices and pipes may be written. */
    private void checkReadOnly(Inode inode, int mask) {
        if ((mask & WRITE) != 0 && mount.restrictions.readOnly()
                && (inode.isDirectory() || inode.type() == FileType.REGULAR || inode.type() == FileType.SYMLINK)) {
            throw denied(Errno.EROFS);
        }
    }

    /**
     * Whether cached attributes allow the user to search a directory. If not, {@link #check} decides: by fresh attributes or by an access
     * control list. Sends no request, takes no lock.
     */
    public boolean searchesByCache(Inode directory, long now) {
        if (!superblock.checksPermissions()) {
            return true;
        }
        Optional<CommonAttributes> valid = superblock.attributes.validCommon(directory, StatField.PERMISSIONS, now);
        return valid.isPresent() && (isPrivileged(valid.get())
                || (!mayHaveAccessList(valid.get()) && allowsByMode(valid.get(), EXECUTE)));
    }

    private boolean mayHaveAccessList(CommonAttributes file) {
        return !owns(file.uid()) && superblock.checksAccessLists() && (file.mode() & GROUP_CLASS) != 0;
    }

    private boolean allows(Inode inode, CommonAttributes file, int mask) {
        if (isPrivileged(file)) {
            return (mask & EXECUTE) == 0 || file.type() == FileType.DIRECTORY || (file.mode() & ANY_EXECUTE) != 0;
        }
        if (mayHaveAccessList(file)) {
            Optional<AccessControlList> list = accessLists.get(inode);
            if (list.isPresent()) {
                return list.get().allows(ids.uid(), this::isIn, file.uid(), file.gid(), mask);
            }
        }
        return allowsByMode(file, mask);
    }

    private boolean allowsByMode(CommonAttributes file, int mask) {
        int bits = file.mode();
        if (owns(file.uid())) {
            bits >>>= 6;
        } else if (isIn(file.gid())) {
            bits >>>= 3;
        }
        return (bits & mask) == mask;
    }

    /** {@code access(2)}: checked here with {@code default_permissions}, else by ACCESS. */
    public void access(Inode inode, int mask) {
        if ((mask & EXECUTE) != 0 && inode.type() == FileType.REGULAR && mount.restrictions.noExec()) {
            throw denied(Errno.EACCES);
        }
        if (superblock.checksPermissions()) {
            check(inode, mask);
            return;
        }
        checkReadOnly(inode, mask);
        requests.access(inode, mask);
    }

    /** Checks an {@code execve(2)}. Returns the user after it. */
    public Credentials execute(Inode inode) {
        if (inode.type() != FileType.REGULAR || mount.restrictions.noExec()) {
            throw denied(Errno.EACCES);
        }
        check(inode, EXECUTE);
        if (!superblock.checksPermissions()) {
            requireExecutable(inode);
        }
        CommonAttributes file = cached(inode);
        if (mount.restrictions.noSuid() || !isMapped(inode)) {
            return credentials;
        }
        boolean setsGid = (file.mode() & (SET_GID | GROUP_EXECUTE)) == (SET_GID | GROUP_EXECUTE);
        return new Credentials((file.mode() & SET_UID) == 0 ? credentials.uid() : mount.ids.userOnMount(file.uid()),
                setsGid ? mount.ids.groupOnMount(file.gid()) : credentials.gid(), credentials.groups(),
                credentials.umask(), credentials.pid());
    }

    /** EACCES for a file that nobody may execute, whoever checks permissions. */
    private void requireExecutable(Inode inode) {
        boolean valid = superblock.attributes.areValid(inode, StatField.PERMISSIONS);
        if (valid && (inode.mode() & ANY_EXECUTE) != 0) {
            return;
        }
        if ((requests.getattr(inode).mode() & ANY_EXECUTE) == 0) {
            throw denied(Errno.EACCES);
        }
    }

    /** EROFS on a read-only mount; EOVERFLOW for a file whose owner or group is unmapped. */
    public void change(Inode inode) {
        requireWritable();
        if (!isMapped(inode)) {
            throw denied(Errno.EOVERFLOW);
        }
    }

    /** EROFS on a read-only mount. */
    public void requireWritable() {
        if (mount.restrictions.readOnly()) {
            throw denied(Errno.EROFS);
        }
    }

    /** Whether the size of files is limited. */
    public boolean limitsSizes() {
        return mount.restrictions.fileSizeLimit() != MountRestrictions.UNLIMITED;
    }

    /** How many of {@code length} bytes may be written from {@code offset} by the limit of file sizes; EFBIG if none. */
    public long admitWrite(long offset, long length) {
        long limit = mount.restrictions.fileSizeLimit();
        if (offset >= limit && limit != MountRestrictions.UNLIMITED) {
            throw denied(Errno.EFBIG);
        }
        return Math.min(length, limit - offset);
    }

    /** EFBIG if a file grows to a size beyond the limit. */
    public void extend(Inode inode, long size) {
        if (size > mount.restrictions.fileSizeLimit() && size > inode.lastAttributes().size()) {
            throw denied(Errno.EFBIG);
        }
    }

    /** Checks whether the user may create a name in a directory; EOVERFLOW if their ids are unmapped. */
    public void create(Inode directory) {
        checkReadOnly(directory, WRITE);
        if (!mount.ids.isIdentity() && (ids.uid() == INVALID_ID || ids.gid() == INVALID_ID)) {
            throw denied(Errno.EOVERFLOW);
        }
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
        CommonAttributes there = cached(directory);
        return (there.mode() & SET_GID) == 0 || isIn(there.gid()) ? mode : mode & ~SET_GID;
    }

    /** Checks whether the user may remove a name, that of {@code victim}, from a directory; sticky directories included. */
    public void delete(Inode directory, Inode victim) {
        checkReadOnly(directory, WRITE);
        if (!isMapped(victim)) {
            throw denied(Errno.EOVERFLOW);
        }
        check(directory, WRITE | EXECUTE);
        if (!credentials.isRoot() && (cached(directory).mode() & STICKY) != 0 && !owns(directory) && !owns(victim)) {
            throw denied(Errno.EPERM);
        }
    }

    /** Checks whether the user may change the mode. Returns the mode to set, without set-group-id for a user who is not in the group. */
    public int changeMode(Inode inode, int mode) {
        owner(inode);
        boolean keepsGroup = !superblock.checksPermissions() || isPrivileged(inode) || isIn(cached(inode).gid());
        return keepsGroup ? mode : mode & ~SET_GID;
    }

    /** Whether a file loses set-group-id when this user sets its access control list. */
    public boolean losesSetGid(Inode inode) {
        return !isPrivileged(inode) && !isIn(cached(inode).gid());
    }

    /** EPERM for any user but the owner and root, if permissions are checked here. */
    public void owner(Inode inode) {
        if (superblock.checksPermissions()) {
            ownerAlways(inode);
        }
    }

    /** EPERM for any user but the owner and root, in any case: the kernel always checks this itself. */
    public void ownerAlways(Inode inode) {
        if (!isPrivileged(inode) && !owns(inode)) {
            throw denied(Errno.EPERM);
        }
    }

    /** As {@link #ownerAlways} if a directory is sticky. */
    public void ownerIfSticky(Inode directory) {
        if ((cached(directory).mode() & STICKY) != 0) {
            ownerAlways(directory);
        }
    }

    /** The SETATTR of a {@code chown(2)}, with the ids in the filesystem; -1 leaves an id as it is. EOVERFLOW if an id is unmapped. */
    SetattrArguments newOwner(Inode inode, int uid, int gid) {
        var arguments = new SetattrArguments();
        int newUid = newUser(uid);
        int newGid = newGroup(gid);
        if (newUid != INVALID_ID) {
            arguments.uid(newUid);
        }
        if (newGid != INVALID_ID) {
            arguments.gid(newGid);
        }
        requireMappedAfter(inode, newUid, newGid);
        return arguments;
    }

    /** Checks a {@code chown(2)}: the owner may set the group to one of the owner's groups, root may do all. */
    void changeOwner(Inode inode, int uid, int gid) {
        if (!superblock.checksPermissions() || credentials.isRoot()) {
            return;
        }
        CommonAttributes file = cached(inode);
        int newUid = newUser(uid);
        int newGid = newGroup(gid);
        if (!owns(file.uid()) || (newUid != INVALID_ID && newUid != file.uid())
                || (newGid != INVALID_ID && newGid != file.gid() && !isIn(newGid))) {
            throw denied(Errno.EPERM);
        }
    }

    private int newUser(int uid) {
        return uid == INVALID_ID ? INVALID_ID : mapped(mount.ids.userInFilesystem(uid));
    }

    private int newGroup(int gid) {
        return gid == INVALID_ID ? INVALID_ID : mapped(mount.ids.groupInFilesystem(gid));
    }

    private static int mapped(int id) {
        if (id == INVALID_ID) {
            throw denied(Errno.EOVERFLOW);
        }
        return id;
    }

    /** EOVERFLOW if owner or group of a file are unmapped and stay as they are. */
    private void requireMappedAfter(Inode inode, int newUid, int newGid) {
        if (!mount.ids.isIdentity()) {
            CommonAttributes file = cached(inode);
            mapped(mount.ids.userOnMount(newUid == INVALID_ID ? file.uid() : newUid));
            mapped(mount.ids.groupOnMount(newGid == INVALID_ID ? file.gid() : newGid));
        }
    }

    /** Checks whether the user may set the times to now: the owner may, and users with write permission. */
    public void touch(Inode inode) {
        if (superblock.checksPermissions() && !isPrivileged(inode) && !owns(inode)) {
            check(inode, WRITE);
        }
    }

    /** Whether a file, by its cached mode, loses set-user-id and set-group-id when this user writes to it. */
    public boolean killsSuidgid(Inode inode) {
        return !credentials.isRoot() && FilePrivileges.hasSuidgid(inode.mode());
    }
}
