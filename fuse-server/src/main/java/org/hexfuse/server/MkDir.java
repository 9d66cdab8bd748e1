package org.hexfuse.server;

import org.hexfuse.abi.MkdirIn;
import org.hexfuse.abi.Name;

/** MKDIR: makes a directory in the directory {@link #node}. */
public final class MkDir extends Operation {
    MkDir() {}

    /** What the directory is called. */
    public Name name() {
        return nameAt(0);
    }

    /** The permissions, the umask already taken away unless the filesystem asked for it. */
    public int mode() {
        return MkdirIn.MODE.get(arguments());
    }

    /** The caller's umask, for filesystems that asked to apply it. */
    public int umask() {
        return MkdirIn.UMASK.get(arguments());
    }
}
