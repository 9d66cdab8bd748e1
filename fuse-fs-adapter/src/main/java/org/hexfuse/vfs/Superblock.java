package org.hexfuse.vfs;

import static org.hexfuse.vfs.Checks.require;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.device.Caller;
import org.hexfuse.device.Request;
import org.hexfuse.device.RequestPort;
import org.hexfuse.posix.LockTable;

/** One mounted filesystem: the way to its server, what is known of its nodes, and which operations it does not know. */
final class Superblock {
    private static final int FLUSH_MINOR = 8;
    /** What changes something, and is refused on a mount that is read-only. */
    private static final Set<Opcode> CHANGES = EnumSet.of(Opcode.SETATTR, Opcode.SYMLINK, Opcode.MKNOD, Opcode.MKDIR,
            Opcode.UNLINK, Opcode.RMDIR, Opcode.RENAME, Opcode.RENAME2, Opcode.LINK, Opcode.WRITE, Opcode.SETXATTR,
            Opcode.REMOVEXATTR, Opcode.CREATE, Opcode.TMPFILE, Opcode.FALLOCATE, Opcode.COPY_FILE_RANGE,
            Opcode.COPY_FILE_RANGE_64);
    private static final Set<Opcode> CREATES = EnumSet.of(Opcode.CREATE, Opcode.MKNOD, Opcode.MKDIR, Opcode.SYMLINK,
            Opcode.TMPFILE);

    final RequestPort port;
    final DentryCache names;
    final InodeTable nodes;
    final AttributeCache attributes;
    final VfsOptions options;
    final PollTable polls;
    final DirectoryLocks turns;
    final WriteBack writeBack;
    final Passthrough passthrough;
    final LockOwners lockOwners = new LockOwners();
    /** The record locks on files of a server that has none. */
    final LockTable<Inode, Long> localRecords = LockTable.ofRecords();
    /** The locks of {@code flock(2)} on files of a server that has none. */
    final LockTable<Inode, Long> localFlocks = LockTable.ofWholeFiles();
    /** Bits by the numbers of the {@link Opcode}s that can be asked for, which are less than 64. */
    private final AtomicLong unknown = new AtomicLong();

    Superblock(RequestPort port, DentryCache names, PollTable polls, VfsOptions options) {
        this.port = port;
        this.names = names;
        this.nodes = names.nodes;
        this.attributes = nodes.attributes;
        this.polls = polls;
        this.options = options;
        this.turns = new DirectoryLocks(port);
        this.writeBack = new WriteBack(this);
        this.passthrough = new Passthrough(port);
        nodes.forgetBy(port::forget);
        attributes.ownsFilesIf(() -> port.negotiated().has(InitFlag.WRITEBACK_CACHE));
    }

    /** The filesystem is unmounted: tells a server that has a block device to itself, and waits for it for a limited time. */
    void destroy() {
        if (options.blockDevice() == 0) {
            return;
        }
        try (Request request = port.newRequest(Opcode.DESTROY, 0, Caller.KERNEL)) {
            port.call(request.force().timeout(options.connection().drainTimeout().toNanos()));
        } catch (FuseException _) {
            // It may be gone, or not care.
        }
    }

    /** A request on a user's behalf. A server that maps ids itself is told them by what makes a node alone. */
    Request request(Opcode opcode, Inode inode, Caller caller) {
        require(!options.readOnly() || !CHANGES.contains(opcode), Errno.EROFS);
        boolean tells = !port.negotiated().has(InitFlag.ALLOW_IDMAP) || CREATES.contains(opcode);
        return port.newRequest(opcode, inode.number(),
                tells ? caller : new Caller(Protocol.INVALID_UIDGID, Protocol.INVALID_UIDGID, caller.pid()));
    }

    /** Makes a request on a user's behalf that servers may do without, and makes it no more where one does. */
    void callIfKnown(Opcode opcode, Inode inode, Caller caller, Consumer<Request> arguments) {
        if (lacks(opcode)) {
            return;
        }
        try (Request request = request(opcode, inode, caller)) {
            arguments.accept(request);
            port.call(request);
        } catch (FuseException e) {
            if (e.errno() != Errno.ENOSYS) {
                throw e;
            }
            isLacking(opcode);
        }
    }

    /** ENAMETOOLONG for a name that is longer than the server's may be. */
    void checkLength(Name name) {
        require(name.length() <= port.negotiated().nameMax(), Errno.ENAMETOOLONG);
    }

    /** Whether the server has answered an operation with ENOSYS. */
    boolean lacks(Opcode opcode) {
        return (unknown.get() & 1L << opcode.code()) != 0;
    }

    /** The server has answered ENOSYS, and will not be asked again. */
    void isLacking(Opcode opcode) {
        unknown.getAndUpdate(bits -> bits | 1L << opcode.code());
    }

    /** What a caller is told when an operation failed, with {@code instead} where the server does not know it. */
    FuseException without(Opcode opcode, FuseException e, Errno instead) {
        if (e.errno() != Errno.ENOSYS) {
            return e;
        }
        isLacking(opcode);
        return FuseException.of(instead);
    }

    /** Whether owner, group and mode decide here: by how it is mounted, or since the server left it to this end. */
    boolean checksPermissions() {
        return options.defaultPermissions() || port.negotiated().impliesDefaultPermissions();
    }

    /** Whether access control lists decide too. */
    boolean checksLists() {
        return port.negotiated().has(InitFlag.POSIX_ACL);
    }

    /** Before 7.8 nothing but RELEASE says that locks go. */
    boolean flushesOnRelease() {
        return port.negotiated().minor() < FLUSH_MINOR;
    }

    /** Whether the server takes set-user-id and set-group-id away when a file is written to. */
    boolean dropsSetIdItself() {
        return port.negotiated().has(InitFlag.HANDLE_KILLPRIV) || dropsSetIdWhenTold();
    }

    /** Whether it does so only for requests that say it. */
    boolean dropsSetIdWhenTold() {
        return port.negotiated().has(InitFlag.HANDLE_KILLPRIV_V2);
    }
}
