package org.hexfuse.server.operation;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Forget;
import org.hexfuse.server.request.IncomingRequest;

/** Forget over a request, which may bring several nodes: node and count are set for each of them. */
public final class ForgetView extends OperationView<Forget, Void> implements Forget {
    private long node;
    private long count;

    /** A view of {@code request}, without a node. */
    public ForgetView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public ForgetView(long node, long count) {
        super(Opcode.FORGET, node);
        set(node, count);
    }

    /** Makes this the operation for one node of several. */
    public ForgetView set(long nextNode, long lookups) {
        this.node = nextNode;
        this.count = lookups;
        return this;
    }

    @Override protected Forget on(IncomingRequest other) {
        return new ForgetView(other).set(node, count);
    }

    @Override public long node() {
        return node;
    }

    @Override public long count() {
        return count;
    }

    @Override public Forget withNode(long other) {
        return new ForgetView(request()).set(other, count);
    }
}
