package org.hexfuse.server;

import org.hexfuse.abi.MknodIn;
import org.hexfuse.abi.Name;

/** MKNOD: makes a file of any type but directory and symbolic link in the directory {@link #node}. */
public final class MkNod extends Operation {
    MkNod() {}

    /** What the file is called. */
    public Name name() {
        return nameAt(0);
    }

    /** File type and permissions, the umask already taken away unless the filesystem asked for it. */
    public int mode() {
        return MknodIn.MODE.get(arguments());
    }

    /** The device number of a device file. */
    public int device() {
        return MknodIn.RDEV.get(arguments());
    }

    /** The caller's umask, for filesystems that asked to apply it; 0 from kernels that don't tell. */
    public int umask() {
        return minor() < 12 ? 0 : MknodIn.UMASK.get(arguments());
    }
}
