package org.hexfuse.server.path;

import org.hexfuse.server.tree.Dentry;

/**
 * The paths that were used last: some hundred of them, none of which is long. Any thread may use it, without a lock; whoever gets a
 * path checks whether it is current.
 */
@SuppressWarnings("ReferenceEquality") // A node is equal only to itself.
final class KnownPaths {
    /** A power of two. */
    private static final int SIZE = 512;
    /** The most names and characters of a path that is kept, so that all of them take a few megabytes at worst. */
    private static final int DEEPEST = 32;
    private static final int LONGEST = 1024;

    /** By the lower bits of the node id. Written without synchronization, since a path is immutable. */
    private final KnownPath[] table = new KnownPath[SIZE];

    /** A path that a node had, which may be another one by now; null if none is kept. */
    KnownPath last(PathNode node) {
        KnownPath found = table[place(node)];
        return found != null && found.dentry().node() == node ? found : null;
    }

    private static int place(PathNode node) {
        return (int) node.id() & SIZE - 1;
    }

    /** Makes the path of a node that is not the root and keeps it; null if it has no name, or too long a path. */
    KnownPath make(PathNode node) {
        Dentry dentry = node.dentry().orElse(null);
        if (dentry == null) {
            return null;
        }
        var directory = (PathNode) dentry.parent();
        KnownPath above = last(directory);
        return directory.isRoot() ? below(null, dentry)
                : above != null && above.depth() < DEEPEST && above.isCurrent() ? below(above, dentry) : walk(node);
    }

    private KnownPath walk(PathNode node) {
        var dentries = new Dentry[DEEPEST];
        int depth = 0;
        for (PathNode at = node; !at.isRoot(); at = (PathNode) dentries[depth++].parent()) {
            Dentry dentry = at.dentry().orElse(null);
            if (dentry == null || depth == DEEPEST) {
                return null;
            }
            dentries[depth] = dentry;
        }
        KnownPath path = null;
        for (int i = depth - 1; i >= 0; i--) {
            path = below(path, dentries[i]);
            if (path == null) {
                return null;
            }
        }
        return path;
    }

    private KnownPath below(KnownPath parent, Dentry dentry) {
        var node = (PathNode) dentry.node();
        KnownPath last = last(node);
        if (last != null && last.dentry() == dentry && last.parent() == parent) {
            return last;
        }
        String path = parent == null ? "/" + dentry.name() : parent.path() + "/" + dentry.name();
        if (path.length() > LONGEST) {
            return null;
        }
        var made = new KnownPath(dentry, parent, path, parent == null ? 1 : parent.depth() + 1);
        table[place(node)] = made;
        return made;
    }
}
