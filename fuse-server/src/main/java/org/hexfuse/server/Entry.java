package org.hexfuse.server;

import java.time.Duration;
import java.util.Optional;

/**
 * What a name in a directory stands for. Returning one with a {@link #node} to the kernel adds one to that node's lookup
 * count. Immutable.
 */
public final class Entry {
    private final long node;
    private final long generation;
    private final Attr attr;
    private final Optional<Duration> timeout;

    private Entry(long node, long generation, Attr attr, Optional<Duration> timeout) {
        this.node = node;
        this.generation = generation;
        this.attr = attr;
        this.timeout = timeout;
    }

    /** The node {@code node}, with the entry timeout of the mount. */
    public static Entry of(long node, Attr attr) {
        if (node == 0) {
            throw new IllegalArgumentException("node 0 is no node");
        }
        return new Entry(node, 0, attr, Optional.empty());
    }

    /** The node {@code node}, with an entry timeout: how long the kernel may keep that the name stands for it. */
    public static Entry of(long node, Attr attr, Duration timeout) {
        return of(node, attr).timeout(timeout);
    }

    /**
     * A negative entry: there is nothing of that name, and the kernel may keep this for {@code timeout}. ENOENT says the same of
     * this moment only.
     */
    public static Entry absent(Duration timeout) {
        return new Entry(0, 0, Absent.ATTR, Optional.of(checked(timeout)));
    }

    private static Duration checked(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("a negative entry timeout: " + timeout);
        }
        return timeout;
    }

    /** The same entry with another entry timeout. */
    public Entry timeout(Duration duration) {
        return new Entry(node, generation, attr, Optional.of(checked(duration)));
    }

    /** The same entry with a generation, which tells apart the files that a node number was used for one after another. */
    public Entry generation(long number) {
        return new Entry(node, number, attr, timeout);
    }

    /** The node, 0 for {@link #absent}. */
    public long node() {
        return node;
    }

    /** The attributes of the node. */
    public Attr attr() {
        return attr;
    }

    /** The generation. */
    public long generation() {
        return generation;
    }

    /** The entry timeout; empty for that of the mount. */
    public Optional<Duration> timeout() {
        return timeout;
    }

    @Override public String toString() {
        return node == 0 ? "Entry[absent, timeout=" + timeout + "]"
                : "Entry[node=" + Long.toUnsignedString(node) + ", generation=" + generation + ", timeout=" + timeout
                        + ", "
                        + attr + "]";
    }

    /** Apart, so that the two classes can be initialized in either order. */
    private static final class Absent {
        static final Attr ATTR = Attr.ofMode(0).nlink(0).blockSize(0).timeout(Duration.ZERO).build();
    }
}
