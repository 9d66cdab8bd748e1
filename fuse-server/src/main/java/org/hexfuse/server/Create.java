package org.hexfuse.server;

import org.hexfuse.abi.CreateIn;
import org.hexfuse.abi.Name;

/** CREATE: makes a regular file in the directory {@link #node} and opens it. */
public final class Create extends Operation {
    Create() {}

    /** What the file is called. */
    public Name name() {
        return nameAt(0);
    }

    /** The flags of {@code open(2)}. */
    public int flags() {
        return CreateIn.FLAGS.get(arguments());
    }

    /** File type and permissions, the umask already taken away unless the filesystem asked for it. */
    public int mode() {
        return CreateIn.MODE.get(arguments());
    }

    /** The caller's umask, for filesystems that asked to apply it; 0 from kernels that don't tell. */
    public int umask() {
        return minor() < 12 ? 0 : CreateIn.UMASK.get(arguments());
    }
}
