package org.hexfuse.server;

import org.hexfuse.abi.CreateIn;

/** TMPFILE: makes and opens a regular file without a name, in the directory {@link #node}. */
public final class TmpFile extends Operation {
    TmpFile() {}

    /** The flags of {@code open(2)}. */
    public int flags() {
        return CreateIn.FLAGS.get(arguments());
    }

    /** File type and permissions, the umask already taken away unless the filesystem asked for it. */
    public int mode() {
        return CreateIn.MODE.get(arguments());
    }

    /** The caller's umask, for filesystems that asked to apply it. */
    public int umask() {
        return CreateIn.UMASK.get(arguments());
    }
}
