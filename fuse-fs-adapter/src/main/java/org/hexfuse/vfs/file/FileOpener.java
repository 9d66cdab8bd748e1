package org.hexfuse.vfs.file;

import static org.hexfuse.vfs.request.Checks.require;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.CreateIn;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenIn;
import org.hexfuse.abi.OpenInFlag;
import org.hexfuse.abi.OpenOut;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.device.Request;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.cache.EntryReply;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.inode.AttributeChanges;
import org.hexfuse.vfs.inode.NodeRequests;
import org.hexfuse.vfs.inode.Permissions;
import org.hexfuse.vfs.mount.Superblock;
import org.hexfuse.vfs.page.FilePages;
import org.hexfuse.vfs.path.DirectoryChanges;
import org.hexfuse.vfs.path.PathWalk;
import org.hexfuse.vfs.request.OpenBits;
import org.hexfuse.vfs.request.CreationContext;

/**
 * {@code open(2)} for one process: checks flags and permissions, then OPEN, OPENDIR, CREATE or TMPFILE, and a truncation that the
 * server leaves to the kernel.
 *
 * <p>Source: Linux {@code fs/namei.c} ({@code do_open}), {@code fs/fuse/dir.c} ({@code fuse_atomic_open},
 * {@code fuse_create_open}), {@code file.c} ({@code fuse_file_open}).
 */
public final class FileOpener {
    private static final int PERMISSIONS = 07777;
    /** The flags that OPEN does not carry. */
    private static final int NOT_SENT = OpenFlags.CREAT | OpenFlags.EXCL | OpenFlags.NOCTTY;
    /** The name that TMPFILE carries. */
    private static final Name UNNAMED = Name.of("/");

    private final Superblock superblock;
    private final NodeRequests requests;
    private final DirectoryChanges directoryChanges;
    private final Permissions permissions;
    private final AttributeChanges attributeChanges;
    private final Credentials credentials;
    private final Caller caller;
    private final CreationContext context;
    /** The lock owner id of the process. */
    private final long processOwner;

    /**
     * For one process.
     *
     * @param credentials of its user, with the ids in the filesystem
     * @param processOwner its lock owner id
     */
    public FileOpener(Superblock superblock, NodeRequests requests, DirectoryChanges directoryChanges,
            Permissions permissions, AttributeChanges attributeChanges, Credentials credentials, long processOwner) {
        this.superblock = superblock;
        this.requests = requests;
        this.directoryChanges = directoryChanges;
        this.permissions = permissions;
        this.attributeChanges = attributeChanges;
        this.credentials = credentials;
        this.caller = credentials.caller();
        this.context = new CreationContext(superblock.port, credentials);
        this.processOwner = processOwner;
    }

    /** Opens the file of a path, or creates it. */
    public Handle open(PathWalk walk, String path, int mode, Set<OpenFlag> flags) {
        int bits = OpenBits.of(flags);
        if (!flags.contains(OpenFlag.CREATE)) {
            return openExisting(walk.to(path, !flags.contains(OpenFlag.NO_FOLLOW)), bits, flags);
        }
        require(!flags.contains(OpenFlag.DIRECTORY), Errno.EINVAL);
        boolean exclusive = flags.contains(OpenFlag.EXCLUSIVE);
        boolean follow = !flags.contains(OpenFlag.NO_FOLLOW) && !exclusive;
        Inode directory = walk.toParent(path);
        boolean retried = false;
        while (true) {
            require(walk.hasLast() || !exclusive, Errno.EEXIST);
            require(walk.hasLast() && !walk.isDirectoryWanted(), Errno.EISDIR);
            Optional<Inode> present = walk.childIfPresent(exclusive || retried);
            if (present.isEmpty()) {
                permissions.create(directory);
                try {
                    return create(directory, walk.last(), permissions.newMode(directory, mode & PERMISSIONS), bits);
                } catch (FuseException e) {
                    // Another caller has created the file since: open that one.
                    if (e.errno() != Errno.EEXIST || exclusive || retried) {
                        throw e;
                    }
                    retried = true;
                    continue;
                }
            }
            require(!exclusive, Errno.EEXIST);
            if (present.get().type() == FileType.SYMLINK && follow) {
                directory = walk.toParentOfTarget(present.get());
            } else {
                return openExisting(present.get(), bits, flags);
            }
        }
    }

    /** Opens a directory to read it. */
    public Handle openDirectory(Inode inode) {
        require(inode.isDirectory(), Errno.ENOTDIR);
        permissions.check(inode, Permissions.READ);
        return open(inode, OpenFlags.DIRECTORY);
    }

