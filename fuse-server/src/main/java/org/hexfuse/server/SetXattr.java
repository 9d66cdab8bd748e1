package org.hexfuse.server;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.SetxattrFlag;
import org.hexfuse.server.operation.SetXattrView;

/** SETXATTR: sets an extended attribute of {@link #node}. */
public non-sealed interface SetXattr extends Operation<SetXattr>, Deferrable<SetXattr, Void> {
    /** An operation made by hand. */
    static SetXattr of(long node, Name name, byte[] value, int flags) {
        return new SetXattrView(Opcode.SETXATTR, node).withValue(name, value).withFlags(flags);
    }

    /** The name of the attribute, with its namespace. */
    Name name();

    /** A copy of the new value. */
    byte[] value();

    /**
     * Whether the kernel sets a flag of {@code fuse_setxattr_in}, which only one with {@link
     * org.hexfuse.abi.InitFlag#SETXATTR_EXT} does.
     */
    boolean has(SetxattrFlag flag);

    /** XATTR_CREATE (1), XATTR_REPLACE (2) or 0. */
    int flags();

    /** The same operation with another name and value. */
    SetXattr withValue(Name name, byte[] value);

    /** The same operation with other flags. */
    SetXattr withFlags(int flags);
}
