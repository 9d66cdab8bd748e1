package org.hexfuse.vfs.inode;

import java.util.OptionalLong;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.GetxattrIn;
import org.hexfuse.abi.GetxattrOut;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.Request;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.mount.Superblock;
import org.hexfuse.vfs.request.SetattrArguments;

/**
 * The privileges that a program gets from its file, which are removed when the content or the owner changes: set-user-id and
 * set-group-id, unless the caller has CAP_FSETID, and the capabilities in {@code security.capability}, whoever the caller is.
 *
 * <p>Before each change GETXATTR asks for the size of {@code security.capability}, until the server answers ENOSYS, if the kernel removes
 * capabilities ({@link org.hexfuse.device.KernelProfile#removesCapabilities}). With HANDLE_KILLPRIV_V2 the answer that there is nothing to
 * remove is cached as long as the attributes (Linux's S_NOSEC).
 *
 * <p>Source: Linux {@code fs/inode.c} ({@code file_remove_privs}), {@code fs/attr.c} ({@code notify_change}), {@code fs/open.c}
 * ({@code do_truncate}), {@code security/commoncap.c} ({@code cap_inode_need_killpriv}), {@code fs/fuse/dir.c} ({@code fuse_setattr}).
 */
public final class FilePrivileges {
    /** The extended attribute with the capabilities of a file. */
    static final Name CAPABILITY = Name.of("security.capability");
    private static final int SET_UID = 04000;
    private static final int SET_GID = 02000;
    private static final int GROUP_EXECUTE = 010;

    private final Superblock superblock;
    private final NodeRequests requests;
    private final Permissions permissions;
    private final Xattrs xattrs;
    private final Caller caller;

    /** For the user of {@code requests}, {@code permissions} and {@code xattrs}, whose ids in the filesystem {@code caller} has. */
    public FilePrivileges(Superblock superblock, NodeRequests requests, Permissions permissions, Xattrs xattrs,
            Caller caller) {
        this.superblock = superblock;
        this.requests = requests;
        this.permissions = permissions;
        this.xattrs = xattrs;
        this.caller = caller;
    }

    /** Whether {@code mode} has set-user-id, or set-group-id with group execute. */
    static boolean hasSuidgid(int mode) {
        return (mode & SET_UID) != 0 || (mode & (SET_GID | GROUP_EXECUTE)) == (SET_GID | GROUP_EXECUTE);
    }

    /** The permissions of {@code mode} without these. */
    private static int withoutSuidgid(int mode) {
        int permissions = mode & 07777 & ~SET_UID;
        return (mode & GROUP_EXECUTE) == 0 ? permissions : permissions & ~SET_GID;
    }

    /**
     * The content of a file is about to be written. The SETATTR is empty, and brings fresh attributes, if the server clears set-user-id
     * and set-group-id.
     */
    public void removeBeforeWrite(Inode inode) {
        if (inode.hasNoPrivileges() || inode.type() != FileType.REGULAR) {
            return;
        }
        boolean suidgid = permissions.killsSuidgid(inode);
        boolean capability = hasCapability(inode);
        if (suidgid || capability) {
            var arguments = new SetattrArguments();
            boolean stillCapable = capability && hasCapability(inode);
            removeSuidgid(inode, suidgid, arguments, OptionalLong.empty());
            removeCapability(inode, stillCapable);
            requests.setattr(inode, arguments);
        }
        if (superblock.serverKillsSuidgidOnRequest()) {
            inode.markWithoutPrivileges();
        }
    }

    /**
     * A file is about to be truncated, or extended; EFBIG beyond the limit, which is found when the privileges are known and not removed yet.
     *
     * @param arguments of the SETATTR that truncates it
     * @param fh the file handle, of an open file
     */
    void removeBeforeTruncation(Inode inode, long size, SetattrArguments arguments, OptionalLong fh) {
        boolean capability = false;
        if (!inode.hasNoPrivileges()) {
            boolean suidgid = permissions.killsSuidgid(inode);
            boolean found = hasCapability(inode);
            capability = found && hasCapability(inode);
            removeSuidgid(inode, suidgid, arguments, fh);
        }
        permissions.extend(inode, size);
        removeCapability(inode, capability);
        if (superblock.serverKillsSuidgidOnRequest() && !permissions.isRoot()) {
            // Whatever mode is cached: the server knows the present one.
            arguments.killSuidgid();
        }
    }

    /**
     * A file is about to be given another owner or group, -1 for the same one: root takes its privileges too, unless it is a directory.
     * Permission is checked when they are known and not removed yet. Returns the SETATTR.
     */
    SetattrArguments removeBeforeChown(Inode inode, int uid, int gid) {
        boolean isFile = !inode.isDirectory();
        boolean capability = isFile && hasCapability(inode);
        SetattrArguments arguments = permissions.newOwner(inode, uid, gid);
        boolean changes = !arguments.isEmpty();
        removeSuidgid(inode, isFile, arguments, OptionalLong.empty());
        permissions.changeOwner(inode, uid, gid);
        removeCapability(inode, capability);
        if (isFile && superblock.serverKillsSuidgidOnRequest() && changes) {
            arguments.killSuidgid();
        }
        return arguments;
    }

    /** Adds to a SETATTR the mode without set-user-id and set-group-id, by fresh attributes. */
    private void removeSuidgid(Inode inode, boolean suidgid, SetattrArguments arguments, OptionalLong fh) {
        if (suidgid && !superblock.serverKillsSuidgid()) {
            int mode = (fh.isPresent() ? requests.getattr(inode, fh.getAsLong()) : requests.getattr(inode)).mode();
            if (hasSuidgid(mode)) {
                arguments.mode(inode.type().mode() | withoutSuidgid(mode));
            }
        }
    }

    private void removeCapability(Inode inode, boolean present) {
        if (!present) {
            return;
        }
        try {
            xattrs.removexattr(inode, CAPABILITY);
        } catch (FuseException e) {
            if (e.errno() != Errno.EOPNOTSUPP) {
                throw e;
            }
        }
    }

    /**
     * Whether a file has capabilities, by a GETXATTR for the size of the value. An error means that it has none. If a write or truncation
     * finds some it looks once more, as {@code notify_change} does.
     */
    private boolean hasCapability(Inode inode) {
        if (!superblock.removesCapabilities() || superblock.unsupported.contains(Opcode.GETXATTR)) {
            return false;
        }
        try (Request request = superblock.request(Opcode.GETXATTR, inode, caller).name(CAPABILITY)) {
            GetxattrIn.SIZE_FIELD.set(request.arguments(), 0);
            superblock.port.call(request.replyRoom(GetxattrOut.SIZE));
            return request.replySize() == GetxattrOut.SIZE && GetxattrOut.SIZE_FIELD.get(request.reply()) != 0;
        } catch (FuseException e) {
            superblock.unsupported.addIfEnosys(Opcode.GETXATTR, e);
            return false;
        }
    }
}
