package org.hexfuse.server.table;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What the kernel has open, so that a session that ends can release it. Any thread may use it. */
final class OpenHandles {
    /** An open file or directory. The same handle may have been given to several opens. */
    record Key(long node, long handle, boolean directory) {}

    private final Map<Key, Integer> open = new ConcurrentHashMap<>();

    void add(long node, long handle, boolean directory) {
        open.merge(new Key(node, handle, directory), 1, Integer::sum);
    }

    void remove(long node, long handle, boolean directory) {
        open.computeIfPresent(new Key(node, handle, directory), (_, count) -> count == 1 ? null : count - 1);
    }

    Map<Key, Integer> all() {
        return open;
    }
}
