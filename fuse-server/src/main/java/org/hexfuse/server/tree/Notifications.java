package org.hexfuse.server.tree;

import java.util.function.Function;
import org.hexfuse.abi.Errno;
import org.hexfuse.server.Notifier;
import org.hexfuse.server.Session;

/** Notifications about a node to all kernels that it is served to. */
final class Notifications {
    private Notifications() {}

    /** The first failure; OK if a kernel had it in its caches; else ENOENT. */
    static Errno send(Node node, Function<Notifier, Errno> notification) {
        TreeFileSystem fileSystem = node.home.fileSystem;
        if (fileSystem == null || node.references == 0) {
            return Errno.ENOENT;
        }
        Errno result = Errno.ENOENT;
        for (Session session : fileSystem.sessions()) {
            Errno one = notification.apply(session.notifier());
            boolean settled = result != Errno.OK && result != Errno.ENOENT;
            result = settled || one == Errno.ENOENT || one == Errno.ENOTCONN ? result : one;
        }
        return result;
    }
}
