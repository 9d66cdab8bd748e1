package org.hexfuse.vfs.file;

import static org.hexfuse.vfs.request.Checks.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.device.Request;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.FileHandle;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.cache.EntryReply;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.cache.StatField;
import org.hexfuse.vfs.inode.NodeRequests;
import org.hexfuse.vfs.inode.Permissions;
import org.hexfuse.vfs.mount.Superblock;

/**
 * Files by node id and generation: from the inode cache, and with EXPORT_SUPPORT by a LOOKUP of "." in the node. The directories above one
 * are those of its dentry. Without a dentry the one above is looked up as "..", read for the name, and the name looked up.
 *
 * <p>Source: Linux {@code fs/fuse/inode.c} ({@code fuse_get_dentry}, {@code fuse_get_parent}), {@code fs/exportfs/expfs.c}
 * ({@code reconnect_path}, {@code get_name}).
 */
public final class ExportRequests {
    private static final Name DOT = Name.of(".");
    private static final Name DOT_DOT = Name.of("..");
    /** The deepest directory: a path has at most 4095 bytes. */
    private static final int MAX_DEPTH = 2048;

    private final Superblock superblock;
    private final FileOpener opener;
    private final NodeRequests requests;
    private final Permissions permissions;
    private final Caller caller;

    /** For the user of {@code requests} and {@code permissions}, whose ids in the filesystem {@code caller} has. */
    public ExportRequests(Superblock superblock, FileOpener opener, NodeRequests requests, Permissions permissions,
            Caller caller) {
        this.superblock = superblock;
        this.opener = opener;
        this.requests = requests;
        this.permissions = permissions;
        this.caller = caller;
    }

    private boolean has(InitFlag flag) {
        return superblock.port.negotiated().has(flag);
    }

    /** {@code name_to_handle_at(2)}; EOPNOTSUPP with NO_EXPORT_SUPPORT. */
    public FileHandle encode(Inode inode) {
        require(!has(InitFlag.NO_EXPORT_SUPPORT), Errno.EOPNOTSUPP);
        return identify(inode);
    }

    /** {@code name_to_handle_at(2)} with AT_HANDLE_FID: also with NO_EXPORT_SUPPORT, though it cannot be opened then. */
    public FileHandle identify(Inode inode) {
        return new FileHandle(inode.usableNodeId(), (int) inode.generation());
    }

    /** The inode of a handle, with a reference for the caller; ESTALE if the node is unknown, or is another one by now. */
    public Inode find(FileHandle handle) {
        require(!has(InitFlag.NO_EXPORT_SUPPORT) && handle.nodeId() != 0, Errno.ESTALE);
        Inode inode = superblock.inodes.find(handle.nodeId()).orElseGet(() -> lookup(handle.nodeId(), DOT));
        if (inode.nodeId != handle.nodeId() || (int) inode.generation() != handle.generation()) {
            superblock.inodes.release(inode);
            throw FuseException.of(Errno.ESTALE);
        }
        expireName(inode);
        return inode;
    }

    /** A dentry by which an inode is found here is looked up before it is used by a path. */
    private void expireName(Inode inode) {
        if (inode.nodeId != Protocol.ROOT_ID) {
            superblock.dentries.expire(inode);
        }
    }

    /**
     * The directories from {@code root} to the one above a directory, each with a reference for the caller; ESTALE if it is not below
     * {@code root}.
     */
    public List<Inode> above(Inode directory, Inode root) {
        var above = new ArrayList<Inode>();
        boolean complete = false;
        try {
            Inode at = directory;
            while (at != root) {
                require(at.nodeId != Protocol.ROOT_ID && above.size() < MAX_DEPTH, Errno.ESTALE);
                at = parent(at);
                boolean isAgain = at == directory || above.contains(at);
                above.addFirst(at);
                require(!isAgain && at.isDirectory(), Errno.ESTALE);
            }
            complete = true;
            return above;
        } finally {
            if (!complete) {
                superblock.inodes.release(above);
            }
        }
    }

    private Inode parent(Inode directory) {
        Optional<Inode> cached = superblock.dentries.parent(directory);
        return cached.orElseGet(() -> reconnect(directory));
    }

    /** The directory above one without a dentry, which gets one. Returns it with a reference for the caller. */
    private Inode reconnect(Inode directory) {
        Inode parent = lookup(directory.usableNodeId(), DOT_DOT);
        boolean connected = false;
        try {
            expireName(parent);
            require(parent.isDirectory(), Errno.ESTALE);
            Inode found = child(parent, name(parent, requests.attributes(directory, StatField.INO).ino()));
            superblock.inodes.release(found);
            require(found == directory, Errno.ESTALE);
            connected = true;
            return parent;
        } catch (FuseException e) {
            throw isServers(e.errno()) ? FuseException.of(Errno.ESTALE) : e;
        } finally {
            if (!connected) {
                superblock.inodes.release(parent);
            }
        }
    }

    /** The name in a directory of the entry with an inode number; ESTALE if there is none. */
    private Name name(Inode directory, long ino) {
        Handle handle = opener.openPrivately(directory);
        try {
            DirectoryReader reader = DirectoryReader.inLargeReplies(handle, requests);
            Optional<DirectoryEntry> entry = reader.next();
            while (entry.isPresent() && (entry.get().ino() != ino || entry.get().name().isDotOrDotDot())) {
                entry = reader.next();
            }
            return entry.orElseThrow(() -> FuseException.of(Errno.ESTALE)).name();
        } finally {
            handle.close();
        }
    }

    /** By a valid dentry, which READDIRPLUS may have brought, or by LOOKUP. */
    private Inode child(Inode directory, Name name) {
        permissions.check(directory, Permissions.EXECUTE);
        Inode child = superblock.dentries.find(directory, name).orElseGet(() -> requests.lookup(directory, name));
        require(child != DentryCache.NEGATIVE, Errno.ESTALE);
        return child;
    }

    /** LOOKUP in a node that need not be cached. Returns the inode with a reference for the caller. */
    private Inode lookup(long nodeId, Name name) {
        require(has(InitFlag.EXPORT_SUPPORT), Errno.ESTALE);
        long version = superblock.attributes.version();
        try (Request request = superblock.request(Opcode.LOOKUP, nodeId, caller).name(name)) {
            superblock.port.call(request);
            if (EntryOut.NODEID.get(request.reply(), 0) == Protocol.ROOT_ID) {
                Inode root = superblock.inodes.root();
                root.hold();
                return root;
            }
            EntryReply entry = superblock.entry(request, 0);
            require(!entry.isNegative(), Errno.ESTALE);
            return superblock.inodes.enter(entry, version);
        } catch (FuseException e) {
            throw isServers(e.errno()) ? FuseException.of(Errno.ESTALE) : e;
        }
    }

    /** Whether an error is about the node: not about the connection or the calling thread. */
    private static boolean isServers(Errno errno) {
        return switch (errno) {
            case ENOMEM, EINTR, ENOTCONN, ECONNABORTED, ECONNREFUSED, ETIMEDOUT -> false;
            default -> true;
        };
    }
}
