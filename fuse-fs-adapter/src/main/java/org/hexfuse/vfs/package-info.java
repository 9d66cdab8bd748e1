/**
 * A virtual filesystem switch on the kernel end of FUSE: what {@code fs/namei.c} and {@code fs/fuse} are in Linux.
 *
 * <p>Programs call {@link org.hexfuse.vfs.Vfs}, one process's view of a mounted filesystem, and what it opens:
 * {@link org.hexfuse.vfs.OpenFile}, {@link org.hexfuse.vfs.OpenDirectory}, {@link org.hexfuse.vfs.RecordLocks}. Each call is checked and
 * sent to the server through an {@link org.hexfuse.device.RequestPort}; the reply is checked and cached for as long as its timeout
 * says. Notifications of the server come through a {@link org.hexfuse.device.NotificationSink} and invalidate caches.
 *
 * <p><b>Threads.</b> Any thread may call any method, except that an {@code OpenDirectory} is for one at a time. Callers may be virtual
 * threads, and block on their own thread. Notifications come on a thread of the connection. The package starts virtual threads only: for
 * the FORGET of an inode whose last use was a RELEASE, and for the end of a file whose last call was a READ ahead, since the thread that
 * brings a reply must not send; with a page cache for each mount one that writes out dirty pages, which the unmount ends, for a closed
 * file whose pages are still dirty, and for the last write-out of an unmount, which waits for it for a limited time.
 *
 * <p><b>Locks.</b> Internal locks guard a few instructions each, and none is held while a request is in flight, with two exceptions:
 * the per-directory lock for a server without {@link org.hexfuse.abi.InitFlag#PARALLEL_DIROPS} ({@code DirectoryLocks}), and with a page
 * cache the gate of a file, by which truncations exclude writes ({@code WriteGate}). So replies may overtake each other: one that is older than a local change does not replace it, see {@code AttributeCache} and
 * {@code DentryCache}. An append reserves its range before it writes.
 *
 * <p><b>It never</b> names a transport, and caches data only with {@link org.hexfuse.vfs.VfsOptions#withPageCache}. It retries a call in two cases, once: after ESTALE, and after EEXIST from a
 * CREATE without O_EXCL. It calls a program back in two cases: for the memory of an {@code ioctl(2)}
 * ({@link org.hexfuse.vfs.UserMemory}), and for changes of a directory ({@link org.hexfuse.vfs.DirectoryListener}).
 *
 * <p><b>Inside.</b> The types here but the four above are values, which all packages use. The others are not exported and depend on
 * those before them in this list: {@code page} (the page cache), {@code cache} (dentries, inodes, attributes), {@code request} (arguments, replies, ENOSYS),
 * {@code lock}, {@code notify}, {@code mount} (the superblock and its mounts), {@code inode} (attributes, extended attributes, permissions),
 * {@code path} (walks, names), {@code file} (open files).
 */
package org.hexfuse.vfs;
