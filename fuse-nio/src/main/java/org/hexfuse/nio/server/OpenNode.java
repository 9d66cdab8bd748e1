package org.hexfuse.nio.server;

import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.Attr;
import org.hexfuse.server.SetAttr;

/** A file while it is open: what its open handles share. */
class OpenNode {
    /** Held to append, so that two that append write one behind the other. */
    final ReentrantLock end = new ReentrantLock();
    /** The path in the mount. Written under the lock of the table. */
    volatile String path;
    /** The open handles. Guarded by the table. */
    int handles;
    /** The attributes of a file that has lost its last name, which nobody else can change any more; null before. */
    private volatile Attr last;

    OpenNode(String path) {
        this.path = path;
    }

    /** Whether the table keeps it when no handle is open. Called under the lock of the table. */
    boolean stays() {
        return false;
    }

    /** The attributes of a file that has lost its last name; null before. */
    final Attr last() {
        return last;
    }

    final void removed(Attr attr) {
        last = attr.toBuilder().nlink(Math.max(0, attr.nlink() - 1)).ctime(Timespec.now()).build();
    }

    synchronized void written() {
        if (last != null) {
            last = last.toBuilder().mtime(Timespec.now()).ctime(Timespec.now()).build();
        }
    }

    final synchronized void set(SetAttr op) {
        last = op.applyTo(last, Timespec.now());
    }
}
