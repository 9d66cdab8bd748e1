package org.hexfuse.vfs;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/** What a call needs so that it goes on. To be imported statically. */
final class Checks {
    private Checks() {}

    /** Ends the call with an error unless the condition holds. */
    static void require(boolean condition, Errno otherwise) {
        if (!condition) {
            throw FuseException.of(otherwise);
        }
    }
}
