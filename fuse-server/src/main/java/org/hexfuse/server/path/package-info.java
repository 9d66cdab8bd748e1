/**
 * Filesystems whose operations have paths, for those who know libfuse's high-level API, jnr-fuse or jfuse. An author implements
 * {@link org.hexfuse.server.path.PathOperations}; {@link org.hexfuse.server.path.PathFileSystem#of} makes it mountable. It ends in the
 * {@linkplain org.hexfuse.server.tree tree}, whose rules for listings, caching, threads, interrupts, deadlocks and errors hold here, too.
 *
 * {@snippet :
 * final class Hello implements PathOperations {
 *     private static final byte[] TEXT = "Hello, world!\n".getBytes(UTF_8);
 *
 *     @Override public Attr getattr(String path, GetAttr op) {
 *         return switch (path) {
 *             case "/" -> Attr.directory(0755);
 *             case "/hello.txt" -> Attr.file(0444, TEXT.length);
 *             default -> throw FuseException.of(ENOENT);
 *         };
 *     }
 *
 *     @Override public Stream<Listed> readdir(String path, ReadDir op) { return Stream.of(Listed.of("hello.txt", REGULAR)); }
 *
 *     @Override public void read(String path, Read op, DataReply out) { out.writeSlice(TEXT, op.offset()); }
 *
 *     public static void main(String[] args) throws Exception {
 *         Fuse.mount(PathFileSystem.of(new Hello()), Path.of(args[0])).await();
 *     }
 * }
 * }
 *
 * <p><b>Paths</b> are right while a method runs. An operation shares its path with others; {@code rename}, {@code unlink} and
 * {@code rmdir} wait for all operations at and below the names that they change, and later ones wait for them. So a method that blocks
 * holds up renames of the directories above it, and nothing else. Operations on a handle that is an object, locks, {@code release} and
 * {@code releasedir}, and what is left of an operation that has deferred its reply, hold no path: a rename may run meanwhile. Of those
 * that change names only a late {@code rename}, {@code unlink} or {@code rmdir} holds its path until it is replied to.
 *
 * <p><b>Files.</b> Each name is a file of its own, except hard links: those that {@code link} made are known, others are recognised if
 * {@code getattr} returns inode numbers. An operation on a file with several names gets one of them. {@code getattr} is called for each lookup, and after
 * each operation that creates.
 *
 * <p><b>Handles.</b> {@code open} returns an object, a {@link org.hexfuse.server.tree.FileHandle}, on which the operations on the open file
 * are called without a path; or a {@link org.hexfuse.server.path.NumberedHandle}, and they come to the methods of
 * {@code PathOperations}, with a path and that number, as {@code fi->fh} in libfuse. By default the number is 0.
 *
 * <p><b>Files that are removed while they are open.</b> If each open file of it is an {@link org.hexfuse.server.path.OpenFile}, which has
 * the attributes as well, {@code unlink} is called, and what follows comes to these objects. Otherwise the file needs a path: it is
 * renamed to {@code .fuse_hidden...} in its directory, as libfuse does, and removed when it is closed; listings leave it out, and its
 * directory cannot be removed before. A rename that replaces an open file does the same, and gives the file its name back if it fails. What a kernel refers to without having it open
 * is ESTALE once it has no name, upon which Linux looks the name up again: an {@code open(2)} that meets the replacement of its file
 * twice fails.
 *
 * <p><b>Handover.</b> Where another process finds the files by their paths, {@code handover()} returns a
 * {@link org.hexfuse.server.path.PathHandover} with a format, and a new process can take the mount over, with the files that were removed
 * while they were open.
 *
 * <p><b>Late replies.</b> {@code op.later(...)}; operations that create are replied to with null when they are done, since the entry is
 * the framework's, and {@code open} and {@code create} with a number. {@code readdir} and {@code tmpfile} cannot be replied to late:
 * a stream takes its names when they are read, and may wait for them.
 *
 * <p><b>Notifications.</b> {@code fileSystem.known(path).ifPresent(Node::invalidate)}, and
 * {@link org.hexfuse.server.path.PathFileSystem#invalidateEntry} for names.
 */
package org.hexfuse.server.path;
