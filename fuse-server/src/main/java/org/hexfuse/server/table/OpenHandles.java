package org.hexfuse.server.table;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The open handles of a session's kernel, to release them at its end. Any thread may use it. */
final class OpenHandles {
    /** An open file or directory. Several opens may have returned the same handle. */
    record Key(long node, long handle, boolean directory) {}

    private final Map<Key, Integer> open = new ConcurrentHashMap<>();

    void add(long node, long handle, boolean directory) {
        open.merge(new Key(node, handle, directory), 1, Integer::sum);
    }

    /** Adds a handle that several opens have returned. */
    void add(Key key, int opens) {
        open.merge(key, opens, Integer::sum);
    }

    void remove(long node, long handle, boolean directory) {
        open.computeIfPresent(new Key(node, handle, directory), (_, count) -> count == 1 ? null : count - 1);
    }

    Map<Key, Integer> all() {
        return open;
    }
}
