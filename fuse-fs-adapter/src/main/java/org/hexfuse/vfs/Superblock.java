package org.hexfuse.vfs;

import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.RequestPort;
import org.hexfuse.posix.LockTable;

/** One mounted filesystem: the way to its server, what is known of its nodes, and which operations it does not know. */
final class Superblock {
    private static final int FLUSH_MINOR = 8;

    final RequestPort port;
    final NodeCache nodes;
    final VfsOptions options;
    final LockOwners lockOwners = new LockOwners();
    /** The record locks on files of a server that has none. */
    final LockTable<Inode, Long> localRecords = LockTable.ofRecords();
    /** The locks of {@code flock(2)} on files of a server that has none. */
    final LockTable<Inode, Long> localFlocks = LockTable.ofWholeFiles();
    /** Bits by the numbers of the {@link Opcode}s that can be asked for, which are less than 64. */
    private final AtomicLong unknown = new AtomicLong();

    Superblock(RequestPort port, NodeCache nodes, VfsOptions options) {
        this.port = port;
        this.nodes = nodes;
        this.options = options;
        nodes.forgetBy(port::forget);
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
