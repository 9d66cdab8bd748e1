package org.hexfuse.examples.memory;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/** A directory. Its entries and its parent are guarded by the lock of the namespace. */
final class Directory extends Inode {
    /** The size per entry, as on tmpfs. */
    private static final int SIZE_OF_ENTRY = 20;

    private final EntryTable entries = new EntryTable();
    private Directory parent;

    /** The root, which is its own parent. */
    Directory(Birth birth) {
        super(birth, 2);
        this.parent = this;
    }

    Directory(Birth birth, Directory parent) {
        super(birth, 2);
        this.parent = parent;
    }

    EntryTable entries() {
        return entries;
    }

    Directory parent() {
        return parent;
    }

    void moveTo(Directory newParent) {
        this.parent = newParent;
    }

    /** Whether this is {@code other}, or {@code other} is somewhere below. */
    boolean contains(Directory other) {
        Directory at = other;
        while (at != this && at.parent != at) {
            at = at.parent;
        }
        return at == this;
    }

    @Override long size() {
        return (2L + entries.count()) * SIZE_OF_ENTRY;
    }

    @Override void truncate(long size) {
        throw FuseException.of(Errno.EISDIR);
    }

    @Override void discardContent() {
        // A directory without links is empty.
    }
}
