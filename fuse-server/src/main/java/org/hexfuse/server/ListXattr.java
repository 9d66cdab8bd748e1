package org.hexfuse.server;

import java.util.List;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.ListXattrView;

/** LISTXATTR: lists the names of the extended attributes of {@link #node}. */
public non-sealed interface ListXattr extends Operation<ListXattr>, Deferrable<ListXattr, List<Name>> {
    /** An operation made by hand, with room for 64 KiB. */
    static ListXattr of(long node) {
        return new ListXattrView(Opcode.LISTXATTR, node).withSize(1 << 16);
    }

    /** The number of bytes that fit; 0 to get the length of the list only. */
    int size();

    /** The same operation with another size. */
    ListXattr withSize(int size);
}
