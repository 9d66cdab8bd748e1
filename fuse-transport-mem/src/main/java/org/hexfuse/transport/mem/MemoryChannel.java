package org.hexfuse.transport.mem;

import org.hexfuse.abi.FuseException;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.OutgoingRequest;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.SlotChannel;

/** One worker's slots: takes requests from the device handle and copies them into the worker's buffer. */
final class MemoryChannel implements SlotChannel {
    private final MemoryServerLink link;
    private Intake intake;

    MemoryChannel(MemoryServerLink link) {
        this.link = link;
        this.intake = link.newIntake(link.limits(), link.newHandle());
    }

    @Override public Slot next() throws InterruptedException {
        Limits limits = link.limits();
        if (!intake.limits().equals(limits)) {
            intake = link.newIntake(limits, intake.handle());
        }
        try {
            OutgoingRequest request = intake.handle().take(intake.capacity());
            Slot slot = intake.receive(request);
            request.sent();
            return slot;
        } catch (FuseException _) {
            return null;
        }
    }

    @Override public void close() {
        link.unused(intake.handle());
    }
}
