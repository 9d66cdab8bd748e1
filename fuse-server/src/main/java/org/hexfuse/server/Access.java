package org.hexfuse.server;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.AccessView;

/** ACCESS: checks whether the caller may access {@link #node}. */
public non-sealed interface Access extends Operation<Access>, Deferrable<Access, Void> {
    /** An operation made by hand. */
    static Access of(long node, int mask) {
        return new AccessView(Opcode.ACCESS, node).withMask(mask);
    }

    /** R_OK (4), W_OK (2), X_OK (1), or F_OK (0). */
    int mask();

    /** The same operation with another mask. */
    Access withMask(int mask);
}
