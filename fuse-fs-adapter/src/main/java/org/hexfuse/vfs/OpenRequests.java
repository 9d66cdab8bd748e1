package org.hexfuse.vfs;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.CreateIn;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenIn;
import org.hexfuse.abi.OpenInFlag;
import org.hexfuse.abi.OpenOut;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.device.Caller;
import org.hexfuse.device.Request;

/**
 * Opens files and directories on behalf of one user.
 *
 * <p>Source: Linux {@code fs/fuse/dir.c} ({@code fuse_create_open}), {@code file.c} ({@code fuse_file_open}).
 */
final class OpenRequests {
    /** What is not the server's business: O_CREAT, O_EXCL, O_NOCTTY. */
    private static final int NOT_SENT = OpenFlags.CREAT | OpenFlags.EXCL | OpenFlags.NOCTTY;

    private final Superblock superblock;
    private final NameRequests nameCalls;
    private final Credentials credentials;
    private final Caller caller;
    /** What all files have in common that this process opens. */
    private final long lockOwner;

    OpenRequests(Superblock superblock, NameRequests nameCalls, Credentials credentials) {
        this.superblock = superblock;
        this.nameCalls = nameCalls;
        this.credentials = credentials;
        this.caller = credentials.caller();
        this.lockOwner = superblock.lockOwners.next();
    }

    /** Opens a node, which the handle then holds. */
    Handle open(Inode inode, int flags) {
        Opcode opcode = inode.isDirectory() ? Opcode.OPENDIR : Opcode.OPEN;
        if (superblock.lacks(opcode)) {
            return stateless(inode, flags);
        }
        int sent = flags & ~NOT_SENT;
        if (!superblock.port.negotiated().has(InitFlag.ATOMIC_O_TRUNC)) {
            sent &= ~OpenFlags.TRUNC;
        }
        try (Request request = superblock.request(opcode, inode, caller)) {
            OpenIn.FLAGS.set(request.arguments(), sent);
            if (!inode.isDirectory()) {
                OpenIn.OPEN_FLAGS.set(request.arguments(), killsSetId(sent));
            }
            superblock.port.call(request);
            return opened(inode, flags, request.reply(), 0);
        } catch (FuseException e) {
            if (e.errno() != Errno.ENOSYS) {
                throw e;
            }
            superblock.isLacking(opcode);
            return stateless(inode, flags);
        }
    }

    private Handle stateless(Inode inode, int flags) {
        inode.hold();
        return new Handle(superblock, inode, caller, lockOwner, 0, flags, OpenOutFlag.KEEP_CACHE.mask(), false);
    }

    private Handle opened(Inode inode, int flags, MemorySegment reply, long base) {
        inode.hold();
        var handle = new Handle(superblock, inode, caller, lockOwner, OpenOut.FH.get(reply, base), flags,
                OpenOut.OPEN_FLAGS.getUnsigned(reply, base), true);
        handle.passThrough(OpenOut.BACKING_ID.get(reply, base));
        return handle;
    }

    /** Makes a regular file and opens it. */
    Handle create(Inode directory, Name name, int mode, int flags) {
        superblock.checkLength(name);
        if (superblock.lacks(Opcode.CREATE)) {
            return makeAndOpen(directory, name, mode, flags);
        }
        long asked = superblock.attributes.version();
        try (Request request = superblock.request(Opcode.CREATE, directory, caller)) {
            write(request, mode, flags);
            superblock.port.call(nameCalls.extended(request.name(name), directory));
            int minor = superblock.port.negotiated().minor();
            EntryReply entry = Replies.entry(request.reply(), 0, minor);
            Inode inode = nameCalls.enter(directory, name, entry, FileType.REGULAR.mode(), asked);
            try {
                return opened(inode, flags, request.reply(), EntryOut.STRUCT.size(minor));
            } finally {
                superblock.nodes.release(inode);
            }
        } catch (FuseException e) {
            if (e.errno() == Errno.EEXIST) {
                superblock.names.drop(directory, name);
            }
            if (e.errno() != Errno.ENOSYS) {
                throw e;
            }
            superblock.isLacking(Opcode.CREATE);
            return makeAndOpen(directory, name, mode, flags);
        }
    }

    private Handle makeAndOpen(Inode directory, Name name, int mode, int flags) {
        Inode inode = nameCalls.mknod(directory, name, FileType.REGULAR.mode() | (mode & 07777), 0);
        try {
            return open(inode, flags & ~OpenFlags.TRUNC);
        } finally {
            superblock.nodes.release(inode);
        }
    }

    /** Makes and opens a regular file that has no name. */
    Handle createUnnamed(Inode directory, int mode, int flags) {
        if (superblock.lacks(Opcode.TMPFILE)) {
            throw FuseException.of(Errno.EOPNOTSUPP);
        }
        long asked = superblock.attributes.version();
        try (Request request = superblock.request(Opcode.TMPFILE, directory, caller)) {
            write(request, mode, flags);
            superblock.port.call(nameCalls.extended(request.name(Name.of("/")), directory));
            int minor = superblock.port.negotiated().minor();
            EntryReply entry = Replies.entry(request.reply(), 0, minor);
            if (entry.node() == 0) {
                throw FuseException.of(Errno.EIO);
            }
            if (!entry.attributes().isRegular()) {
                superblock.port.forget(entry.node(), 1);
                throw FuseException.of(Errno.EIO);
            }
            Inode inode = superblock.nodes.entered(entry, asked);
            try {
                return opened(inode, flags, request.reply(), EntryOut.STRUCT.size(minor));
            } finally {
                superblock.nodes.release(inode);
            }
        } catch (FuseException e) {
            if (e.errno() != Errno.ENOSYS) {
                throw e;
            }
            superblock.isLacking(Opcode.TMPFILE);
            throw FuseException.of(Errno.EOPNOTSUPP);
        }
    }

    /** Who cuts a file by opening it takes its privileges away, of which the server is told if it asked for that. */
    private int killsSetId(int flags) {
        boolean kills = (flags & (OpenFlags.TRUNC | OpenFlags.EXCL)) == OpenFlags.TRUNC
                && superblock.dropsSetIdWhenTold()
                && !credentials.isRoot();
        return kills ? (int) OpenInFlag.KILL_SUIDGID.mask() : 0;
    }

    private void write(Request request, int mode, int flags) {
        CreateIn.OPEN_FLAGS.set(request.arguments(), killsSetId(flags));
        CreateIn.FLAGS.set(request.arguments(), flags & ~0400);
        CreateIn.MODE.set(request.arguments(), FileType.REGULAR.mode() | nameCalls.masked(mode & 07777));
        CreateIn.UMASK.set(request.arguments(), credentials.umask());
    }
}
