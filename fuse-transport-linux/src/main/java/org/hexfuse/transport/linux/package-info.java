/**
 * The real Linux kernel as the kernel's end: a mount, and {@code /dev/fuse}. There is a server's end only,
 * {@link org.hexfuse.transport.linux.LinuxTransport}; programs reach it by the address {@code linux:/mount/point}.
 *
 * <p><b>Mounting</b> is done by {@code mount(2)} for root, and by {@code fusermount3} for everyone else and where
 * {@code mount(2)} is forbidden. It happens when the endpoint is opened, so that what is wrong is known at once; the
 * filesystem can be used when the session has answered INIT.
 *
 * <p><b>Threads.</b> Each worker is a platform thread that blocks in {@code read(2)}, on a descriptor of its own where the
 * kernel lets it be cloned. A reply goes to the descriptor that its request came from, in one {@code write(2)}.
 *
 * <p><b>The end.</b> Shutting a link down unmounts while the workers go on, since the kernel may still have to write dirty
 * pages back. If somebody uses the filesystem the mount is detached from the tree instead. Either way the workers are then
 * woken and the descriptors closed, which ends the connection for those who still use it. It takes bounded time, and never
 * touches a mount that somebody else made on the same point.
 *
 * <p>Nothing here knows what the messages mean.
 */
package org.hexfuse.transport.linux;
