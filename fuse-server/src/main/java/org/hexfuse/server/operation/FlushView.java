package org.hexfuse.server.operation;

import org.hexfuse.abi.FlushIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Flush;
import org.hexfuse.server.request.IncomingRequest;

/** Flush over a request. */
public final class FlushView extends OperationView<Flush, Void> implements Flush {
    /** A view of {@code request}. */
    public FlushView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public FlushView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected Flush on(IncomingRequest request) {
        return new FlushView(request);
    }

    @Override public long handle() {
        return FlushIn.FH.get(arguments());
    }

    @Override public long lockOwner() {
        return FlushIn.LOCK_OWNER.get(arguments());
    }

    @Override public Flush withHandle(long handle) {
        return withArguments(in -> FlushIn.FH.set(in, handle));
    }

    @Override public Flush withLockOwner(long owner) {
        return withArguments(in -> FlushIn.LOCK_OWNER.set(in, owner));
    }
}
