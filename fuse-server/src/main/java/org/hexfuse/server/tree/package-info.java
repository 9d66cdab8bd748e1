/**
 * Filesystems of objects: an author subclasses {@link org.hexfuse.server.tree.Node}, the framework has the node ids, lookup counts,
 * open handles, listings and names. A filesystem that never changes needs no class of its own:
 *
 * {@snippet :
 * Node root = new StaticDirectory().with("hello.txt", new StaticFile("Hello, world!\n"));
 * Fuse.mount(TreeFileSystem.of(root), Path.of("/mnt/hello")).await();
 * }
 *
 * <p><b>Nodes.</b> A node is a file of any type, for as long as anything refers to it: a kernel's lookup or open handle, a directory
 * that keeps it, or the author. {@link org.hexfuse.server.tree.Node#getattr} is all that it must have. A node that no kernel refers to
 * any more is {@link org.hexfuse.server.tree.Node#forgotten} and can be collected, so that memory is bounded by what kernels have
 * cached; the framework takes less than 150 bytes for a node and its name. Node ids are never used again, which is why a generation is
 * not needed; they are the inode numbers, unless {@link org.hexfuse.server.tree.Node#ino} is overridden.
 *
 * <p><b>Children</b> come in two ways, also in one directory. <i>Kept</i> children are in memory: a program adds them
 * ({@link org.hexfuse.server.tree.Node#addChild}), or callers create them in a directory that
 * {@linkplain org.hexfuse.server.tree.Node#keepsChildren keeps its children}. The framework finds and lists them, checks what POSIX asks
 * of a rename or a removal, and the author's {@code unlink}, {@code rename} and the like only permit it, and note the times.
 * <i>Looked up</i> children are the author's: {@link org.hexfuse.server.tree.Node#lookup} is called for each LOOKUP, and {@link
 * org.hexfuse.server.tree.Node#readdir} for each listing. It returns the same object for the same file, as from a table of the author's; or
 * the one that is known by the name ({@link org.hexfuse.server.tree.Node#child(org.hexfuse.abi.Name, org.hexfuse.abi.FileType,
 * java.util.function.Supplier)}); or makes objects anew that have a {@link org.hexfuse.server.tree.Node#key}, by which the framework finds
 * the one that is in use. Any other object without a key that was not returned before is a new file: kernels drop what they have cached of
 * the old one. Attributes that a lookup has at hand are returned with the node ({@link org.hexfuse.server.tree.Node#with}) and save a
 * {@code getattr}.
 *
 * <p><b>Names.</b> A node may have several; a directory has one place. When an author's method has returned without an exception the
 * framework adds, moves or removes the names that it knows, so {@link org.hexfuse.server.tree.Node#parent} and
 * {@link org.hexfuse.server.tree.Node#dentries} follow every rename. A file that lost its last name goes on to be used by those who
 * have it open, and is forgotten afterwards.
 *
 * <p><b>Handles.</b> {@link org.hexfuse.server.tree.Node#open} returns an object, on which READ, WRITE and all other operations on that
 * open file are called; a node is its own handle unless it returns another. {@code release} comes once for each open, also when the
 * session ends, and never before the operations that the kernel sent earlier have their handle. Kernels write their page cache back by
 * any open handle of the file.
 *
 * <p><b>Listings.</b> Each open directory has a listing: the stream of the author is read as far as the caller reads, and what was read
 * is remembered, so {@code seekdir(3)} goes back to any place whatever happens to the directory meanwhile. Reading from the start again
 * begins a new listing. For READDIRPLUS each name is looked up; one whose lookup fails or is deferred is listed without attributes.
 *
 * <p><b>Caching and timeouts.</b> Kernels cache a dentry and its attributes for the timeouts of the mount, one second unless set, of the
 * child ({@link org.hexfuse.server.tree.Node#with(org.hexfuse.server.Attr, java.time.Duration)}) and of the attributes; a negative dentry
 * only for the timeout of {@link org.hexfuse.server.tree.Child#absent}. Where files change behind a kernel's back, use short timeouts or
 * notify: {@code node.invalidate()}, {@code directory.invalidateEntry(name)}, {@code node.store(...)} reach all kernels that know the node.
 * Data stays in the page cache across opens only with {@code KEEP_CACHE} in {@link org.hexfuse.server.tree.FileHandle#openFlags}.
 *
 * <p><b>Threads and locks.</b> Methods run concurrently, also on one node. The framework holds no lock while it calls them, with one
 * exception: of one open directory one listing is read at a time. Whether they may wait is said by
 * {@link org.hexfuse.server.FuseFileSystem#blocking}: with {@code IN_JAVA} requests may run on virtual threads, which waits in Java code
 * and monitors do not pin; waits in native code do, so say {@code IN_NATIVE_CODE}. {@link org.hexfuse.server.tree.Node#toString} and
 * everything else that the framework has may be called with an author's lock held. Record locks and flocks are kept for all kernels if
 * {@code capabilities()} has them; {@code setlk} need not be overridden.
 *
 * <p><b>Interrupts.</b> Poll {@code op.interrupted()} in what takes long and throw EINTR, or override {@code interruptsThreads()}; then a
 * wait throws {@link java.lang.InterruptedException}, and a {@link java.nio.channels.FileChannel} that the thread reads is closed for
 * everyone: a filesystem over channels must not.
 *
 * <p><b>Handover.</b> Where another process finds the files by their names, {@code handover()} returns a
 * {@link org.hexfuse.server.tree.TreeHandover} with a format, and a new process can take the mount over. What only memory has is saved by its
 * methods.
 *
 * <p><b>Late replies.</b> {@code op.later(...)} where the author's result is that of the operation, else {@code later(op, ...)} of
 * {@link org.hexfuse.server.tree.Node}. Names are added, moved and removed when the reply is given.
 *
 * <p><b>Deadlocks.</b> A handler that accesses its own mount needs {@code IN_JAVA} or {@code IN_NATIVE_CODE}, and must not touch what its
 * request has locked in the kernel. A notification from a handler about what its own request has locked is refused with EDEADLK; one
 * from a thread that the handler waits for hangs. Notify after the handler has returned, and without a lock that a handler takes.
 *
 * <p><b>Errors.</b> Throw {@link org.hexfuse.abi.FuseException}, or exceptions of the JDK that have an errno; anything else is logged and
 * answered EIO. After an exception nothing has changed in the framework: no name, no reference, no handle.
 */
package org.hexfuse.server.tree;
