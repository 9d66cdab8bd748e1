package org.hexfuse.posix;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The locks of one owner on one file: ranges that don't overlap, and don't touch where they are of one type. For one thread. */
final class OwnedRanges {
    private final TreeMap<Long, LockRange> ranges = new TreeMap<>();
    private int writes;

    boolean isEmpty() { return ranges.isEmpty(); }

    int size() {
        return ranges.size();
    }

    /** How many of them are to write. */
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

    /** Whether this is one lock of that type, on all of the file. */
    boolean isWhole(LockType type) {
        LockRange first = ranges.firstEntry().getValue();
        return first.type() == type && first.start() == 0 && first.end() == LockRange.TO_THE_END;
    }

    /** Gives all bytes of a range its type: what was there is cut, replaced or split, what is alike beside it is joined. */
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

    /** Those that overlap a range or touch it. */
    private List<LockRange> beside(LockRange range) {
        long first = Math.max(0, range.start() - 1);
        long last = range.end() == Long.MAX_VALUE ? range.end() : range.end() + 1;
        return List.copyOf(from(first).headMap(last, true).values());
    }

    /** What ends at {@code first} or behind it. */
    private NavigableMap<Long, LockRange> from(long first) {
        Map.Entry<Long, LockRange> before = ranges.floorEntry(first);
        return ranges.tailMap(before != null && before.getValue().end() >= first ? before.getKey() : first, true);
    }

    /** The first lock that another owner can't have {@code wanted} beside. */
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
