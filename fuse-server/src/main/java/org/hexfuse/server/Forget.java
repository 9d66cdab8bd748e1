package org.hexfuse.server;

/** FORGET and BATCH_FORGET: the kernel gives up lookups of {@link #node}. */
public final class Forget extends Operation {
    private long node;
    private long count;

    Forget() {}

    /** Makes this the operation for one node of several. */
    Forget set(long nextNode, long lookups) {
        this.node = nextNode;
        this.count = lookups;
        return this;
    }

    /** The node that is given up. */
    @Override public long node() {
        return node;
    }

    /** By how much its lookup count falls; at zero the kernel doesn't know the node any more. */
    public long count() {
        return count;
    }
}
