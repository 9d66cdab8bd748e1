package org.hexfuse.server.operation;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.SyncFs;
import org.hexfuse.server.request.IncomingRequest;

/** SyncFs over a request. */
public final class SyncFsView extends OperationView<SyncFs, Void> implements SyncFs {
    /** A view of {@code request}. */
    public SyncFsView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public SyncFsView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected SyncFs on(IncomingRequest request) {
        return new SyncFsView(request);
    }
}
