package org.hexfuse.server.tree;

import java.time.Duration;
import java.util.Objects;

/**
 * What a name in a directory leads to: the result of {@link Node#lookup} and of the operations that create. A {@link Node} is one;
 * {@link Node#with} adds attributes and an entry timeout that are known already, {@link #absent} is a negative dentry.
 */
public sealed interface Child permits Node, ChildEntry {
    /** A negative dentry: the name does not exist, and the kernel may cache that for {@code timeout}. ENOENT is not cached. */
    static Child absent(Duration timeout) {
        return new ChildEntry(null, null, Objects.requireNonNull(timeout));
    }
}
