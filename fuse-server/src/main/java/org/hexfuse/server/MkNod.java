package org.hexfuse.server;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.MkNodView;

/** MKNOD: creates a file of any type but directory and symbolic link in the directory {@link #node}. */
public non-sealed interface MkNod extends Operation<MkNod>, Deferrable<MkNod, Entry> {
    /** An operation made by hand, with umask 0. */
    static MkNod of(long node, Name name, int mode, int device) {
        return new MkNodView(Opcode.MKNOD, node).withName(name).withMode(mode, 0)
                .withDevice(device);
    }

    /** The name of the file. */
    Name name();

    /** File type and permissions, with the umask applied unless the filesystem enabled DONT_MASK. */
    int mode();

    /** The device number of a device file. */
    int device();

    /** The caller's umask, for a filesystem that enabled DONT_MASK; 0 from a kernel before 7.12. */
    int umask();

    /** The same operation with another name. */
    MkNod withName(Name name);

    /** The same operation with another mode and umask. */
    MkNod withMode(int mode, int umask);

    /** The same operation with another device number. */
    MkNod withDevice(int device);
}
