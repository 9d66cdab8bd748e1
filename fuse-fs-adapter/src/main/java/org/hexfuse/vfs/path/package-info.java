/**
 * Paths: {@code PathWalk} finds the inodes of a path by the dentry cache or LOOKUP, {@code DirectoryChanges} creates and removes names,
 * {@code RenameRequests} moves them.
 *
 * <p>{@code Vfs} and {@code FileOpener} call it. A walk is for one thread, the caller's, and holds a reference to each inode that it
 * found until it is closed.
 *
 * <p>It never opens a file and never retries: a caller that gets ESTALE makes a new walk.
 */
package org.hexfuse.vfs.path;
