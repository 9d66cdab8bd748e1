package org.hexfuse.vfs.cache;

import org.hexfuse.vfs.Stat;

/**
 * A {@code fuse_entry_out}, checked.
 *
 * @param nodeId 0 for a negative entry
 * @param entryTimeout for how many nanoseconds the dentry is valid; 0 for none
 * @param attributes of the node; without meaning in a negative entry
 * @param attributesTimeout for how many nanoseconds the attributes are valid; 0 for none
 */
public record EntryReply(long nodeId, long generation, long entryTimeout, Stat attributes, long attributesTimeout) {
    /** No node has the name. */
    public static EntryReply negative(long entryTimeout) {
        return new EntryReply(0, 0, entryTimeout, Inode.UNKNOWN_DIRECTORY, 0);
    }

    /** Whether no node has the name. */
    public boolean isNegative() { return nodeId == 0; }
}
