/**
 * The files of any {@link java.nio.file.FileSystem}, served by FUSE: {@link org.hexfuse.nio.server.NioFileSystem}, and by address
 *
 * <ul>
 * <li>{@code dir:PATH} for a directory of this machine;
 * <li>{@code zip:FILE} for a zip or jar, read and written;
 * <li>{@code jrt:} for the modules of this Java;
 * <li>{@code nio:URI} for every provider on the class path.
 * </ul>
 *
 * <p><b>Attributes</b> are those of the view {@code unix}, else of {@code posix}, else of {@code basic}, whose files belong to the user of
 * this process and have the permissions that files mostly have. Extended attributes {@code user.NAME} are the user-defined ones. Inode
 * numbers are the provider's; where it has none, those that the framework gives a file for as long as kernels refer to it.
 *
 * <p><b>What a provider lacks</b> is answered EOPNOTSUPP, or EROFS, and logged once in one line: FIFOs and devices, which
 * {@code java.nio.file} cannot make, hard and symbolic links, owners, the bits above the nine permissions. New files then belong to
 * the user of this process, and {@code fsync(2)} returns without the provider's help.
 *
 * <p><b>Open files</b> are channels, and stay open when their name is removed: with providers that are known to keep them by that channel,
 * with others by a hidden name.
 *
 * <p><b>Interrupts.</b> A thread that is interrupted in a channel of the JDK closes it. INTERRUPT never interrupts a thread here, and
 * what runs on threads of callers, or at the end of a session, calls the provider on a thread of its own.
 *
 * <p><b>A zip</b> is open for reading until it is first changed. Members are read by streams and never put into memory as a whole: a stored
 * one at any offset at once, a deflated one from the nearest offset before that a stream is at, or from a file without a name after much was
 * inflated in vain. What is written is kept in such files, small members in memory within a budget. The archive is written at
 * {@code fsync(2)}, {@code syncfs(2)} and the end of a session, if it was changed: into a directory beside it, whose result replaces it
 * by one rename. A process that is killed leaves the old or the new archive, and that directory, which the next one that writes removes. The time that
 * {@code fsync(2)} takes is that of copying the archive. Times are in seconds; owners are not kept.
 */
package org.hexfuse.nio.server;
