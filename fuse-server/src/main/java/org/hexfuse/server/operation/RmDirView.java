package org.hexfuse.server.operation;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.RmDir;
import org.hexfuse.server.request.IncomingRequest;

/** RmDir over a request. */
public final class RmDirView extends OperationView<RmDir, Void> implements RmDir {
    /** A view of {@code request}. */
    public RmDirView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public RmDirView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected RmDir on(IncomingRequest request) {
        return new RmDirView(request);
    }

    @Override public Name name() {
        return nameAt(0);
    }

    @Override public RmDir withName(Name name) {
        return withNames(name);
    }
}
