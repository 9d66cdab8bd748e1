package org.hexfuse.posix;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The locks of one owner on one file: disjoint ranges; adjacent ones differ in type. Not thread-safe. */
final class OwnedRanges {
    private final TreeMap<Long, LockRange> ranges = new TreeMap<>();
    private int writes;

    boolean isEmpty() { return ranges.isEmpty(); }

    int size() {
        return ranges.size();
    }

    /** All locks, by their first byte. */
    Collection<LockRange> all() {
        return ranges.values();
    }

    /** The number of write locks. */
    int writes() {
        return writes;
    }

    private void put(LockRange range) {
        ranges.put(range.start(), range);
        writes += range.type() == LockType.WRITE ? 1 : 0;
    }

    private void remove(LockRange range) {
        ranges.remove(range.start());
        writes -= range.type() == LockType.WRITE ? 1 : 0;
    }

    /** Whether this is one lock of that type on the whole file. */
    boolean isWhole(LockType type) {
        LockRange first = ranges.firstEntry().getValue();
        return first.type() == type && first.start() == 0 && first.end() == LockRange.TO_THE_END;
    }

    /** Sets the type of a range: overlapping locks are cut, replaced or split, adjacent ones of the same type merged. */
    void set(LockRange range) {
        long start = range.start();
        long end = range.end();
        var pieces = new ArrayList<LockRange>(2);
        for (LockRange old : beside(range)) {
            if (old.type() == range.type()) {
                start = Math.min(start, old.start());
                end = Math.max(end, old.end());
                remove(old);
            } else if (old.overlaps(range)) {
                remove(old);
                if (old.start() < range.start()) {
                    pieces.add(old.between(old.start(), range.start() - 1));
                }
                if (old.end() > range.end()) {
                    pieces.add(old.between(range.end() + 1, old.end()));
                }
            }
        }
        pieces.forEach(this::put);
        if (range.type() != LockType.UNLOCKED) {
            put(range.between(start, end));
        }
    }

    /** The locks that overlap a range or are adjacent to it. */
    private List<LockRange> beside(LockRange range) {
        long first = Math.max(0, range.start() - 1);
        long last = range.end() == Long.MAX_VALUE ? range.end() : range.end() + 1;
        return List.copyOf(from(first).headMap(last, true).values());
    }

    /** The locks that end at {@code first} or later. */
    private NavigableMap<Long, LockRange> from(long first) {
        Map.Entry<Long, LockRange> before = ranges.floorEntry(first);
        return ranges.tailMap(before != null && before.getValue().end() >= first ? before.getKey() : first, true);
    }

    /** The first lock that conflicts with {@code wanted} of another owner. */
    Optional<LockRange> conflict(LockRange wanted) {
        if (writes == 0 && wanted.type() == LockType.READ) {
            return Optional.empty();
        }
        for (LockRange held : from(wanted.start()).values()) {
            if (held.start() > wanted.end()) {
                return Optional.empty();
            }
            if (held.conflicts(wanted)) {
                return Optional.of(held);
            }
        }
        return Optional.empty();
    }
}
