/**
 * The files of a FUSE server as a {@link java.nio.file.FileSystem}, without a mount: {@link org.hexfuse.nio.HexfuseFileSystem} of a
 * {@link org.hexfuse.vfs.Vfs}, or by the URIs of {@link org.hexfuse.nio.HexfuseFileSystemProvider}. For programs that use the files of a
 * server by {@link java.nio.file.Files}, and for libraries that know nothing of FUSE.
 *
 * <p>All calls behave as those of the default provider on Linux, where this does not say otherwise. Any thread may call any method,
 * virtual ones included.
 *
 * <p><b>Caches.</b> Attributes are those that the VFS has cached for their timeouts, so a walk of a tree sends one request for many files.
 * Data is cached if the VFS has a page cache. The time of creation is requested when it is asked for.
 *
 * <p><b>Interrupts.</b> A call on a path of a thread whose interrupt status is set is made, and the status kept. An interrupt while it is
 * blocked cancels the request if no server has read it, or the server cancels it: {@link java.nio.file.FileSystemException} with EINTR. An
 * interrupt in a call on a channel closes that channel.
 *
 * <p><b>Closing</b> a filesystem closes its channels, directory streams and watch services; later calls are
 * {@link java.nio.file.ClosedFileSystemException}.
 *
 * <p><b>Permissions</b> are those of the {@link org.hexfuse.vfs.Credentials} of the VFS, root unless they are others. Users and groups have the
 * names of this machine.
 *
 * <p>It never mounts anything, and never reads a whole directory or file into memory.
 */
package org.hexfuse.nio;
