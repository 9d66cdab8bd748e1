package org.hexfuse.server;

import org.hexfuse.server.operation.ForgetView;

/** FORGET and BATCH_FORGET: the kernel drops lookups of {@link #node}. */
public non-sealed interface Forget extends Operation<Forget> {
    /** An operation made by hand. */
    static Forget of(long node, long count) {
        return new ForgetView(node, count);
    }

    /** The number by which the lookup count falls; at zero the kernel has no reference to the node. */
    long count();
}
