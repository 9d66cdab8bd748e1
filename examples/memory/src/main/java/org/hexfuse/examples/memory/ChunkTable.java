package org.hexfuse.examples.memory;

/**
 * The chunks of a file by index, a sparse radix tree of the height that the largest index needs. A file of one chunk has no
 * tree. Not thread-safe.
 */
final class ChunkTable {
    /** The marker of a missing chunk. */
    static final byte[] MISSING = {};

    private static final int BITS = 6;
    private static final int WIDTH = 1 << BITS;
    private static final int MASK = WIDTH - 1;

    /** Null if there are no chunks, the chunk 0 itself if there are no levels, else an {@code Object[]} of the level below. */
    private Object root;
    private int levels;

    /** The chunk at {@code index}, or {@link #MISSING}. */
    byte[] get(long index) {
        if (!covers(index)) {
            return MISSING;
        }
        Object at = root;
        for (int shift = topShift(); shift >= 0 && at != null; shift -= BITS) {
            at = ((Object[]) at)[slot(index, shift)];
        }
        return at == null ? MISSING : (byte[]) at;
    }

    /** Puts a non-empty chunk. */
    void put(long index, byte[] chunk) {
        while (!covers(index)) {
            var higher = new Object[WIDTH];
            higher[0] = root;
            root = higher;
            levels++;
        }
        if (levels == 0) {
            root = chunk;
            return;
        }
        var at = (Object[]) root;
        for (int shift = topShift(); shift > 0; shift -= BITS) {
            int slot = slot(index, shift);
            if (at[slot] == null) {
                at[slot] = new Object[WIDTH];
            }
            at = (Object[]) at[slot];
        }
        at[slot(index, 0)] = chunk;
    }

    /** Removes the chunk at {@code index}, if there is one. */
    void remove(long index) {
        if (covers(index) && (levels == 0 || removeBelow((Object[]) root, topShift(), index))) {
            clear();
        }
    }

    void clear() {
        root = null;
        levels = 0;
    }

    /** The smallest index from {@code from} that has a chunk, or -1. */
    long next(long from) {
        if (!covers(from) || root == null) {
            return -1;
        }
        return levels == 0 ? 0 : nextBelow((Object[]) root, topShift(), from);
    }

    /** Removes a chunk and the branches that become empty; returns whether {@code branch} does. */
    private static boolean removeBelow(Object[] branch, int shift, long index) {
        int slot = slot(index, shift);
        if (branch[slot] != null && (shift == 0 || removeBelow((Object[]) branch[slot], shift - BITS, index))) {
            branch[slot] = null;
        }
        return isEmpty(branch);
    }

    private static boolean isEmpty(Object[] branch) {
        for (Object child : branch) {
            if (child != null) {
                return false;
            }
        }
        return true;
    }

    private static long nextBelow(Object[] branch, int shift, long from) {
        for (int slot = (int) (from >>> shift); slot < WIDTH; slot++) {
            if (branch[slot] != null) {
                long base = (long) slot << shift;
                long found = shift == 0
                        ? 0
                        : nextBelow((Object[]) branch[slot], shift - BITS, Math.max(0, from - base));
                if (found >= 0) {
                    return base + found;
                }
            }
        }
        return -1;
    }

    private boolean covers(long index) {
        return index >>> (levels * BITS) == 0;
    }

    private int topShift() {
        return (levels - 1) * BITS;
    }

    private static int slot(long index, int shift) {
        return (int) (index >>> shift) & MASK;
    }
}
