package org.hexfuse.server.table;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.hexfuse.abi.FuseException;
import org.hexfuse.transport.BackingRegistry;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * The backing ids of the open files of a session, one for each node: kernels refuse an open that passes through to another backing
 * file than one before it. An id is closed when the last handle of its node is released. Any thread may use it.
 *
 * <p>Source: Linux {@code fs/fuse/iomode.c}, {@code fuse_inode_uncached_io_start}.
 */
final class BackingIds {
    private static final Logger LOG = Loggers.of(BackingIds.class);

    private final BackingRegistry registry;
    private final Map<Long, Backed> nodes = new HashMap<>();

    /** A node's backing id, and how many times each of its handles is open with it. */
    private record Backed(int id, Map<Long, Integer> handles) {}

    BackingIds(BackingRegistry registry) {
        this.registry = registry;
    }

    /**
     * The backing id for one more open of a node: that of the others, or a new one for {@code descriptor}.
     *
     * @throws FuseException as {@link BackingRegistry#open}
     */
    synchronized int opened(long node, long handle, int descriptor) {
        Backed backed = nodes.get(node);
        if (backed == null) {
            backed = new Backed(registry.open(descriptor), new HashMap<>());
            nodes.put(node, backed);
        }
        backed.handles.merge(handle, 1, Integer::sum);
        return backed.id;
    }

    /** Writes the ids, which belong to the connection, for a successor. */
    synchronized void save(DataOutput out) throws IOException {
        out.writeInt(nodes.size());
        for (var node : nodes.entrySet()) {
            out.writeLong(node.getKey());
            out.writeInt(node.getValue().id);
            out.writeInt(node.getValue().handles.size());
            for (var handle : node.getValue().handles.entrySet()) {
                out.writeLong(handle.getKey());
                out.writeInt(handle.getValue());
            }
        }
    }

    /** Reads what {@link #save} has written, after the number of nodes. */
    synchronized void restore(DataInput in, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            long node = in.readLong();
            Backed backed = new Backed(in.readInt(), new HashMap<>());
            int handles = in.readInt();
            for (int j = 0; j < handles; j++) {
                backed.handles.merge(in.readLong(), in.readInt(), Integer::sum);
            }
            nodes.put(node, backed);
        }
    }

    /** A handle of a node is released, which may have been opened with a backing id. */
    synchronized void released(long node, long handle) {
        Backed backed = nodes.get(node);
        if (backed == null || !backed.handles.containsKey(handle)) {
            return;
        }
        backed.handles.computeIfPresent(handle, (_, count) -> count == 1 ? null : count - 1);
        if (backed.handles.isEmpty()) {
            nodes.remove(node);
            try {
                registry.close(backed.id);
            } catch (FuseException e) {
                LOG.debug("backing id {} of node {} is gone: {}", backed.id, node, e.getMessage());
            }
        }
    }
}
