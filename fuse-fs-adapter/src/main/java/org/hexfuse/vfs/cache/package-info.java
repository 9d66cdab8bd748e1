/**
 * What this end caches of one mount: inodes with their lookup counts ({@code InodeTable}), dentries with their entry timeouts
 * ({@code DentryCache}), attributes with their attribute timeouts and versions ({@code AttributeCache}), targets of symbolic links and
 * listings of directories ({@code ContentCache}).
 *
 * <p>Requests put replies in, path walks and {@code stat(2)} read, notifications invalidate: all on any thread. Reads take no
 * lock. Changes of the tree hold one lock for a few instructions; attributes are guarded by the monitor of their inode.
 *
 * <p><b>Memory.</b> A file that was looked up takes an {@code Inode} of 104 bytes, a {@code Dentry} of 48, its name, and a slot in three
 * tables. Attributes are fields of the inode ({@code CachedAttributes}), those in which files seldom differ one object for all of them
 * ({@code CommonAttributes}), and what few inodes have is apart ({@code InodeExtras}). {@link org.hexfuse.vfs.CacheLimits} bounds
 * each kind; {@code DentryTree} evicts.
 *
 * <p>It never sends a request and never waits for a server. FORGET is the one message that it causes, after the lock is released.
 */
package org.hexfuse.vfs.cache;
