/**
 * A virtual filesystem switch on top of the kernel's end of FUSE: what {@code fs/namei.c} and {@code fs/fuse} are to Linux.
 *
 * <p>Programs call {@link org.hexfuse.vfs.Vfs}, which is one process's view of a mounted filesystem, and what that opens:
 * {@link org.hexfuse.vfs.OpenFile}, {@link org.hexfuse.vfs.OpenDirectory}, {@link org.hexfuse.vfs.RecordLocks}. Each call is
 * checked, sent to the server through an {@link org.hexfuse.device.RequestPort}, and what is answered is checked and
 * remembered for as long as the server says. What a server says unasked comes through a
 * {@link org.hexfuse.device.NotificationSink}.
 *
 * <p><b>Threads.</b> Any thread may call anything but an {@code OpenDirectory}, which is for one at a time; callers may be
 * virtual threads, and wait on their own thread. The package starts none. A notification comes on a thread of the
 * connection's, and changes no more than what is remembered here.
 *
 * <p><b>Locks.</b> The locks inside guard a few instructions each, and none is held while the server works, with two exceptions.
 * A server that has not asked for {@link org.hexfuse.abi.InitFlag#PARALLEL_DIROPS} is asked for names of a directory by one
 * caller at a time ({@code DirectoryLocks}). And a lock on a file ({@code flock(2)}, {@code fcntl(2)}) that is kept here is held
 * until its owner gives it up, as its purpose is. An append holds nothing: it reserves its room before it writes. So answers
 * may overtake each other. What was changed here since a request was made is not replaced by the answer, see
 * {@code AttributeCache} and {@code DentryCache}.
 *
 * <p><b>It never</b> names a transport, keeps data, tries again what failed (but once, where something on a path was stale or a
 * name was made by somebody who was faster), or calls a program back, but for the memory of an {@code ioctl(2)}
 * ({@link org.hexfuse.vfs.UserMemory}).
 *
 * <p>Inside there are three layers, and the outer ones call the inner ones. The rules of system calls: {@code PathWalk}, {@code FileOpener},
 * {@code NamePolicy}, {@code RenamePolicy}, {@code Permissions}, {@code AttributeChanges}, {@code Xattrs}, {@code FileCopy}. The
 * requests, made on behalf of one user: {@code NodeRequests}, {@code NameRequests}, {@code XattrRequests}, {@code OpenRequests}, and those on
 * what is open: {@code Handle}, {@code FileData}, {@code LockRequests}, {@code PollWaiter}, {@code Ioctl}. What a mount knows,
 * whoever asks: {@code Superblock}, {@code DentryCache}, {@code InodeTable}, {@code AttributeCache}, {@code WriteBack},
 * {@code Passthrough}, {@code PollTable}.
 */
package org.hexfuse.vfs;
