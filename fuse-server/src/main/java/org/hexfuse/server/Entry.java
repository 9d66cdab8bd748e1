package org.hexfuse.server;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.hexfuse.abi.EntryOut;

/**
 * What a name in a directory stands for. Returning one with a {@link #node} to the kernel adds one to that node's lookup
 * count. Immutable.
 */
public final class Entry {
    private final long node;
    private final long generation;
    private final Attr attr;
    private final long validSeconds;
    private final int validNanos;

    private Entry(long node, long generation, Attr attr, long validSeconds, int validNanos) {
        this.node = node;
        this.generation = generation;
        this.attr = attr;
        this.validSeconds = validSeconds;
        this.validNanos = validNanos;
    }

    /** The node {@code node}, kept by the kernel for {@link Attr#DEFAULT_VALIDITY}. */
    public static Entry of(long node, Attr attr) {
        return of(node, attr, Attr.DEFAULT_VALIDITY);
    }

    /** The node {@code node}; the kernel may keep for {@code valid} that the name stands for it. */
    public static Entry of(long node, Attr attr, Duration valid) {
        if (node == 0) {
            throw new IllegalArgumentException("node 0 is no node");
        }
        return new Entry(node, 0, attr, valid.getSeconds(), valid.getNano());
    }

    /**
     * There is nothing of that name, and the kernel may keep this for {@code valid}. ENOENT says the same of this moment
     * only.
     */
    public static Entry absent(Duration valid) {
        return new Entry(0, 0, Absent.ATTR, valid.getSeconds(), valid.getNano());
    }

    /** The same entry with a generation, which tells apart the files that a node number was used for one after another. */
    public Entry generation(long number) {
        return new Entry(node, number, attr, validSeconds, validNanos);
    }

    /** The node, 0 for {@link #absent}. */
    public long node() {
        return node;
    }

    public Attr attr() {
        return attr;
    }

    /** Writes {@code struct fuse_entry_out}, of the size it had in the protocol's minor version. */
    void write(MemorySegment segment, long base, int minor) {
        EntryOut.NODEID.set(segment, base, node);
        EntryOut.GENERATION.set(segment, base, generation);
        EntryOut.ENTRY_VALID.set(segment, base, validSeconds);
        EntryOut.ATTR_VALID.set(segment, base, attr.validSeconds());
        EntryOut.ENTRY_VALID_NSEC.set(segment, base, validNanos);
        EntryOut.ATTR_VALID_NSEC.set(segment, base, attr.validNanos());
        attr.write(segment, base + EntryOut.ATTR.offset(), node, minor);
    }

    /** Apart, so that the two classes can be initialized in either order. */
    private static final class Absent {
        static final Attr ATTR = Attr.ofMode(0).links(0).blockSize(0).valid(Duration.ZERO).build();
    }
}
