package org.hexfuse.vfs.cache;

import java.util.Optional;
import org.hexfuse.posix.AccessControlList;
import org.hexfuse.posix.Timespec;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.page.FilePages;

/**
 * What few inodes have: the children of a directory, an access control list, a time of creation. A file that was only looked up has
 * none of it, so that it takes one reference of each inode.
 */
final class InodeExtras {
    /** The dentries in a directory. Changed under the lock of {@link InodeTable}. */
    final ChildTable children;
    /** Whether names in the directory were looked up, which advises READDIRPLUS. */
    volatile boolean lookedUpIn;
    /** Whether it is a directory that was removed. */
    volatile boolean removed;
    /** The access control list that was read since the attributes were received; null for none. Written under the inode's monitor. */
    volatile CachedAccessList accessList;
    /** The time of creation; null if it is not known, empty if the filesystem has none. */
    volatile Optional<Timespec> btime;
    /** Attributes that do not fit into {@link CachedAttributes}. */
    volatile Stat wide;
    /** What {@link ContentCache} has of it; null for nothing. Written under the monitor of that. */
    volatile ContentCache.Entry<?> content;
    /** The cached pages of a regular file; null until one is to be cached. */
    volatile FilePages pages;
    /** The upper 32 bits of the generation. */
    volatile int generationHigh;

    InodeExtras(boolean isDirectory) {
        this.children = isDirectory ? new ChildTable() : ChildTable.NONE;
    }

    /** An access control list, or the request for one in flight: then it has none yet. */
    record CachedAccessList(Optional<Optional<AccessControlList>> list) {}
}
