/**
 * What a transport is, seen from the two ends that use one.
 *
 * <p>A transport carries FUSE messages between a <em>kernel's end</em>, which sends requests, and a <em>server's end</em>,
 * which answers them. It is found by the scheme of its {@link org.hexfuse.transport.Address} through {@code ServiceLoader}
 * ({@link org.hexfuse.transport.Transports}); implementers start at {@link org.hexfuse.transport.spi}.
 *
 * <pre>{@code
 * kernel's end                                          server's end
 *
 * DeviceHandle  <--- take, reply ---  KernelLink  ~~~~  ServerLink  --- next ---> Slot --- commit --->
 * (the device)                        (a transport)     (a transport)             (the session)
 * }</pre>
 *
 * <p>On the kernel's end the transport is the active part: it is given a {@link org.hexfuse.transport.DeviceHandle}, takes
 * requests from it and brings replies. On the server's end the session is active: its workers ask a
 * {@link org.hexfuse.transport.SlotChannel} for {@link org.hexfuse.transport.Slot}s, or, where a link is
 * {@link org.hexfuse.transport.CallerDriven}, are called with them.
 *
 * <p><b>A message is a header, the operation's arguments and a payload, and never one buffer.</b> On {@code /dev/fuse} and on
 * sockets the three lie one after another; in an io_uring entry the header and the first struct have places of their own; in
 * a virtio-fs chain bulk data is scattered over the guest's pages. So structs and names are contiguous, bulk data is
 * {@link org.hexfuse.transport.Segments}, and nobody outside a transport computes where one part ends and the next begins.
 *
 * <p><b>Nothing hangs.</b> Closing a link, closing the device handle, or the peer's death wakes every thread that waits in
 * this package with a defined result: {@code next} returns null, {@code take} throws {@code ENODEV}.
 */
package org.hexfuse.transport;
