package org.hexfuse.server;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.TmpFileView;

/** TMPFILE: creates and opens a regular file without a name, in the directory {@link #node}. */
public non-sealed interface TmpFile extends Operation<TmpFile>, Deferrable<TmpFile, Created> {
    /** An operation made by hand, with umask 0. */
    static TmpFile of(long node, int flags, int mode) {
        return new TmpFileView(Opcode.TMPFILE, node).withFlags(flags).withMode(mode, 0);
    }

    /** The flags of {@code open(2)}. */
    int flags();

    /** File type and permissions, with the umask applied unless the filesystem enabled DONT_MASK. */
    int mode();

    /** The caller's umask, for a filesystem that enabled DONT_MASK. */
    int umask();

    /** The same operation with other flags. */
    TmpFile withFlags(int flags);

    /** The same operation with another mode and umask. */
    TmpFile withMode(int mode, int umask);
}
