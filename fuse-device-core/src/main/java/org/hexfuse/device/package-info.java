/**
 * The kernel's end of FUSE: what {@code /dev/fuse} and {@code fs/fuse/dev.c} are to Linux, and {@code DeviceFD} to gVisor.
 *
 * <p>A {@link org.hexfuse.device.FuseConnection} connects a virtual filesystem switch to its servers. The VFS makes requests
 * through {@link org.hexfuse.device.RequestPort} and waits for their replies. Servers read the requests and write the replies
 * through a {@link org.hexfuse.transport.DeviceHandle}, which transports use, or through a
 * {@link org.hexfuse.device.DeviceFile}, a view of a handle that carries whole messages as read and write on {@code /dev/fuse}
 * do. Notifications go to a {@link org.hexfuse.device.NotificationSink}. {@link org.hexfuse.device.KernelProfile} holds the
 * differences between kernels; {@link org.hexfuse.device.DeviceState} has all states and transitions.
 *
 * <p>Any thread may call any method; callers may be virtual threads. Each part of a connection has its own lock, in the order
 * that {@code ConnectionCore} documents; no lock is held while calling out or copying, not those of a device file's binding and
 * of the backing files either. A caller that waits alone spins for a few microseconds before it parks, and so does its reader
 * ({@code HandOff}). {@code call} blocks until the reply; {@code submit} blocks at max_background unless the request is forced;
 * {@code post} and {@code forget} never block. The package starts no threads, except a virtual one for request timeouts. It knows
 * no transport, no path and no inode, and does no I/O: its embedder provides {@link org.hexfuse.device.BackingFiles}.
 *
 * <p>Inside, {@code ConnectionCore} holds the parts: {@code RequestSender} queues requests, or passes them to the inline reader,
 * and blocks callers; {@code BackgroundQueue} limits the requests in flight and {@code BackgroundWait} blocks senders beyond the limit;
 * {@code InputQueue} gives pending requests to readers, of which {@code IdleReaders} selects the one to wake;
 * {@code ProcessingTable} matches replies; {@code InitRequest} and {@code Abort} begin and end the connection.
 * {@code RequestState} is the state of one request.
 */
package org.hexfuse.device;
