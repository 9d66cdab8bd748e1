package org.hexfuse.server.tree;

import java.time.Duration;
import org.hexfuse.server.Attr;

/**
 * A child with what is known of it.
 *
 * @param node null for a negative dentry
 * @param attr null if {@link Node#getattr} is to be called
 * @param timeout the entry timeout; null for that of the mount
 */
record ChildEntry(Node node, Attr attr, Duration timeout) implements Child {
    /** The placeholder of a method that has deferred its reply. */
    static final ChildEntry DEFERRED = new ChildEntry(null, null, null);

    static ChildEntry of(Child child) {
        return switch (child) {
            case ChildEntry entry -> entry;
            case Node node -> new ChildEntry(node, null, null);
        };
    }
}
