/**
 * The ports of a transport, for the two ends that use one.
 *
 * <p>A transport carries FUSE messages between a <em>kernel end</em>, which sends requests, and a <em>server end</em>, which
 * sends replies. It is found by the scheme of its {@link org.hexfuse.transport.Address} through {@code ServiceLoader}
 * ({@link org.hexfuse.transport.Transports}); implementers start at {@link org.hexfuse.transport.spi}.
 *
 * <pre>{@code
 * kernel end                                            server end
 *
 * DeviceHandle  <--- take, reply ---  KernelLink  ~~~~  ServerLink  --- next ---> Slot --- commit --->
 * (the device)                        (a transport)     (a transport)             (the session)
 * }</pre>
 *
 * <p>At the kernel end the transport is active: it takes requests from a {@link org.hexfuse.transport.DeviceHandle} and writes
 * replies to it. At the server end the session is active: its workers receive {@link org.hexfuse.transport.Slot}s from a
 * {@link org.hexfuse.transport.SlotChannel}, or, where a link is {@link org.hexfuse.transport.CallerDriven}, the callers'
 * threads pass them to its handler.
 *
 * <p><b>A message is a header, the operation's arguments and a payload, and never one buffer.</b> On {@code /dev/fuse} and on
 * sockets the three are contiguous; in an io_uring entry the header and the first struct have buffers of their own; in a
 * virtio-fs chain bulk data is scattered over the guest's pages. So structs and names are contiguous, bulk data is
 * {@link org.hexfuse.transport.Segments}, and only a transport computes the offsets of the parts.
 *
 * <p><b>Nothing hangs.</b> Closing a link, closing the device handle and a disconnect of the peer wake every thread that is
 * blocked in this package, with a defined result: {@code next} returns null, {@code take} throws {@code ENODEV}.
 */
package org.hexfuse.transport;
