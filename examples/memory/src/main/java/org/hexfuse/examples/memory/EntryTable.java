package org.hexfuse.examples.memory;

import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.hexfuse.abi.Name;

/**
 * The entries of a directory, by name and in the order of their cookies.
 *
 * <p>A new entry gets the largest cookie, so a listing can continue after any cookie: entries that are neither added nor removed
 * meanwhile are seen once. A list with appends only is thus sorted, and takes less memory than a tree. A removed entry stays
 * in the list, marked, until half of the list is removed.
 *
 * <p>Guarded by the lock of the namespace, except {@link #count}.
 */
final class EntryTable {
    /** The cookie of the entry {@code .}. */
    static final long SELF = 1;
    /** The cookie of the entry {@code ..}. */
    static final long PARENT = 2;

    private static final int FEW = 16;

    private Map<Name, DirEntry> byName = new HashMap<>();
    private final ArrayList<DirEntry> byCookie = new ArrayList<>(0);
    private long lastCookie = PARENT;
    private volatile int count;

    /** The number of entries, {@code .} and {@code ..} aside. For any thread. */
    int count() {
        return count;
    }

    boolean isEmpty() { return byName.isEmpty(); }

    Optional<DirEntry> find(Name name) {
        return Optional.ofNullable(byName.get(name));
    }

    boolean has(Name name) {
        return byName.containsKey(name);
    }

    /** Adds an entry whose name is new. */
    void add(Name name, Inode inode) {
        var entry = new DirEntry(name, inode, ++lastCookie);
        if (byName.putIfAbsent(name, entry) != null) {
            throw new IllegalStateException("a name twice in a directory");
        }
        byCookie.add(entry);
        count = byName.size();
    }

    /** Writes the last cookie, and each entry behind {@code true}. */
    void save(DataOutput out) throws IOException {
        out.writeLong(lastCookie);
        for (DirEntry entry : all()) {
            out.writeBoolean(true);
            Stored.bytes(entry.name().bytes(), out);
            out.writeLong(entry.cookie());
            out.writeLong(entry.inode().number());
        }
        out.writeBoolean(false);
    }

    /** New entries get larger cookies. */
    void continueAfter(long cookie) {
        lastCookie = cookie;
    }

    /** Adds an entry with its cookie, which is larger than those before. */
    void restore(Name name, Inode inode, long cookie) {
        boolean ordered = cookie > (byCookie.isEmpty() ? PARENT : byCookie.getLast().cookie()) && cookie <= lastCookie;
        var entry = new DirEntry(name, inode, cookie);
        if (!ordered || byName.putIfAbsent(name, entry) != null) {
            throw new IllegalStateException("a name twice in a directory, or out of order");
        }
        byCookie.add(entry);
        count = byName.size();
    }

    void remove(DirEntry entry) {
        byName.remove(entry.name());
        entry.remove();
        count = byName.size();
        if (byCookie.size() > FEW && byName.size() < byCookie.size() / 2) {
            byCookie.removeIf(DirEntry::removed);
            byCookie.trimToSize();
        }
        if (byName.isEmpty()) {
            // A map never shrinks, and a directory that was large may exist for long.
            byName = new HashMap<>();
            byCookie.clear();
            byCookie.trimToSize();
        }
    }

    /** Visits the entries whose cookies are larger than {@code cookie}, in their order, until {@code visitor} returns false. */
    void visitAfter(long cookie, Predicate<DirEntry> visitor) {
        for (int i = firstAfter(cookie); i < byCookie.size(); i++) {
            DirEntry entry = byCookie.get(i);
            if (!entry.removed() && !visitor.test(entry)) {
                return;
            }
        }
    }

    /** All entries, in the order of their cookies. */
    List<DirEntry> all() {
        return byCookie.stream().filter(entry -> !entry.removed()).toList();
    }

    private int firstAfter(long cookie) {
        int low = 0;
        int high = byCookie.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (byCookie.get(middle).cookie() <= cookie) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