    /** Opens a file of any type with O_PATH: nothing is sent, and no permission is needed. */
    public Handle openPath(Inode inode, Set<OpenFlag> flags) {
        require(inode.isDirectory() || !flags.contains(OpenFlag.DIRECTORY), Errno.ENOTDIR);
        inode.hold();
        return new Handle(superblock, inode, caller, processOwner, 0, OpenBits.of(flags), 0, true);
    }

    /** Opens the file of an inode, not of a path. */
    public Handle open(Inode inode, Set<OpenFlag> flags) {
        return openExisting(inode, OpenBits.of(flags), flags);
    }

    /** Opens a file for a call of the kernel itself, with O_RDONLY, whatever the user may do. */
    Handle openPrivately(Inode inode) {
        return open(inode, OpenFlags.RDONLY);
    }

    /** Creates and opens a regular file without a name. */
    public Handle tmpfile(Inode directory, int mode, int flags) {
        require(directory.isDirectory(), Errno.ENOTDIR);
        permissions.create(directory);
        return createUnnamed(directory, permissions.newMode(directory, mode & PERMISSIONS),
                flags | OpenFlags.TMPFILE);
    }

    private Handle openExisting(Inode inode, int bits, Set<OpenFlag> flags) {
        require(inode.isDirectory() || !flags.contains(OpenFlag.DIRECTORY), Errno.ENOTDIR);
        require(inode.type() != FileType.SYMLINK, Errno.ELOOP);
        boolean writing = OpenBits.isWriting(bits) || flags.contains(OpenFlag.TRUNCATE);
        require(!inode.isDirectory() || !(writing || flags.contains(OpenFlag.CREATE)), Errno.EISDIR);
        require(inode.isDirectory() || inode.type() == FileType.REGULAR, Errno.ENXIO);
        permissions.check(inode, (OpenBits.isReading(bits) ? Permissions.READ : 0)
                | (writing ? Permissions.WRITE : 0));
        if (flags.contains(OpenFlag.NO_ATIME)) {
            permissions.ownerAlways(inode);
        }
        if (!flags.contains(OpenFlag.TRUNCATE)) {
            return open(inode, bits);
        }
        FilePages pages = superblock.inodes.pages(inode);
        if (pages == null || !superblock.port.negotiated().has(InitFlag.ATOMIC_O_TRUNC)) {
            return truncate(open(inode, bits));
        }
        // No WRITE may be in flight that the server could do after the truncation.
        pages.gate().enterExclusively();
        try {
            Handle handle = truncate(open(inode, bits));
            pages.truncate(0);
            return handle;
        } finally {
            pages.gate().leaveExclusively();
        }
    }

    /** With ATOMIC_O_TRUNC the server has truncated the file; otherwise a SETATTR without a file handle does. */
    private Handle truncate(Handle handle) {
        OptionalLong fh = OptionalLong.of(handle.fh);
        try {
            if (superblock.port.negotiated().has(InitFlag.ATOMIC_O_TRUNC)) {
                superblock.writeBack.truncated(handle.inode);
                attributeChanges.truncatedByOpen(handle.inode, fh);
            } else {
                requests.setattr(handle.inode,
                        attributeChanges.truncation(handle.inode, 0, fh).lockOwner(handle.processOwner));
            }
            return handle;
        } catch (FuseException e) {
            handle.close();
            throw e;
        }
    }

    /** OPEN or OPENDIR. The handle takes a reference of its own to the inode. */
    private Handle open(Inode inode, int flags) {
        Opcode opcode = inode.isDirectory() ? Opcode.OPENDIR : Opcode.OPEN;
        if (superblock.unsupported.contains(opcode)) {
            return stateless(inode, flags);
        }
        int sent = flags & ~NOT_SENT;
        if (!superblock.port.negotiated().has(InitFlag.ATOMIC_O_TRUNC)) {
            sent &= ~OpenFlags.TRUNC;
        }
        try (Request request = superblock.request(opcode, inode, caller)) {
            OpenIn.FLAGS.set(request.arguments(), sent);
            if (!inode.isDirectory()) {
                OpenIn.OPEN_FLAGS.set(request.arguments(), killSuidgid(sent));
            }
            superblock.port.call(request);
            return opened(inode, flags, request.reply(), 0);
        } catch (FuseException e) {
            if (superblock.unsupported.addIfEnosys(opcode, e)) {
                return stateless(inode, flags);
            }
            throw e;
        }
    }

