/**
 * The kernel's end of FUSE: what {@code /dev/fuse} and {@code fs/fuse/dev.c} are to Linux, and {@code DeviceFD} to gVisor.
 *
 * <p>Two sides meet in a {@link org.hexfuse.device.FuseConnection}. On one a virtual filesystem switch makes requests through
 * {@link org.hexfuse.device.RequestPort} and waits. On the other servers take them and bring replies, through a
 * {@link org.hexfuse.transport.DeviceHandle}, which is what transports use, or through a
 * {@link org.hexfuse.device.DeviceFile}, which is a view on one: whole messages, as read and write on the device carry them.
 * What a server says unasked goes to a {@link org.hexfuse.device.NotificationSink}. Where kernels differ,
 * {@link org.hexfuse.device.KernelProfile} says how; {@link org.hexfuse.device.DeviceState} is the whole of the states.
 *
 * <p>Any thread may call anything; callers may be virtual threads. One lock guards a connection, and it is never held while
 * calling out or copying; nor are the two small ones beside it, of what a device file is bound to and of the numbers of backing
 * files. Who waits for a reply or a request looks for it for some microseconds before it parks. Who calls waits for the
 * server; who submits may be held back until there is room, if the request is not a forced one; to post and to forget never
 * waits. The package starts no threads, but for a virtual one where requests have a limit of time. It knows no transport, no
 * path and no inode, and does no I/O: {@link org.hexfuse.device.BackingFiles} come from who embeds it.
 *
 * <p>Inside, {@code ConnectionCore} is what is shared; {@code RequestSender}, {@code InputQueue}, {@code InitSettlement} and
 * {@code Abort} work on it, {@code IdleReaders} says who is woken to read, {@code BackgroundQueue} limits what is under way and
 * {@code BackgroundWait} has who sends more wait, and {@code RequestState} is where a request stands.
 */
package org.hexfuse.device;
