package org.hexfuse.server.operation;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.RemoveXattr;
import org.hexfuse.server.request.IncomingRequest;

/** RemoveXattr over a request. */
public final class RemoveXattrView extends OperationView<RemoveXattr, Void> implements RemoveXattr {
    /** A view of {@code request}. */
    public RemoveXattrView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public RemoveXattrView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected RemoveXattr on(IncomingRequest request) {
        return new RemoveXattrView(request);
    }

    @Override public Name name() {
        return nameAt(0);
    }

    @Override public RemoveXattr withName(Name name) {
        return withNames(name);
    }
}
