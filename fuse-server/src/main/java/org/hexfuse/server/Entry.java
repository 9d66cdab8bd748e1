package org.hexfuse.server;

import java.time.Duration;
import java.util.Optional;

/**
 * A directory entry: the node of a name, with its attributes. Each reply with an entry that has a {@link #node} adds one to the node's
 * lookup count. Immutable.
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
            throw new IllegalArgumentException("node id 0 is reserved");
        }
        return new Entry(node, 0, attr, Optional.empty());
    }

    /** The node {@code node}, with an entry timeout: how long the kernel may cache the dentry. */
    public static Entry of(long node, Attr attr, Duration timeout) {
        return of(node, attr).timeout(timeout);
    }

    /**
     * A negative dentry: the name does not exist, and the kernel may cache that for {@code timeout}. ENOENT is not cached.
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

    /** The same entry with other attributes. */
    public Entry attr(Attr other) {
        return new Entry(node, generation, other, timeout);
    }

    /** The same entry with another node, not 0. */
    public Entry node(long other) {
        return new Entry(of(other, attr).node, generation, attr, timeout);
    }

    /** The same entry with a generation, which distinguishes the files that a node id was reused for. */
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
