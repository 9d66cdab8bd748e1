/**
 * FUSE over io_uring: requests and replies by the entries of rings, in place of reads and writes of {@code /dev/fuse}.
 *
 * <p>{@link org.hexfuse.transport.linux.uring.UringLink} decorates the link of a mount. It opens a
 * {@link org.hexfuse.transport.linux.uring.UringQueue} for each possible processor, since the kernel queues a request on the processor
 * of its caller and uses the rings once each has an entry. A queue is the source of requests of one worker, which is pinned to that
 * processor and reads them with one {@code io_uring_enter(2)} a request: it commits the reply to the last one and waits for the next. A
 * {@link org.hexfuse.transport.linux.uring.UringEntry} is a slot over the memory that the kernel was given once.
 *
 * <p><b>Threads.</b> Only its worker uses a ring: the kernel copies the requests of an entry on the thread that submitted it, and gives the
 * entry up when that thread ends. Replies of other threads are queued for the worker, which an event counter wakes from the ring.
 *
 * <p><b>Late replies.</b> The kernel cannot lend an entry again before its request is answered. So a slot is detached without a copy, and
 * another entry is registered in its place.
 *
 * <p><b>Memory.</b> The kernel writes to entries until it has freed the ring, in the background. A link keeps the entries until then:
 * each ring holds the end of a pipe, at whose other end the link sees it go.
 *
 * <p>FORGET, INTERRUPT and notifications stay on {@code /dev/fuse}, as do all requests where the rings cannot be used.
 *
 * <p>Source: Linux {@code Documentation/filesystems/fuse/fuse-io-uring.rst}, {@code fs/fuse/dev_uring.c}.
 */
package org.hexfuse.transport.linux.uring;
