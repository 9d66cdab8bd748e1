package org.hexfuse.server.notify;

import java.util.EnumSet;
import java.util.Set;
import org.hexfuse.abi.Opcode;

/**
 * Which notifications wait for which requests in flight, since the kernel holds a lock for the request: sent by the handler of that
 * request they would deadlock.
 *
 * <p>Source: Linux {@code fs/fuse/dir.c} ({@code fuse_reverse_inval_entry} takes the lock of the directory and, to delete, that
 * of the child), {@code inode.c} ({@code fuse_reverse_inval_inode}) and {@code dev.c} ({@code fuse_notify_store},
 * {@code fuse_notify_retrieve}), which lock pages; {@code Documentation/filesystems/locking.rst} for what holds them.
 */
final class NotificationLocks {
    /** Requests on a directory that hold its lock, shared or exclusive. */
    private static final Set<Opcode> HOLD_DIRECTORY = EnumSet.of(Opcode.LOOKUP, Opcode.CREATE, Opcode.TMPFILE,
            Opcode.MKNOD,
            Opcode.MKDIR, Opcode.SYMLINK, Opcode.LINK, Opcode.UNLINK, Opcode.RMDIR, Opcode.RENAME, Opcode.RENAME2,
            Opcode.READDIR, Opcode.READDIRPLUS, Opcode.SETATTR, Opcode.SETXATTR, Opcode.REMOVEXATTR, Opcode.FSYNCDIR);
    /** Requests on a node that hold its lock. */
    private static final Set<Opcode> HOLD_NODE = EnumSet.of(Opcode.SETATTR, Opcode.WRITE, Opcode.FALLOCATE,
            Opcode.SETXATTR,
            Opcode.REMOVEXATTR, Opcode.FSYNC, Opcode.COPY_FILE_RANGE, Opcode.COPY_FILE_RANGE_64);
    /** Requests on a file that hold pages of it. */
    private static final Set<Opcode> HOLD_PAGES = EnumSet.of(Opcode.READ, Opcode.WRITE);

    private NotificationLocks() {}

    /** Whether a handler of {@code opcode} on {@code node} deadlocks when it invalidates a name in {@code parent}. */
    static boolean entry(Opcode opcode, long node, long second, long parent) {
        return HOLD_DIRECTORY.contains(opcode) && (node == parent || second == parent);
    }

    /** Whether it deadlocks with a notification that takes the lock of a node. */
    static boolean node(Opcode opcode, long node, long target) {
        return HOLD_NODE.contains(opcode) && node == target;
    }

    /** Whether it deadlocks with a notification that locks pages of a file. */
    static boolean pages(Opcode opcode, long node, long target) {
        return HOLD_PAGES.contains(opcode) && node == target;
    }
}
