/**
 * What the author of a filesystem needs. A filesystem implements {@link org.hexfuse.server.FuseFileSystem}, one method per operation
 * of the protocol; {@link org.hexfuse.server.Fuse} mounts it on Linux, {@link org.hexfuse.server.FuseServer} serves it over any
 * transport. The interface is libfuse's low-level one: it works on node ids, not on paths.
 *
 * <p><b>Nodes.</b> A node id is the filesystem's own number for a file; the root has 1. The kernel gets a node by a reply with an
 * {@link org.hexfuse.server.Entry}: LOOKUP, the operations that create, READDIRPLUS. Each such reply adds one to the node's lookup
 * count, FORGET subtracts from it, and until the count is zero the node id stays valid, even when the last name was removed. A node
 * id may be reused afterwards, with another generation. The filesystem keeps the count if it has anything to free; a filesystem
 * whose node ids are derived from the files themselves need not.
 *
 * <p><b>Entries and timeouts.</b> The kernel caches a dentry (the name) for the entry timeout and the attributes of a node for the
 * attribute timeout, and calls neither {@code lookup} nor {@code getattr} until these have expired.
 * {@link org.hexfuse.server.Entry#absent} is a negative dentry, cached as well. Timeouts that a result does not set are those of the
 * mount, one second unless set. Where files change behind the kernel's back, choose short timeouts, or long ones and
 * {@link org.hexfuse.server.Notifier#invalidateNode} and {@link org.hexfuse.server.Notifier#invalidateEntry}. File data stays in the
 * page cache from one open to the next only with {@link org.hexfuse.server.Opened#keepCache}.
 *
 * <p><b>Handles.</b> {@code open}, {@code opendir} and {@code create} return a file handle of the filesystem's own, which comes with
 * each operation on that open file. FLUSH comes for each descriptor that is closed and can report an error; RELEASE comes once, after
 * the last, and cannot. WRITE and SETATTR may come without a handle, as when the kernel writes its page cache back.
 *
 * <p><b>Sessions.</b> Each kernel that connects is a {@link org.hexfuse.server.Session}, from {@code init} to {@code destroy}. At its
 * end, however it came about, all open handles are released and all lookups forgotten, once, before {@code destroy}, unless
 * another process has taken it over.
 *
 * <p><b>Handover.</b> Another process can take a live mount over, with its open files, if the filesystem has a
 * {@link org.hexfuse.server.Handover}. The session then ends here without releases, and goes on there without INIT.
 *
 * <p><b>Threads.</b> Methods run concurrently. {@link org.hexfuse.server.FuseFileSystem#blocking} decides on which threads: with
 * {@code NEVER}, the default, on the few that read requests, and a method that blocks then holds up every other request. A filesystem
 * that waits for a disk, a network or a remote peer returns {@code IN_JAVA} or {@code IN_NATIVE_CODE}, or defers its replies. A SETLKW
 * has a thread of its own in any case. INTERRUPT and FORGET of a filesystem that
 * blocks are read within a few milliseconds, whatever its requests do.
 *
 * <p><b>Late replies.</b> Every operation but FORGET can be replied to after its method has returned, from any thread, once:
 * {@link org.hexfuse.server.Deferrable#later}. The operation and the reply that the method was given stay valid until then. Each
 * deferred request counts in {@code max_inflight}; beyond that {@code later} throws ENOMEM.
 *
 * <p><b>Interrupts.</b> A signal to the caller sends INTERRUPT; the request still needs its reply. A method may ignore that, poll
 * {@link org.hexfuse.server.Operation#interrupted}, be called back ({@link org.hexfuse.server.Operation#onInterrupt}), or have its thread
 * interrupted, which ends waits in Java code: for all methods by {@link org.hexfuse.server.FuseFileSystem#interruptsThreads}, for one
 * operation by {@link org.hexfuse.server.Operation#interruptThread}. It answers EINTR if the operation had no effect. The interrupt of a
 * thread also closes the {@link java.nio.channels.FileChannel} that the thread is reading or writing, for all its users: a filesystem
 * over channels must not enable it. The end of a session interrupts all its requests.
 *
 * <p><b>Deadlocks.</b> Three are easy to build. A handler that accesses a file on its own mount waits for a request that may need the
 * handler's own thread: such a filesystem must return {@code IN_NATIVE_CODE} or {@code IN_JAVA} from {@code blocking}, and never access
 * the node that the request has locked. A notification takes kernel locks that the request of the handler holds: it is refused with
 * EDEADLK from the handler itself, and hangs from a thread that the handler waits for, or before a late reply is given; send it
 * afterwards ({@link org.hexfuse.server.Notifier}). A handler that holds a lock of the filesystem while it calls the notifier blocks
 * a second handler which needs that lock and whose request the kernel waits for: call the notifier without locks.
 *
 * <p><b>Errors.</b> {@link org.hexfuse.abi.FuseException} carries an errno and no stack trace. Exceptions of the JDK are answered with
 * the errno that fits: ENOENT for {@link java.nio.file.NoSuchFileException}, EINTR for {@link java.lang.InterruptedException}, ENOMEM
 * for {@link java.lang.OutOfMemoryError}, EIO for any other {@link java.io.IOException}. Every other exception is a defect: it goes to
 * the {@link org.hexfuse.server.observe.PanicHandler}, which logs it unless another one is set, and is answered EIO. No exception ends a session. ENOSYS makes a kernel stop sending the operation, for the rest of the session, where it
 * has a fallback.
 *
 * <p><b>Tests and decorators.</b> Operations are made by hand with {@code of}, changed with {@code with...}; {@code DataReply.into} and
 * {@link org.hexfuse.server.Listing} are replies in memory. So a method is a unit test away from being called, and a
 * {@link org.hexfuse.server.FilterFileSystem} rewrites what it passes on.
 */
package org.hexfuse.server;
