package org.hexfuse.server;

import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.SetxattrFlag;
import org.hexfuse.abi.SetxattrIn;
import org.hexfuse.transport.Segments;

/** SETXATTR: sets an extended attribute of {@link #node}. */
public final class SetXattr extends Operation {
    SetXattr() {}

    /** The attribute's name with its namespace. */
    public Name name() {
        return nameAt(0);
    }

    /** The attribute's new value. */
    public byte[] value() {
        Segments rest = slot().rest();
        byte[] value = new byte[SetxattrIn.SIZE_FIELD.get(arguments())];
        rest.copyTo(rest.size() - value.length, value, 0, value.length);
        return value;
    }

    /**
     * Whether the kernel asks for something besides. Only one with which {@link org.hexfuse.abi.InitFlag#SETXATTR_EXT} was
     * settled ever does.
     */
    public boolean asks(SetxattrFlag flag) {
        return session().has(InitFlag.SETXATTR_EXT) && flag.in(SetxattrIn.SETXATTR_FLAGS.get(arguments()));
    }

    /** XATTR_CREATE (1), XATTR_REPLACE (2) or 0. */
    public int flags() {
        return SetxattrIn.FLAGS.get(arguments());
    }
}
