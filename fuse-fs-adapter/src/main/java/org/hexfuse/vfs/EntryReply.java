package org.hexfuse.vfs;

/**
 * A {@code fuse_entry_out}, checked.
 *
 * @param node 0 where there is no such name
 * @param entryTimeout for how many nanoseconds the dentry is valid; 0 for none
 * @param attributes of the node; of no meaning without one
 * @param attributesTimeout the same for these
 */
record EntryReply(long node, long generation, long entryTimeout, Stat attributes, long attributesTimeout) {}
