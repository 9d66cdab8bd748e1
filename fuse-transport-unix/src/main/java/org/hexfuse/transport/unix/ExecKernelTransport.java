package org.hexfuse.transport.unix;

import com.google.auto.service.AutoService;
import java.io.IOException;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.KernelLink;
import org.hexfuse.transport.spi.KernelTransportProvider;

/** The kernel end of {@code exec:}; see the package for its addresses. */
@AutoService(KernelTransportProvider.class) public final class ExecKernelTransport implements KernelTransportProvider {
    /** For {@code ServiceLoader}. */
    public ExecKernelTransport() {}

    @Override public String scheme() {
        return "exec";
    }

    @Override public String description() {
        return "FUSE server started as a process: exec:COMMAND {} ...";
    }

    @Override public KernelLink connect(Address address) throws IOException {
        return ExecKernelLink.open(ExecAddress.parse(address));
    }
}
