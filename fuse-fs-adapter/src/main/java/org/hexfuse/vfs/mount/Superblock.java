package org.hexfuse.vfs.mount;

import static org.hexfuse.vfs.request.Checks.require;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.device.Request;
import org.hexfuse.device.RequestPort;
import org.hexfuse.vfs.PageCacheOptions.Mode;
import org.hexfuse.vfs.VfsOptions;
import org.hexfuse.vfs.cache.AttributeCache;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.cache.EntryReply;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.cache.InodeTable;
import org.hexfuse.vfs.cache.StatField;
import org.hexfuse.vfs.lock.DirectoryLocks;
import org.hexfuse.vfs.lock.OpenFileLocks;
import org.hexfuse.vfs.notify.PollTable;
import org.hexfuse.vfs.page.FilePages;
import org.hexfuse.vfs.page.Flusher;
import org.hexfuse.vfs.page.PageCache;
import org.hexfuse.vfs.page.PagePool;
import org.hexfuse.vfs.request.ReplyDecoder;
import org.hexfuse.vfs.request.UnsupportedOpcodes;

/** One filesystem, mounted once or several times ({@link Mount}): the port to its server, its caches and locks, and the opcodes that the server does not support. */
public final class Superblock {
    private static final int FLUSH_MINOR = 8;
    private static final Set<Opcode> CREATES = EnumSet.of(Opcode.CREATE, Opcode.MKNOD, Opcode.MKDIR, Opcode.SYMLINK,
            Opcode.TMPFILE);

    public final RequestPort port;
    public final VfsOptions options;
    public final DentryCache dentries;
    public final InodeTable inodes;
    public final AttributeCache attributes;
    public final UnsupportedOpcodes unsupported = new UnsupportedOpcodes();
    public final PollTable polls;
    public final DirectoryLocks directoryLocks;
    public final OpenFileLocks.Shared fileLocks = new OpenFileLocks.Shared();
    public final WriteBack writeBack;
    public final Passthrough passthrough;
    /** The page cache; without a page if nothing is cached. */
    public final PageCache pageCache;
    /** Null unless written data is cached. */
    public final WriteReserve writeReserve;
    private final Flusher flusher;

    /** Sends the FORGETs of {@code dentries} to {@code port} from now on. */
    public Superblock(RequestPort port, DentryCache dentries, PollTable polls, VfsOptions options) {
        this.port = port;
        this.options = options;
        this.dentries = dentries;
        this.inodes = dentries.inodes();
        this.attributes = inodes.attributes();
        this.polls = polls;
        this.directoryLocks = new DirectoryLocks(port);
        this.writeBack = new WriteBack(this);
        this.passthrough = new Passthrough(port);
        this.pageCache = new PageCache(PagePool.SHARED, options.pageCache().bytes());
        this.writeReserve = options.pageCache().mode() == Mode.WRITEBACK ? new WriteReserve(port) : null;
        this.flusher = new Flusher(pageCache, options.pageCache().dirtyTime());
        if (options.pageCache().mode() != Mode.NONE) {
            inodes.pageCache(pageCache);
        }
        attributes.invalidateDataIf(() -> port.negotiated().has(InitFlag.AUTO_INVAL_DATA),
                () -> port.negotiated().has(InitFlag.EXPLICIT_INVAL_DATA));
        inodes.forgetSink(port::forget);
        attributes.writebackCacheIf(() -> port.negotiated().has(InitFlag.WRITEBACK_CACHE));
    }

