/**
 * The channels of {@code java.nio.channels} on an open file of a {@link org.hexfuse.vfs.Vfs}: {@code VfsFileChannel} and
 * {@code VfsAsynchronousFileChannel}. Both are called by any thread, as their superclasses say.
 *
 * <p>An error of the open file becomes an {@link java.io.IOException} by the function that the channel was given, which knows the path.
 *
 * <p><b>Locks</b> are those of the open file at the server (OFD locks), so that a lock ends with its channel and with no other one.
 * Channels of one {@code Vfs} are those of one program, and an overlap among them is an
 * {@link java.nio.channels.OverlappingFileLockException}; those of two conflict as the locks of two programs.
 *
 * <p><b>Closing and interrupts.</b> A closed channel wakes the threads that wait for a lock at once. For a
 * read or a write that the server has, INTERRUPT is sent, and the thread returns with the reply. An interrupted thread closes its channel.
 */
package org.hexfuse.nio.channel;
