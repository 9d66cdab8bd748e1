package org.hexfuse.nio.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.hexfuse.server.Attr;

/**
 * The open files by their paths in the mount. Any thread may use it.
 *
 * @param <N> what is kept of an open file
 */
final class OpenNodes<N extends OpenNode> {
    private final Map<String, N> nodes = new HashMap<>();
    private final Function<String, N> maker;

    OpenNodes(Function<String, N> maker) {
        this.maker = maker;
    }

    /** Counts a handle. */
    synchronized N opened(String path) {
        N node = nodes.computeIfAbsent(path, maker);
        node.handles++;
        return node;
    }

    /** A handle is closed. Returns whether it was the last one of the file. */
    synchronized boolean closed(N node) {
        if (--node.handles > 0) {
            return false;
        }
        dropUnused(node);
        return true;
    }

    /** Drops a file that is neither open nor kept. */
    synchronized void dropUnused(N node) {
        if (node.handles == 0 && !node.stays()) {
            nodes.remove(node.path, node);
        }
    }

    /** The file at a path if it is open or kept; null otherwise. */
    synchronized N find(String path) {
        return nodes.get(path);
    }

    /** All files that are open or kept. */
    synchronized List<N> all() {
        return List.copyOf(nodes.values());
    }

    /** A name is gone, and with it the file unless it has other names. Returns the file if it is open or kept; null otherwise. */
    synchronized N removed(String path, Attr attr) {
        N node = nodes.remove(path);
        if (node != null) {
            node.removed(attr);
        }
        return node;
    }

    /** A file, or a directory with all below, has another name. */
    synchronized void moved(String from, String to) {
        if (nodes.isEmpty()) {
            return;
        }
        String below = from + "/";
        var moved = new ArrayList<N>();
        nodes.values().removeIf(node -> {
            boolean moves = node.path.equals(from) || node.path.startsWith(below);
            if (moves) {
                moved.add(node);
            }
            return moves;
        });
        for (N node : moved) {
            node.path = to + node.path.substring(from.length());
            nodes.put(node.path, node);
        }
    }
}
