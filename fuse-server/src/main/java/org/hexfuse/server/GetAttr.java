package org.hexfuse.server;

import java.util.OptionalInt;
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

    /** The attributes that {@code statx(2)} requests, as its bits STATX_*; empty for GETATTR, which requests the basic ones. */
    OptionalInt mask();

    /** How up to date they are to be: AT_STATX_FORCE_SYNC (0x2000), AT_STATX_DONT_SYNC (0x4000), or 0. */
    int synchronization();

    /** The same operation with a handle. */
    GetAttr withHandle(long handle);
}
