package org.hexfuse.server;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.GetXattrView;

/** GETXATTR: gets an extended attribute of {@link #node}. */
public non-sealed interface GetXattr extends Operation<GetXattr>, Deferrable<GetXattr, byte[]> {
    /** An operation made by hand, with room for 64 KiB. */
    static GetXattr of(long node, Name name) {
        return new GetXattrView(Opcode.GETXATTR, node).withName(name).withSize(1 << 16);
    }

    /** The name of the attribute, with its namespace. */
    Name name();

    /** The number of bytes that fit; 0 to get the length of the value only. */
    int size();

    /** The same operation with another name. */
    GetXattr withName(Name name);

    /** The same operation with another size. */
    GetXattr withSize(int size);
}
