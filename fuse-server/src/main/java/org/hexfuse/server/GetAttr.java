package org.hexfuse.server;

import java.util.OptionalLong;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.GetAttrView;

/** GETATTR and STATX: gets the attributes of {@link #node}. */
public non-sealed interface GetAttr extends Operation<GetAttr>, Deferrable<GetAttr, Attr> {
    /** An operation made by hand, without a handle. */
    static GetAttr of(long node) {
        return new GetAttrView(Opcode.GETATTR, node);
    }

    /** The handle of the file, if the caller has it open and the kernel sends it. */
    OptionalLong handle();

    /** The same operation with a handle. */
    GetAttr withHandle(long handle);
}
