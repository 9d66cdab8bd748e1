package org.hexfuse.server.operation;

import org.hexfuse.abi.Opcode;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.server.StatFs;
import org.hexfuse.server.request.IncomingRequest;

/** StatFs over a request. */
public final class StatFsView extends OperationView<StatFs, StatVfs> implements StatFs {
    /** A view of {@code request}. */
    public StatFsView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public StatFsView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected StatFs on(IncomingRequest request) {
        return new StatFsView(request);
    }

    @Override StatVfs pending() {
        return StatVfs.UNKNOWN;
    }
}
