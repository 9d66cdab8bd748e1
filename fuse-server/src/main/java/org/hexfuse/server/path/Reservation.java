package org.hexfuse.server.path;

import java.util.Arrays;
import java.util.List;

/** The locks that an operation waits for, of which one at least is exclusive. */
@SuppressWarnings("ReferenceEquality") // A node is equal only to itself.
final class Reservation {
    private final PathNode[] shared;
    final List<PathNode> exclusive;

    Reservation(PathNode[] shared, List<PathNode> exclusive) {
        this.shared = shared;
        this.exclusive = exclusive;
    }

    /** Whether another operation may not have both these locks and those. */
    boolean excludes(PathNode[] otherShared, List<PathNode> otherExclusive) {
        return otherExclusive.stream().anyMatch(node -> exclusive.contains(node) || contains(shared, node))
                || Arrays.stream(otherShared).anyMatch(exclusive::contains);
    }

    private static boolean contains(PathNode[] nodes, PathNode node) {
        for (PathNode each : nodes) {
            if (each == node) {
                return true;
            }
        }
        return false;
    }

    boolean isFor(PathNode[] otherShared, List<PathNode> otherExclusive) {
        return Arrays.equals(shared, otherShared) && exclusive.equals(otherExclusive);
    }
}
