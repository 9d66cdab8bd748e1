package org.hexfuse.transport.mem;

import java.io.IOException;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.KernelLink;

/** The kernel end: passes its device handle to the server end. */
final class MemoryKernelLink implements KernelLink {
    private final MemoryEndpoint endpoint;
    private volatile MemoryServerLink peer;

    MemoryKernelLink(MemoryEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    @Override public int maxMessage() {
        return MemoryServerLink.MAX_MESSAGE;
    }

    @Override public void attach(DeviceHandle handle) throws IOException {
        var link = new MemoryServerLink(handle, endpoint.isInline(), endpoint.isAliased());
        peer = link;
        endpoint.connect(link);
    }

    @Override public void close() {
        MemoryServerLink link = peer;
        if (link != null) {
            link.shutdown();
        }
    }
}
