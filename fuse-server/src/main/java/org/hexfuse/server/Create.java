package org.hexfuse.server;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.CreateView;

/** CREATE: creates a regular file in the directory {@link #node} and opens it. */
public non-sealed interface Create extends Operation<Create>, Deferrable<Create, Created> {
    /** An operation made by hand, with umask 0. */
    static Create of(long node, Name name, int flags, int mode) {
        return new CreateView(Opcode.CREATE, node).withName(name).withFlags(flags)
                .withMode(mode, 0);
    }

    /** The name of the file. */
    Name name();

    /** The flags of {@code open(2)}. */
    int flags();

    /**
     * Whether to clear set-user-ID and set-group-ID as the file is truncated; only with
     * {@link org.hexfuse.abi.InitFlag#HANDLE_KILLPRIV_V2}.
     */
    boolean killSuidgid();

    /** File type and permissions, with the umask applied unless the filesystem enabled DONT_MASK. */
    int mode();

    /** The caller's umask, for a filesystem that enabled DONT_MASK; 0 from a kernel before 7.12. */
    int umask();

    /** The same operation with another name. */
    Create withName(Name name);

    /** The same operation with other flags. */
    Create withFlags(int flags);

    /** The same operation with another mode and umask. */
    Create withMode(int mode, int umask);
}
