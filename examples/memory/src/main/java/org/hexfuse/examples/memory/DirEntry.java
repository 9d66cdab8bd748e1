package org.hexfuse.examples.memory;

import org.hexfuse.abi.Name;

/** A directory entry. It keeps its cookie when its node is replaced. */
final class DirEntry {
    private final Name name;
    private final long cookie;
    private Inode inode;
    private boolean removed;

    DirEntry(Name name, Inode inode, long cookie) {
        this.name = name;
        this.inode = inode;
        this.cookie = cookie;
    }

    Name name() {
        return name;
    }

    Inode inode() {
        return inode;
    }

    void standFor(Inode other) {
        this.inode = other;
    }

    long cookie() {
        return cookie;
    }

    boolean removed() {
        return removed;
    }

    void remove() {
        removed = true;
    }
}
