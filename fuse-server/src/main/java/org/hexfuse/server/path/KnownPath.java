package org.hexfuse.server.path;

import org.hexfuse.abi.Name;
import org.hexfuse.server.tree.Dentry;

/**
 * The path of a node, as of when it was made, and the dentries that it leads through. A dentry never comes back once it is removed: the
 * path is right while each of these nodes has the dentry that it had then.
 *
 * @param dentry that of the node
 * @param parent the path of the directory; null for the root
 * @param path the names, each after a slash
 * @param depth the number of names
 */
@SuppressWarnings("ReferenceEquality") // A dentry is equal only to itself.
record KnownPath(Dentry dentry, KnownPath parent, String path, int depth) {
    PathNode node() {
        return (PathNode) dentry.node();
    }

    /** Whether the path is right now. */
    boolean isCurrent() {
        for (KnownPath at = this; at != null; at = at.parent) {
            if (!at.hasItsDentry()) {
                return false;
            }
        }
        return true;
    }

    /** Whether the node is still known by its name in its directory, wherever that is. */
    boolean hasItsDentry() {
        return dentry.node().dentry().orElse(null) == dentry;
    }

    /** Whether it ends in a name in a directory. */
    boolean isOf(Name name, PathNode directory) {
        return dentry.parent() == directory && dentry.name().equals(name);
    }

    /** The node and the directories above it but the root. */
    PathNode[] chain() {
        var chain = new PathNode[depth];
        int i = 0;
        for (KnownPath at = this; at != null; at = at.parent) {
            chain[i++] = at.node();
        }
        return chain;
    }
}
