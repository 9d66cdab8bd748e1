package org.hexfuse.vfs.request;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/** Preconditions of a call. To be imported statically. */
public final class Checks {
    private Checks() {}

    /** Throws {@code otherwise} unless the condition holds. */
    public static void require(boolean condition, Errno otherwise) {
        if (!condition) {
            throw FuseException.of(otherwise);
        }
    }
}
