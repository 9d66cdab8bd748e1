package org.hexfuse.server.observe;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Session;

/** A request, as {@link ServerListener#started} sees it. */
public interface ObservedRequest {
    /** The operation. */
    Opcode operation();

    /** The session of the kernel that sent it. */
    Session session();

    /** The node that the operation is on. */
    long node();

    /** The unique id, unique in its session. */
    long unique();

    /** The user id of the caller. */
    int uid();

    /** The group id of the caller. */
    int gid();

    /** The process id of the caller, 0 if it is not known. */
    int pid();
}
