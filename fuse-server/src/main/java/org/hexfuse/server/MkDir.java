package org.hexfuse.server;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.MkDirView;

/** MKDIR: creates a directory in the directory {@link #node}. */
public non-sealed interface MkDir extends Operation<MkDir>, Deferrable<MkDir, Entry> {
    /** An operation made by hand, with umask 0. */
    static MkDir of(long node, Name name, int mode) {
        return new MkDirView(Opcode.MKDIR, node).withName(name).withMode(mode, 0);
    }

    /** The name of the directory. */
    Name name();

    /** The permissions, with the umask applied unless the filesystem enabled DONT_MASK. */
    int mode();

    /** The caller's umask, for a filesystem that enabled DONT_MASK. */
    int umask();

    /** The same operation with another name. */
    MkDir withName(Name name);

    /** The same operation with another mode and umask. */
    MkDir withMode(int mode, int umask);
}
