package org.hexfuse.vfs;

/**
 * A {@code fuse_entry_out}, checked.
 *
 * @param node 0 where there is no such name
 * @param validUntil until when the name may be believed, in {@link System#nanoTime} or {@link Inode#OVER}
 * @param attributes of the node; of no meaning without one
 * @param attributesValidUntil the same for these
 */
record EntryReply(long node, long generation, long validUntil, Stat attributes, long attributesValidUntil) {}
