/**
 * What this end caches of one mount: inodes with their lookup counts ({@code InodeTable}), dentries with their entry timeouts
 * ({@code DentryCache}), attributes with their attribute timeouts and versions ({@code AttributeCache}).
 *
 * <p>Requests put replies in, path walks and {@code stat(2)} read, notifications invalidate: all on any thread. Reads take no
 * lock. Changes of the tree hold one lock for a few instructions; attributes are guarded by the monitor of their inode.
 *
 * <p>It never sends a request and never waits for a server. FORGET is the one message that it causes, after the lock is released.
 */
package org.hexfuse.vfs.cache;
