/**
 * The Linux kernel as the kernel end: a mount, and {@code /dev/fuse}. The room has the server end only,
 * {@link org.hexfuse.transport.linux.LinuxTransport}, with addresses {@code linux:/mount/point}.
 *
 * <p><b>Mounting</b> is done by {@code fsopen(2)} and its brothers for root, by {@code mount(2)} where the kernel lacks them, and by
 * {@code fusermount3} for other users and where both are forbidden; or another process has mounted, and passes the device on as
 * {@code /dev/fd/N}. It is done when the endpoint is opened, so that errors are reported at once; the filesystem
 * can be used when the session has answered INIT.
 *
 * <p><b>Threads.</b> Each worker is a platform thread that blocks in {@code read(2)}, on a descriptor of its own where the
 * kernel lets it be cloned. A reply is written to the descriptor that its request was read from, in one {@code write(2)}.
 *
 * <p><b>Shutdown</b> unmounts while the workers keep serving, since the kernel may write dirty pages back. A mount that is in
 * use is detached from the tree (MNT_DETACH). An unmount that blocks for ten seconds is ended by aborting the connection. Then
 * the workers are woken and the descriptors closed, which aborts the connection for processes that still use it. It takes
 * bounded time, and never unmounts a mount that another process made on the same mount point.
 *
 * <p><b>Handover.</b> A mount can pass to another process, which is given the device over a local socket
 * ({@link org.hexfuse.transport.Transferable}). Workers stop reading without losing a request; the descriptors are closed without an
 * unmount. Only the user of the process and root may take over.
 *
 * <p>The room does not interpret the messages.
 */
package org.hexfuse.transport.linux;
