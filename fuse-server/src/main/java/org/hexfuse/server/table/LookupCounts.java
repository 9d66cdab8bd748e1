package org.hexfuse.server.table;

import java.util.Arrays;

/**
 * The lookup counts (nlookup) of a session's nodes, to forget them at its end. Any thread may use it. A node takes 16 bytes and some
 * spare room, and no object.
 */
final class LookupCounts {
    private static final int STRIPES = 16;

    private final Stripe[] stripes = new Stripe[STRIPES];

    /** Sees a node and its lookup count. */
    interface Visitor {
        void visit(long node, long count);
    }

    LookupCounts() {
        Arrays.setAll(stripes, _ -> new Stripe());
    }

    void add(long node) {
        add(node, 1);
    }

    void add(long node, long count) {
        Stripe stripe = stripe(node);
        synchronized (stripe) {
            stripe.add(node, count);
        }
    }

    /** Subtracts up to {@code count} lookups, and returns how many were subtracted. */
    long remove(long node, long count) {
        Stripe stripe = stripe(node);
        synchronized (stripe) {
            return stripe.remove(node, count);
        }
    }

    /** Removes all nodes, and passes each with its count to {@code visitor}. No other thread uses the counts any more. */
    void drain(Visitor visitor) {
        for (Stripe stripe : stripes) {
            synchronized (stripe) {
                stripe.drain(visitor);
            }
        }
    }

    /** Gives every node and its count to {@code visitor}, which must not use the counts. */
    void forEach(Visitor visitor) {
        for (Stripe stripe : stripes) {
            synchronized (stripe) {
                stripe.forEach(visitor);
            }
        }
    }

    private Stripe stripe(long node) {
        return stripes[(int) (mix(node) >>> 60)];
    }

    private static long mix(long node) {
        return node * 0x9E3779B97F4A7C15L;
    }

    /** A hash table with open addressing; node id 0 marks a free place. */
    private static final class Stripe {
        private long[] table = new long[2 * 16];
        private int used;

        void add(long node, long count) {
            int place = find(node);
            if (table[place] == 0) {
                if (++used * 4 > table.length) {
                    grow();
                    place = find(node);
                }
                table[place] = node;
            }
            table[place + 1] += count;
        }

        long remove(long node, long count) {
            int place = find(node);
            if (table[place] == 0) {
                return 0;
            }
            long taken = count < 0 ? table[place + 1] : Math.min(count, table[place + 1]);
            table[place + 1] -= taken;
            if (table[place + 1] == 0) {
                free(place);
            }
            return taken;
        }

        void drain(Visitor visitor) {
            long[] all = table;
            table = new long[2 * 16];
            used = 0;
            visit(all, visitor);
        }

        void forEach(Visitor visitor) {
            visit(table, visitor);
        }

        private static void visit(long[] all, Visitor visitor) {
            for (int i = 0; i < all.length; i += 2) {
                if (all[i] != 0) {
                    visitor.visit(all[i], all[i + 1]);
                }
            }
        }

        private int find(long node) {
            int mask = table.length / 2 - 1;
            int place = (int) (mix(node) >>> 20) & mask;
            while (table[2 * place] != 0 && table[2 * place] != node) {
                place = place + 1 & mask;
            }
            return 2 * place;
        }

        private void grow() {
            long[] old = table;
            table = new long[old.length * 2];
            for (int i = 0; i < old.length; i += 2) {
                if (old[i] != 0) {
                    int place = find(old[i]);
                    table[place] = old[i];
                    table[place + 1] = old[i + 1];
                }
            }
        }

        /** Frees a place and moves what follows it, so that nothing is behind a gap. */
        private void free(int place) {
            table[place] = 0;
            table[place + 1] = 0;
            used--;
            int i = (place + 2) % table.length;
            while (table[i] != 0) {
                long node = table[i];
                long count = table[i + 1];
                table[i] = 0;
                table[i + 1] = 0;
                int better = find(node);
                table[better] = node;
                table[better + 1] = count;
                i = (i + 2) % table.length;
            }
        }
    }
}
