package org.hexfuse.server.tree;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.Attr;
import org.hexfuse.server.GetAttr;

/**
 * The nodes that kernels refer to, by node id, and their reference counts: lookups and open handles. A node is here while its count is
 * not zero, and a node with a key is found by that as long. Any thread may use it; finding a node by its id takes no lock.
 */
@SuppressWarnings("ReferenceEquality") // A node is equal only to itself.
final class NodeTable {
    private static final int STRIPES = 16;

    private final Stripe[] stripes = new Stripe[STRIPES];
    private final ConcurrentHashMap<Object, Node> byKey = new ConcurrentHashMap<>();

    NodeTable() {
        Arrays.setAll(stripes, _ -> new Stripe());
    }

    /** The node of an id; ESTALE if no kernel refers to one. */
    Node get(long id) {
        Node node = stripe(id).get(id);
        if (node == null) {
            throw FuseException.of(Errno.ESTALE);
        }
        return node;
    }

    /** Adds a reference to a node, or to the one that is known with its key. Returns that. */
    Node reference(Node found) {
        Object key = found.key();
        if (key == null) {
            add(found);
            return found;
        }
        Node first = byKey.get(key);
        if (first != null && addIfReferenced(first)) {
            return first;
        }
        return byKey.compute(key, (_, known) -> {
            if (known != null && known != found && addIfReferenced(known)) {
                return known;
            }
            add(found);
            return found;
        });
    }

    /** Adds a reference to a node. */
    void add(Node node) {
        while (true) {
            Stripe stripe = stripe(node.id());
            synchronized (stripe) {
                if (node.references > 0 || (stripe == stripe(node.id) && stripe.get(node.id) == null)) {
                    if (node.references == 0) {
                        stripe.put(node);
                    }
                    node.references = node.references + 1;
                    return;
                }
                // It had its id before a handover, from which another node has it.
                node.renew();
            }
        }
    }

    /** Gives a node the id by which the kernel knows it; one without references gets a reference. */
    void restore(Node node, long id) throws IOException {
        Node other = find(id);
        if (other != null && other != node) {
            throw new IOException("two nodes have the id " + id);
        }
        if (node.references == 0) {
            node.id = id;
            add(node);
        } else if (node.id != id) {
            Stripe former = stripe(node.id);
            synchronized (former) {
                former.remove(node);
            }
            node.id = id;
            Stripe stripe = stripe(id);
            synchronized (stripe) {
                stripe.put(node);
            }
        }
    }

    /** Adds references to a node that has some. */
    void add(Node node, long count) {
        synchronized (stripe(node.id)) {
            node.references = node.references + count;
        }
    }

    private boolean addIfReferenced(Node node) {
        synchronized (stripe(node.id())) {
            if (node.references == 0) {
                return false;
            }
            node.references = node.references + 1;
            return true;
        }
    }

    /** Drops references to a node. Returns whether these were the last. */
    boolean drop(Node node, long count) {
        Stripe stripe = stripe(node.id());
        synchronized (stripe) {
            long left = Math.max(0, node.references - count);
            boolean last = left == 0 && node.references > 0;
            node.references = left;
            if (!last) {
                return false;
            }
            stripe.remove(node);
        }
        Object key = node.key();
        if (key != null) {
            byKey.computeIfPresent(key, (_, known) -> known == node && node.references == 0 ? null : known);
        }
        return true;
    }

    /** The node of an id, or null. */
    Node find(long id) {
        return stripe(id).get(id);
    }

    /** The number of nodes. */
    int size() {
        int size = 0;
        for (Stripe stripe : stripes) {
            synchronized (stripe) {
                size += stripe.count;
            }
        }
        return size;
    }

    private Stripe stripe(long id) {
        return stripes[(int) id & STRIPES - 1];
    }

    /**
     * A hash table with open addressing and linear probing. A node stays at its place while it is in an array; a removed one leaves a
     * marker, and growing makes another array. So a reader needs no lock.
     */
    private static final class Stripe {
        private static final VarHandle PLACE = MethodHandles.arrayElementVarHandle(Node[].class);
        private static final Node REMOVED = new RemovedNode();

        private volatile Node[] table = new Node[4];
        private int count;
        /** The places that are not null. */
        private int used;

        Node get(long id) {
            Node[] all = table;
            int mask = all.length - 1;
            for (int at = spread(id) & mask;; at = at + 1 & mask) {
                Node node = (Node) PLACE.getAcquire(all, at);
                if (node == null || node.id == id) {
                    return node;
                }
            }
        }

        void put(Node node) {
            if ((used + 1) * 3 > table.length * 2) {
                rehash();
            }
            count++;
            used += place(table, node) ? 1 : 0;
        }

        /** Returns whether it took a place that was not used before. */
        private static boolean place(Node[] all, Node node) {
            int mask = all.length - 1;
            int at = spread(node.id) & mask;
            while (all[at] != null && all[at] != REMOVED) {
                at = at + 1 & mask;
            }
            boolean fresh = all[at] == null;
            PLACE.setRelease(all, at, node);
            return fresh;
        }

        void remove(Node node) {
            Node[] all = table;
            int mask = all.length - 1;
            for (int at = spread(node.id) & mask; all[at] != null; at = at + 1 & mask) {
                if (all[at] == node) {
                    PLACE.setRelease(all, at, REMOVED);
                    count--;
                    break;
                }
            }
            if (count * 8 < all.length && all.length > 4) {
                rehash();
            }
        }

        private void rehash() {
            int size = 4;
            while (count * 2 >= size) {
                size *= 2;
            }
            var larger = new Node[size];
            for (Node node : table) {
                if (node != null && node != REMOVED) {
                    place(larger, node);
                }
            }
            used = count;
            table = larger;
        }

        private static int spread(long id) {
            return ((int) (id >>> 4) * 0x9E3779B9) >>> 8;
        }
    }

    /** Marks a place that a node was removed from. */
    private static final class RemovedNode extends Node {
        RemovedNode() {
            super(FileType.REGULAR);
        }

        @Override public Attr getattr(GetAttr op) {
            throw FuseException.of(Errno.ESTALE);
        }
    }
}