    /**
     * Unmounts the page cache: writes out what is dirty, for a limited time, and drops all pages. What cannot be written is lost with an
     * error that open files tell when they are closed.
     */
    public void closePages() {
        flusher.close();
        List<FilePages> dirty = pageCache.dirtyFiles();
        if (!dirty.isEmpty()) {
            // On a thread of its own: a server that does not answer may block it until the connection is closed.
            Thread writing = Thread.startVirtualThread(() -> dirty.forEach(Superblock::writeOut));
            boolean interrupted = Thread.interrupted();
            try {
                writing.join(options.connection().drainTimeout());
            } catch (InterruptedException _) {
                interrupted = true;
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            pageCache.dirtyFiles().forEach(file -> file.dirty().fail(Errno.EIO));
        }
        pageCache.close();
    }

    private static void writeOut(FilePages file) {
        try {
            file.dirty().writeOut(0, Long.MAX_VALUE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether writes stay in the page cache until they are written back. */
    public boolean delaysWrites(Inode inode) {
        return options.pageCache().mode() == Mode.WRITEBACK && writeBack.isLocal(inode);
    }

    /** A file or directory is read, for which the server sets atime: it is invalid, unless the whole filesystem is mounted read-only. */
    public void accessed(Inode inode) {
        if (!options.restrictions().readOnly()) {
            attributes.expire(inode, StatField.ATIME);
        }
    }

    /** Unmounts: sends DESTROY to a server of a block device, and waits a limited time for the reply. */
    public void destroy() {
        if (options.blockDevice() == 0) {
            return;
        }
        try (Request request = port.newRequest(Opcode.DESTROY, 0, Caller.KERNEL)) {
            port.call(request.force().timeout(options.connection().drainTimeout().toNanos()));
        } catch (FuseException _) {
            // The unmount goes on: the server may be gone, or not support DESTROY.
        }
    }

    /** A request for a user; EIO for a bad inode. With ALLOW_IDMAP only creating requests carry uid and gid. */
    public Request request(Opcode opcode, Inode inode, Caller caller) {
        return request(opcode, inode.usableNodeId(), caller);
    }

    /** The same of a node that need not be cached. */
    public Request request(Opcode opcode, long nodeId, Caller caller) {
        boolean carriesIds = !port.negotiated().has(InitFlag.ALLOW_IDMAP) || CREATES.contains(opcode);
        return port.newRequest(opcode, nodeId,
                carriesIds ? caller : new Caller(Protocol.INVALID_UIDGID, Protocol.INVALID_UIDGID, caller.pid()));
    }

    /** Sends a request that servers need not support; ENOSYS is success, and the opcode is not sent again. */
    public void callIfSupported(Opcode opcode, Inode inode, Caller caller, Consumer<Request> arguments) {
        if (unsupported.contains(opcode)) {
            return;
        }
        try (Request request = request(opcode, inode, caller)) {
            arguments.accept(request);
            port.call(request);
        } catch (FuseException e) {
            if (!unsupported.addIfEnosys(opcode, e)) {
                throw e;
            }
        }
    }

    /**
     * The entry in a reply at {@code base}, which may be negative; EIO if it violates the protocol. A refused entry is forgotten, since
     * the server has counted a lookup.
     */
    public EntryReply entry(Request request, long base) {
        try {
            return ReplyDecoder.entry(request.reply(), base, minor());
        } catch (FuseException e) {
            forget(EntryOut.NODEID.get(request.reply(), base));
            throw e;
        }
    }

    /** The entry at the start of the reply to a request that created a node of a type; EIO if it is negative or of another type. */
    public EntryReply createdEntry(Request request, FileType type) {
        EntryReply entry = entry(request, 0);
        require(!entry.isNegative(), Errno.EIO);
        if (entry.attributes().type() != type) {
            forget(entry.nodeId());
            throw FuseException.of(Errno.EIO);
        }
        return entry;
    }

    private void forget(long nodeId) {
        if (nodeId != Protocol.ROOT_ID) {
            port.forget(nodeId, 1);
        }
    }

    /** ENAMETOOLONG for a name that is longer than the server supports. */
    public void checkLength(Name name) {
        require(name.length() <= port.negotiated().nameMax(), Errno.ENAMETOOLONG);
    }

    /** The negotiated minor version. */
    public int minor() {
        return port.negotiated().minor();
    }

    /** Whether owner, group and mode are checked here: by the mount option, or since the server negotiated it. */
    public boolean checksPermissions() {
        return options.defaultPermissions() || port.negotiated().impliesDefaultPermissions();
    }

    /** Whether access control lists are checked too. */
    public boolean checksAccessLists() {
        return port.negotiated().has(InitFlag.POSIX_ACL);
    }

    /** Before 7.8 RELEASE carries RELEASE_FLUSH, which releases locks. */
    public boolean flushesOnRelease() {
        return minor() < FLUSH_MINOR;
    }

    /** HANDLE_KILLPRIV or HANDLE_KILLPRIV_V2: the server clears set-user-id and set-group-id when a file is written. */
    public boolean serverKillsSuidgid() {
        return port.negotiated().has(InitFlag.HANDLE_KILLPRIV) || serverKillsSuidgidOnRequest();
    }

    /** HANDLE_KILLPRIV_V2: it does so only for requests with a KILL_SUIDGID flag. */
    public boolean serverKillsSuidgidOnRequest() {
        return port.negotiated().has(InitFlag.HANDLE_KILLPRIV_V2);
    }

    /** Whether {@code security.capability} is removed from files that change: not by gVisor. */
    public boolean removesCapabilities() {
        return options.connection().profile().removesCapabilities();
    }
}
