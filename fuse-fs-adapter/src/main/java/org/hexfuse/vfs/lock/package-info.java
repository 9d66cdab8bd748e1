/**
 * Locks. The locks on an open file, {@code flock(2)} and {@code fcntl(2)} ({@code OpenFileLocks}), are the server's, by SETLK and
 * SETLKW ({@code LockRequests}), or local if the server has none ({@code LocalLocks}); {@code LockOwners} makes the owner ids.
 * {@code DirectoryLocks} serializes LOOKUP and READDIR of one directory for a server without PARALLEL_DIROPS.
 *
 * <p>Open files call it on any thread. A caller blocks in three places: {@code LocalLocks.set}, {@code LockRequests.set} with
 * SETLKW, {@code DirectoryLocks.locked}; an interrupt ends each with EINTR.
 *
 * <p>A directory's lock is the one lock that is held while a request is in flight.
 */
package org.hexfuse.vfs.lock;
