package org.hexfuse.server.path;

import org.hexfuse.abi.FuseException;

/** What the nodes of one filesystem share: the author's operations, the locks of paths, and the files that are to be removed. */
final class Paths {
    final PathOperations operations;
    final PathLocks locks = new PathLocks();
    final HiddenFiles hidden;

    Paths(PathOperations operations) {
        this.operations = operations;
        this.hidden = new HiddenFiles(operations, locks);
    }

    /** The path of a node now, empty if it has none. */
    String pathOrNone(PathNode node) {
        try {
            return PathLocks.path(node, null);
        } catch (FuseException _) {
            return "";
        }
    }
}
