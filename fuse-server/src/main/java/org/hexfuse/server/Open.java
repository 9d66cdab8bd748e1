package org.hexfuse.server;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.OpenView;

/** OPEN: opens the file {@link #node}. */
public non-sealed interface Open extends Operation<Open>, Deferrable<Open, Opened> {
    /** An operation made by hand. */
    static Open of(long node, int flags) {
        return new OpenView(Opcode.OPEN, node).withFlags(flags);
    }

    /** The flags of {@code open(2)}, without O_CREAT, O_EXCL and O_NOCTTY. */
    int flags();

    /**
     * Whether to clear set-user-ID and set-group-ID as the file is truncated; only with
     * {@link org.hexfuse.abi.InitFlag#HANDLE_KILLPRIV_V2}.
     */
    boolean killSuidgid();

    /** The same operation with other flags. */
    Open withFlags(int flags);
}
