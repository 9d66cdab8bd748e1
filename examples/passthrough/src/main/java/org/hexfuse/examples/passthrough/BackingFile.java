package org.hexfuse.examples.passthrough;

import org.hexfuse.libc.Fd;

/** An open file of the mirrored directory: what a {@link PassthroughFile} is made for. */
public final class BackingFile {
    private final BackingInode inode;
    private final Fd fd;
    private final int flags;

    BackingFile(BackingInode inode, Fd fd, int flags) {
        this.inode = inode;
        this.fd = fd;
        this.flags = flags;
    }

    /** The file that is open. */
    public BackingInode inode() {
        return inode;
    }

    /** The flags of {@code open(2)} that it was opened with here. */
    public int flags() {
        return flags;
    }

    Fd fd() {
        return fd;
    }

    @Override public String toString() {
        return inode + " open as " + fd;
    }
}
