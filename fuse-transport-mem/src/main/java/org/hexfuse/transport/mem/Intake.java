package org.hexfuse.transport.mem;

import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.OutgoingRequest;
import org.hexfuse.transport.Slot;

/** The buffer that a worker copies one request after another into, and the slot over it. */
interface Intake {
    /** The longest request that fits, in bytes. */
    long capacity();

    /** Where requests are taken from and replies are sent to. */
    DeviceHandle handle();

    /** The limits that sized the buffer. */
    Limits limits();

    /** Copies a request, and returns the slot. */
    Slot receive(OutgoingRequest request);

    /** The handler has returned: the caller's memory is its own again. */
    default void returned() {}
}
