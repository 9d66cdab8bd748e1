package org.hexfuse.vfs.cache;

/** Inodes by node id: an open-addressed table, 5 to 8 bytes an inode. Under the lock of {@link InodeTable}. */
final class NodeIdTable {
    private static final int LEAST = 16;

    private Inode[] slots = new Inode[LEAST];
    private int size;

    int size() {
        return size;
    }

    private int slot(long nodeId) {
        return (int) (((KeyedHash.of(nodeId) & 0xFFFF_FFFFL) * slots.length) >>> 32);
    }

    private int next(int i) {
        return i + 1 == slots.length ? 0 : i + 1;
    }

    /** Where a node id is, or would be. */
    private int find(long nodeId) {
        int i = slot(nodeId);
        while (slots[i] != null && slots[i].nodeId != nodeId) {
            i = next(i);
        }
        return i;
    }

    /** The inode of a node id, or null. */
    Inode get(long nodeId) {
        return slots[find(nodeId)];
    }

    /** Adds an inode, whose node id the table does not have. */
    void add(Inode inode) {
        if ((size + 1) * 5L > slots.length * 4L) {
            resize(slots.length + slots.length / 2);
        }
        slots[find(inode.nodeId)] = inode;
        size++;
    }

    private void resize(int length) {
        Inode[] former = slots;
        slots = new Inode[length];
        for (Inode inode : former) {
            if (inode != null) {
                slots[find(inode.nodeId)] = inode;
            }
        }
    }

    /** Removes an inode, unless another one has its node id. Those behind it move up. */
    @SuppressWarnings("ReferenceEquality") // an inode is one object
    void remove(Inode inode) {
        int hole = find(inode.nodeId);
        if (slots[hole] != inode) {
            return;
        }
        size--;
        for (int i = next(hole); slots[i] != null; i = next(i)) {
            if (distance(slot(slots[i].nodeId), i) >= distance(hole, i)) {
                slots[hole] = slots[i];
                hole = i;
            }
        }
        slots[hole] = null;
        if (slots.length > LEAST && size < slots.length / 8) {
            resize(Math.max(LEAST, slots.length / 4));
        }
    }

    /** How many slots {@code to} is behind {@code from}. */
    private int distance(int from, int to) {
        return to >= from ? to - from : to - from + slots.length;
    }
}
