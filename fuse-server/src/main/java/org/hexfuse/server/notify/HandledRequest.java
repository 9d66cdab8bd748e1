package org.hexfuse.server.notify;

import org.hexfuse.abi.Opcode;

/** The request that a handler runs, as far as it decides which notifications would wait for it. */
public interface HandledRequest {
    /** The operation. */
    Opcode operation();

    /** The node that it is on. */
    long node();

    /** The target directory of a RENAME; 0 for any other operation. */
    long otherDirectory();
}
