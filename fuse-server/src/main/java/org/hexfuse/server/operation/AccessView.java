package org.hexfuse.server.operation;

import org.hexfuse.abi.AccessIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Access;
import org.hexfuse.server.request.IncomingRequest;

/** Access over a request. */
public final class AccessView extends OperationView<Access, Void> implements Access {
    /** A view of {@code request}. */
    public AccessView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public AccessView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected Access on(IncomingRequest request) {
        return new AccessView(request);
    }

    @Override public int mask() {
        return AccessIn.MASK.get(arguments());
    }

    @Override public Access withMask(int mask) {
        return withArguments(in -> AccessIn.MASK.set(in, mask));
    }
}
