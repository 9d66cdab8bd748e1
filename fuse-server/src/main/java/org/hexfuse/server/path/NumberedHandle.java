package org.hexfuse.server.path;

import java.util.Set;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.server.tree.FileHandle;

/**
 * An open file as a number, as {@code fi->fh} in libfuse: operations on it come to the methods of {@link PathOperations}, with a path
 * and with this number as {@code op.handle()}.
 *
 * @param number any number
 * @param openFlags how the kernel treats the open file
 */
public record NumberedHandle(long number, Set<OpenOutFlag> openFlags) implements FileHandle {
    /** Copies the flags. */
    public NumberedHandle {
        openFlags = Set.copyOf(openFlags);
    }

    /** A handle with flags. */
    public static NumberedHandle of(long number, OpenOutFlag... flags) {
        return new NumberedHandle(number, Set.of(flags));
    }
}