    private Handle stateless(Inode inode, int flags) {
        inode.hold();
        long cached = inode.isDirectory() ? Flag.of(OpenOutFlag.KEEP_CACHE, OpenOutFlag.CACHE_DIR)
                : OpenOutFlag.KEEP_CACHE.mask();
        var handle = new Handle(superblock, inode, caller, processOwner, 0, flags, cached, true);
        handle.openPages.open(cached);
        return handle;
    }

    private Handle opened(Inode inode, int flags, MemorySegment reply, long base) {
        inode.hold();
        var handle = new Handle(superblock, inode, caller, processOwner, OpenOut.FH.get(reply, base), flags,
                OpenOut.OPEN_FLAGS.getUnsigned(reply, base), false);
        if (inode.isDirectory() && !OpenOutFlag.KEEP_CACHE.in(handle.openFlags)) {
            superblock.inodes.listings().drop(inode);
        }
        handle.setIoMode(OpenOut.BACKING_ID.get(reply, base));
        return handle;
    }

    /** CREATE; MKNOD and OPEN if the server does not support it. */
    private Handle create(Inode directory, Name name, int mode, int flags) {
        superblock.checkLength(name);
        if (superblock.unsupported.contains(Opcode.CREATE)) {
            return mknodAndOpen(directory, name, mode, flags);
        }
        long version = superblock.attributes.version();
        try (Request request = superblock.request(Opcode.CREATE, directory, caller)) {
            write(request, mode, flags);
            superblock.port.call(context.extend(request.name(name), directory));
            EntryReply entry = superblock.createdEntry(request, FileType.REGULAR);
            return opened(request, superblock.dentries.enterCreated(directory, name, entry, version), flags);
        } catch (FuseException e) {
            if (e.errno() == Errno.EEXIST) {
                superblock.dentries.invalidate(directory, name);
            }
            if (superblock.unsupported.addIfEnosys(Opcode.CREATE, e)) {
                return mknodAndOpen(directory, name, mode, flags);
            }
            throw e;
        }
    }

    private Handle mknodAndOpen(Inode directory, Name name, int mode, int flags) {
        Inode inode = directoryChanges.mknod(directory, name, FileType.REGULAR.mode() | (mode & PERMISSIONS), 0);
        try {
            return open(inode, flags & ~OpenFlags.TRUNC);
        } finally {
            superblock.inodes.release(inode);
        }
    }

    /** TMPFILE. */
    private Handle createUnnamed(Inode directory, int mode, int flags) {
        superblock.unsupported.require(Opcode.TMPFILE, Errno.EOPNOTSUPP);
        long version = superblock.attributes.version();
        try (Request request = superblock.request(Opcode.TMPFILE, directory, caller)) {
            write(request, mode, flags);
            superblock.port.call(context.extend(request.name(UNNAMED), directory));
            EntryReply entry = superblock.createdEntry(request, FileType.REGULAR);
            return opened(request, superblock.inodes.enter(entry, version), flags);
        } catch (FuseException e) {
            throw superblock.unsupported.translate(Opcode.TMPFILE, e, Errno.EOPNOTSUPP);
        }
    }

    /** The handle in a reply that has an entry before it, whose inode comes with a reference. */
    private Handle opened(Request request, Inode inode, int flags) {
        try {
            return opened(inode, flags, request.reply(), EntryOut.STRUCT.size(superblock.minor()));
        } finally {
            superblock.inodes.release(inode);
        }
    }

    /** O_TRUNC by a caller without CAP_FSETID sets FUSE_OPEN_KILL_SUIDGID, with HANDLE_KILLPRIV_V2. */
    private int killSuidgid(int flags) {
        boolean kills = (flags & (OpenFlags.TRUNC | OpenFlags.EXCL)) == OpenFlags.TRUNC
                && superblock.serverKillsSuidgidOnRequest()
                && !permissions.isRoot();
        return kills ? (int) OpenInFlag.KILL_SUIDGID.mask() : 0;
    }

    private void write(Request request, int mode, int flags) {
        CreateIn.OPEN_FLAGS.set(request.arguments(), killSuidgid(flags));
        CreateIn.FLAGS.set(request.arguments(), flags & ~OpenFlags.NOCTTY);
        CreateIn.MODE.set(request.arguments(), FileType.REGULAR.mode() | context.masked(mode & PERMISSIONS));
        CreateIn.UMASK.set(request.arguments(), credentials.umask());
    }
}
