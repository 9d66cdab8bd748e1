package org.hexfuse.server;

import org.hexfuse.abi.GetxattrIn;

/** LISTXATTR: asks for the names of the extended attributes of {@link #node}. */
public final class ListXattr extends Operation {
    ListXattr() {}

    /** How many bytes fit; 0 asks for the length alone. */
    public int size() {
        return GetxattrIn.SIZE_FIELD.get(arguments());
    }
}
