package org.hexfuse.vfs.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * The dentries of one directory by name: an open-addressed table, 5 to 8 bytes a dentry. {@link #get} takes no lock; changes are made
 * under the lock of {@link InodeTable}.
 *
 * <p>A dentry never moves within a table. A removed one leaves a mark, so that a reader that is on its way past it goes on; tables that
 * are full of marks are replaced by new ones, and who still reads an old one sees the directory as it was.
 */
final class ChildTable {
    private static final VarHandle SLOTS = MethodHandles.arrayElementVarHandle(Dentry[].class);
    private static final Dentry REMOVED = new Dentry(null, new byte[0], null);
    private static final Dentry[] EMPTY = new Dentry[1];
    private static final int LEAST = 4;

    /** That of all inodes that are no directories. */
    static final ChildTable NONE = new ChildTable();

    private volatile Dentry[] slots = EMPTY;
    private int size;
    /** The dentries and the marks. */
    private int filled;

    private static int slot(int hash, int length) {
        return (int) (((hash & 0xFFFF_FFFFL) * length) >>> 32);
    }

    /** The dentry of the name that a part of {@code path} is, or null. Needs no lock. */
    Dentry get(byte[] path, int from, int to, int hash) {
        Dentry[] table = slots;
        for (int i = slot(hash, table.length);; i = next(i, table)) {
            Dentry dentry = (Dentry) SLOTS.getAcquire(table, i);
            if (dentry == null) {
                return null;
            }
            if (dentry.hash == hash && dentry.isNamed(path, from, to)) {
                return dentry;
            }
        }
    }

    private static int next(int i, Dentry[] table) {
        return i + 1 == table.length ? 0 : i + 1;
    }

    private static int previous(int i, Dentry[] table) {
        return i == 0 ? table.length - 1 : i - 1;
    }

    boolean isEmpty() { return slots.length == EMPTY.length; }

    /** All dentries. */
    List<Dentry> all() {
        var all = new ArrayList<Dentry>(size);
        for (Dentry dentry : slots) {
            if (dentry != null && dentry != REMOVED) {
                all.add(dentry);
            }
        }
        return all;
    }

    /** Adds a dentry, whose name the table does not have. */
    void add(Dentry dentry) {
        if ((filled + 1) * 5L > slots.length * 4L) {
            rebuild(size + 1);
        }
        if (insert(slots, dentry)) {
            filled++;
        }
        size++;
    }

    /** At the first free slot. Returns whether that had no mark. */
    private static boolean insert(Dentry[] table, Dentry dentry) {
        int i = slot(dentry.hash, table.length);
        while (table[i] != null && table[i] != REMOVED) {
            i = next(i, table);
        }
        boolean unused = table[i] == null;
        SLOTS.setRelease(table, i, dentry);
        return unused;
    }

    /** Makes a table with room for some more than {@code wanted} dentries. */
    private void rebuild(int wanted) {
        var table = new Dentry[Math.max(LEAST, wanted + wanted / 2 + wanted / 4)];
        for (Dentry dentry : slots) {
            if (dentry != null && dentry != REMOVED) {
                insert(table, dentry);
            }
        }
        filled = size;
        slots = table;
    }

    /** Removes a dentry, if it is here. */
    void remove(Dentry dentry) {
        Dentry[] table = slots;
        int i = slot(dentry.hash, table.length);
        while (table[i] != dentry) {
            if (table[i] == null) {
                return;
            }
            i = next(i, table);
        }
        size--;
        if (size == 0) {
            filled = 0;
            slots = EMPTY;
            return;
        }
        SLOTS.setRelease(table, i, REMOVED);
        if (table[next(i, table)] == null) {
            // Nothing lies behind these marks.
            for (; table[i] == REMOVED; i = previous(i, table)) {
                SLOTS.setRelease(table, i, null);
                filled--;
            }
        }
        if (size < table.length / 8) {
            rebuild(size);
        }
    }
}
