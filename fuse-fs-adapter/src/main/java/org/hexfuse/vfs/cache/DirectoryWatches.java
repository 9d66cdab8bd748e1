package org.hexfuse.vfs.cache;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.hexfuse.abi.Name;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.vfs.DirectoryListener;
import org.slf4j.Logger;

/**
 * The listeners of directories, by node id. Any thread may call any method, without a lock: listeners are called on it. Without a
 * listener a call costs the read of one field.
 */
public final class DirectoryWatches {
    private static final Logger LOG = Loggers.of(DirectoryWatches.class);

    private final ConcurrentHashMap<Long, List<DirectoryListener>> listeners = new ConcurrentHashMap<>();
    private volatile boolean empty = true;

    DirectoryWatches() {}

    /** Adds a listener of a directory, to which the caller has a reference until it removes the listener. */
    public void add(Inode directory, DirectoryListener listener) {
        empty = false;
        listeners.compute(directory.nodeId, (_, present) -> {
            List<DirectoryListener> list = present == null ? new CopyOnWriteArrayList<>() : present;
            list.add(listener);
            return list;
        });
    }

    /** Removes a listener of a directory. */
    public void remove(Inode directory, DirectoryListener listener) {
        listeners.computeIfPresent(directory.nodeId, (_, list) -> {
            list.remove(listener);
            return list.isEmpty() ? null : list;
        });
    }

    /** Whether there never was a listener. */
    boolean isEmpty() { return empty; }

    /** A name in a directory, or its file, has changed. */
    void changed(long directory, Name name) {
        if (!empty) {
            for (DirectoryListener listener : listeners.getOrDefault(directory, List.of())) {
                call(() -> listener.changed(name));
            }
        }
    }

    /** Anything in a directory may have changed. */
    void changed(long directory) {
        if (!empty) {
            listeners.getOrDefault(directory, List.of()).forEach(listener -> call(listener::changed));
        }
    }

    /** Anything may have changed. */
    void changed() {
        listeners.values().forEach(list -> list.forEach(listener -> call(listener::changed)));
    }

    private static void call(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException e) {
            LOG.error("a listener of a directory failed", e);
        }
    }
}
