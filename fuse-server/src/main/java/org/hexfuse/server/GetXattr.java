package org.hexfuse.server;

import org.hexfuse.abi.GetxattrIn;
import org.hexfuse.abi.Name;

/** GETXATTR: asks for an extended attribute of {@link #node}. */
public final class GetXattr extends Operation {
    GetXattr() {}

    /** The attribute's name with its namespace. */
    public Name name() {
        return nameAt(0);
    }

    /** How many bytes fit; 0 asks for the length alone. */
    public int size() {
        return GetxattrIn.SIZE_FIELD.get(arguments());
    }
}
