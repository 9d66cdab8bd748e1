package org.hexfuse.device;

/** The node ids and lookup counts of queued FORGETs, first in, first out, as primitives. Guarded by {@link InputQueue#lock}. */
final class ForgetList {
    private long[] entries = new long[2 * 64];
    private int head;
    private int count;

    boolean isEmpty() { return count == 0; }

    int size() {
        return count;
    }

    void add(long node, long lookups) {
        int pairs = entries.length / 2;
        if (count == pairs) {
            long[] larger = new long[entries.length * 2];
            for (int i = 0; i < count; i++) {
                larger[2 * i] = entries[at(i)];
                larger[2 * i + 1] = entries[at(i) + 1];
            }
            entries = larger;
            head = 0;
        }
        int slot = at(count);
        entries[slot] = node;
        entries[slot + 1] = lookups;
        count++;
    }

    long node() {
        return entries[at(0)];
    }

    long lookups() {
        return entries[at(0) + 1];
    }

    void remove() {
        head = (head + 1) % (entries.length / 2);
        count--;
    }

    void clear() {
        head = 0;
        count = 0;
    }

    private int at(int index) {
        return (head + index) % (entries.length / 2) * 2;
    }
}
