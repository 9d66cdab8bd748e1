package org.hexfuse.server;

import java.util.OptionalLong;
import org.hexfuse.abi.GetattrFlag;
import org.hexfuse.abi.GetattrIn;

/** GETATTR: asks for the attributes of {@link #node}. */
public final class GetAttr extends Operation {
    GetAttr() {}

    /** The handle that the caller has the file open by, if the kernel says so. */
    public OptionalLong handle() {
        boolean given = slot().argumentsSize() > 0 && GetattrFlag.FH.in(GetattrIn.GETATTR_FLAGS.get(arguments()));
        return given ? OptionalLong.of(GetattrIn.FH.get(arguments())) : OptionalLong.empty();
    }
}
