package org.hexfuse.server.operation;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Unlink;
import org.hexfuse.server.request.IncomingRequest;

/** Unlink over a request. */
public final class UnlinkView extends OperationView<Unlink, Void> implements Unlink {
    /** A view of {@code request}. */
    public UnlinkView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public UnlinkView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected Unlink on(IncomingRequest request) {
        return new UnlinkView(request);
    }

    @Override public Name name() {
        return nameAt(0);
    }

    @Override public Unlink withName(Name name) {
        return withNames(name);
    }
}
