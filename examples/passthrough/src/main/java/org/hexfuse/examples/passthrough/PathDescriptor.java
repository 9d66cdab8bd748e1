package org.hexfuse.examples.passthrough;

import org.hexfuse.libc.Fd;
import org.hexfuse.posix.ReferenceCount;

/** An O_PATH descriptor of a file, open while anybody uses it or the table of descriptors keeps it. Closing drops one use. */
final class PathDescriptor implements AutoCloseable {
    private final Fd fd;
    private final ReferenceCount uses;
    /** Its place in the table; -1 if it is in none. Guarded by the table. */
    int slot = -1;
    /** Whether the table must not evict it. Guarded by the table. */
    boolean kept;
    /** The file that is to be forgotten if there is no room, for a descriptor that is kept. */
    final BackingInode owner;
    /** Whether it was used since the table last looked. */
    private boolean used = true;

    PathDescriptor(Fd fd, BackingInode owner) {
        this.fd = fd;
        this.owner = owner;
        this.uses = new ReferenceCount(fd::close);
    }

    Fd fd() {
        return fd;
    }

    /** Begins a use. Returns false if the descriptor is closed or about to be. */
    boolean acquire() {
        if (!uses.acquire()) {
            return false;
        }
        if (!used) {
            used = true;
        }
        return true;
    }

    /** Whether it was used since the last call. */
    boolean wasUsed() {
        boolean before = used;
        used = false;
        return before;
    }

    /** Ends a use. */
    @Override public void close() {
        uses.release();
    }

    /** Closes the descriptor, now or with its last use. */
    void evict() {
        uses.close();
    }
}
