/**
 * The files of a remote store, cached: {@code remote:http://host:port/path} is a directory of a WebDAV server,
 * {@code remote:script} a slow store to try it on.
 *
 * <p>{@link org.hexfuse.examples.remote.RemoteFileSystem} is a tree of nodes that are looked up in a
 * {@link org.hexfuse.examples.remote.store.Store}, the port that a protocol implements. Attributes and names are cached for a time
 * ({@code ttl}), here and by kernels, data in blocks, in a bounded cache ({@code block}, {@code cache}); a sequential reader has the
 * next blocks read ahead. Blocks belong to a version of a file, its ETag: when another one is seen, readers get that, and kernels are
 * notified to drop what they have. Until then a reader may get as much of the new version as the old size allows. A file that is opened is
 * at most {@code ttl} old.
 *
 * <p><b>Waits.</b> Handlers wait for the store, {@code Blocking.IN_JAVA}, and are interrupted with their callers. Late replies would free
 * the handlers' threads, but those are cheap here: beyond its workers the framework waits on virtual threads. In return a handler is
 * straight code, a look at the version and then the blocks, where late replies would be chains of callbacks; and EINTR comes of itself.
 * Each call of the store has a virtual thread of its own, which concurrent readers share: whoever is interrupted leaves, the call goes on
 * for the others. A call that fails is tried again ({@code attempts}); one that hangs is ended after {@code timeout}, ETIMEDOUT. Until
 * then it is one of the {@code calls} that may be at the store at once; other files are read by the rest of them.
 *
 * <p><b>Writes</b> go to a draft, an unnamed temporary file that begins with the content of the file. It is uploaded as a whole when a
 * descriptor is closed, or by {@code fsync(2)}, which report the errors: ESTALE if the file was changed by somebody else meanwhile, or
 * if the reply to an upload was lost and the second attempt met the first one's work. What cannot be uploaded until the last descriptor
 * is closed is lost, and logged.
 *
 * <p><b>What a store cannot have.</b> Links, owners and permissions; times are the store's, and setting them has no effect. A file
 * that is removed while it is open can be read as far as its blocks are cached, then it is ESTALE. {@code rmdir} and {@code rename} ask
 * for the directory's content before they act, not at once with it. Names have no inode numbers in the store: these last as long as a
 * kernel knows a file.
 */
package org.hexfuse.examples.remote;
