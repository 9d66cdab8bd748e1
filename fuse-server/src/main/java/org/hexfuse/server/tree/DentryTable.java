package org.hexfuse.server.tree;

import java.util.Arrays;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;

/**
 * The dentries of one directory, by name and in the order in which they were added. Guarded by the namespace. {@link #find} may run
 * beside a change, where its result is wrong at worst; the caller finds out that there was a change.
 *
 * <p>A dentry takes about 16 bytes of the table: its place in an array, and the number of that place in a hash table with open
 * addressing. Small directories have no hash table.
 */
@SuppressWarnings("ReferenceEquality") // A node is equal only to itself.
final class DentryTable {
    private static final int FEW = 8;
    private static final int FREE = 0;
    private static final int DELETED = -1;

    /** In the order of addition, null where one was removed. */
    private Dentry[] entries = new Dentry[4];
    /** Places in {@link #entries}, each plus one; null for few entries. */
    private int[] index;
    private int used;
    private int count;
    private int kept;
    private int keptDirectories;

    /** The number of dentries. */
    int count() {
        return count;
    }

    /** The number of those that stay until they are removed. */
    int kept() {
        return kept;
    }

    /** The number of those that lead to directories. */
    int keptDirectories() {
        return keptDirectories;
    }

    private void count(Dentry entry, int by) {
        count += by;
        kept += entry.kept ? by : 0;
        keptDirectories += entry.kept && entry.node.type() == FileType.DIRECTORY ? by : 0;
    }

    /** The dentry of a name; null if there is none. */
    Dentry find(Name name) {
        Dentry[] all = entries;
        int[] places = index;
        if (places == null) {
            for (Dentry entry : all) {
                if (entry != null && entry.name.hashCode() == name.hashCode() && entry.name.equals(name)) {
                    return entry;
                }
            }
            return null;
        }
        int mask = places.length - 1;
        int at = spread(name);
        for (int i = 0; i <= mask; i++) {
            int place = places[at + i & mask];
            if (place == FREE) {
                return null;
            }
            if (place != DELETED && place <= all.length) {
                Dentry entry = all[place - 1];
                if (entry != null && entry.name.equals(name)) {
                    return entry;
                }
            }
        }
        return null;
    }

    /** Adds a dentry whose name is new. */
    void add(Dentry entry) {
        if (used == entries.length) {
            resize();
        }
        entries[used++] = entry;
        if (index != null) {
            put(index, entry.name, used);
        }
        count(entry, 1);
    }

    /** Removes a dentry that is in the table. */
    void remove(Dentry entry) {
        int place = place(entry);
        entries[place] = null;
        count(entry, -1);
        if (count == 0) {
            entries = new Dentry[4];
            index = null;
            used = 0;
        } else if (entries.length > FEW && count * 4 < entries.length) {
            resize();
        }
    }

    /** The dentries in the order of their addition. */
    Dentry[] snapshot() {
        var all = new Dentry[count];
        int at = 0;
        for (int i = 0; i < used; i++) {
            if (entries[i] != null) {
                all[at++] = entries[i];
            }
        }
        return all;
    }

    private int place(Dentry entry) {
        if (index == null) {
            for (int i = 0; i < used; i++) {
                if (entries[i] == entry) {
                    return i;
                }
            }
            throw new IllegalStateException(entry.name + " is not in its directory");
        }
        int mask = index.length - 1;
        for (int at = spread(entry.name) & mask;; at = at + 1 & mask) {
            int place = index[at];
            if (place == FREE) {
                throw new IllegalStateException(entry.name + " is not in its directory");
            }
            if (place != DELETED && entries[place - 1] == entry) {
                index[at] = DELETED;
                return place - 1;
            }
        }
    }

    /** Makes room for half as many more and one, without gaps. */
    private void resize() {
        Dentry[] all = snapshot();
        entries = Arrays.copyOf(all, Math.max(4, count + (count >> 1) + 1));
        used = count;
        if (entries.length <= FEW) {
            index = null;
            return;
        }
        var places = new int[Integer.highestOneBit(entries.length + (entries.length >> 1)) << 1];
        for (int i = 0; i < used; i++) {
            put(places, all[i].name, i + 1);
        }
        index = places;
    }

    private static void put(int[] places, Name name, int place) {
        int mask = places.length - 1;
        int at = spread(name) & mask;
        while (places[at] > FREE) {
            at = at + 1 & mask;
        }
        places[at] = place;
    }

    private static int spread(Name name) {
        int hash = name.hashCode() * 0x9E3779B9;
        return hash ^ (hash >>> 16);
    }
}
