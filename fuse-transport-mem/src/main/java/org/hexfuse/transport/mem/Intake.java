package org.hexfuse.transport.mem;

import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.OutgoingRequest;
import org.hexfuse.transport.Slot;

/** Memory that one request after another is copied into, and the slot over it. */
interface Intake {
    /** The longest request that fits, in bytes. */
    long capacity();

    /** Where requests are taken from and replies go to. */
    DeviceHandle handle();

    /** What the memory was sized by. */
    Limits limits();

    /** Copies a request, which is then on its way, and gives the slot out. */
    Slot receive(OutgoingRequest request);
}
