package org.hexfuse.server.tree;

import org.hexfuse.abi.Name;

/**
 * A name of a node in a directory, as of the moment that it was returned: a rename makes another one. A file with hard links has
 * several.
 */
public final class Dentry {
    final Node parent;
    final Name name;
    final Node node;
    /** Whether it stays until it is removed; else until the kernel has forgotten the node. */
    final boolean kept;
    /** Guarded by the namespace, for listings readable without. */
    volatile boolean removed;
    /** The node's next dentry. Guarded by the namespace. */
    Dentry next;

    Dentry(Node parent, Name name, Node node, boolean kept) {
        this.parent = parent;
        this.name = name;
        this.node = node;
        this.kept = kept;
    }

    /** The directory. */
    public Node parent() {
        return parent;
    }

    /** The name. */
    public Name name() {
        return name;
    }

    /** The node that it leads to. */
    public Node node() {
        return node;
    }

    @Override public String toString() {
        return parent + "/" + name;
    }
}
