package org.hexfuse.server.path;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Operation;

/**
 * The locks of paths: while an operation runs, nothing renames or removes what its path leads through. As in libfuse an operation has
 * shared locks of its node and of all directories above it but the root. An operation that changes a name has an exclusive lock of the
 * node of that name and shared locks of the directories above, and so waits for all operations at the node and below it.
 *
 * <p>All locks of an operation are taken at once, so that no two operations wait for each other. An operation that waits for an exclusive
 * lock has reserved its locks: operations that came later leave them alone, so that it gets them when those that have them now are
 * done. An operation that is interrupted stops waiting.
 *
 * <p>While nothing has an exclusive lock or waits for one, shared locks are not counted at the nodes: the operation puts them into a slot,
 * then checks that this is still so and that its path has not changed meanwhile. The first that comes for an exclusive lock says so,
 * and then counts the locks that it finds in the slots; so it has either seen an operation's locks, or the operation sees it.
 */
@SuppressWarnings("ReferenceEquality") // A node is equal only to itself.
final class PathLocks {
    private static final int EXCLUSIVE = -1;
    private static final PathNode[] NONE = {};

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** The operations that wait for exclusive locks, in the order in which they came. */
    private final List<Reservation> reservations = new ArrayList<>(2);
    /** The number of operations that have exclusive locks or wait for them. Written under the lock. */
    private final AtomicInteger exclusives = new AtomicInteger();
    private final SharedSlots slots = new SharedSlots();
    private final KnownPaths paths = new KnownPaths();

    /** Locks of one operation. */
    abstract static sealed class Held implements AutoCloseable {
        /** The path of the node, or of the name in it. */
        abstract String path();

        /** The path of the second node, or of the name in it; empty if there is none. */
        String target() {
            return "";
        }

        /** The node that the path leads to, if it is at hand and still has that name; null otherwise. */
        PathNode node() {
            return null;
        }

        /** Releases the locks, once. */
        @Override public abstract void close();
    }

    /** Locks that are counted at their nodes. */
    private final class Counted extends Held {
        private final String path;
        private final String target;
        private final PathNode[] shared;
        private final List<PathNode> exclusive;
        /** Guarded by the lock. */
        private boolean closed;

        private Counted(String path, String target, PathNode[] shared, List<PathNode> exclusive) {
            this.path = path;
            this.target = target;
            this.shared = shared;
            this.exclusive = exclusive;
        }

        @Override String path() {
            return path;
        }

        @Override String target() {
            return target;
        }

        @Override public void close() {
            if (shared.length == 0 && exclusive.isEmpty()) {
                return;
            }
            lock.lock();
            try {
                if (!closed) {
                    closed = true;
                    release();
                }
            } finally {
                lock.unlock();
            }
        }

        private void release() {
            boolean waited = !exclusive.isEmpty();
            for (PathNode node : shared) {
                waited |= --node.holds == 0 && node.waiters > 0;
            }
            for (PathNode node : exclusive) {
                node.holds = 0;
            }
            if (!exclusive.isEmpty()) {
                exclusives.decrementAndGet();
            }
            if (waited) {
                changed.signalAll();
            }
        }
    }

    /** Shared locks of a known path, or of a name in it, which are in a slot until they are released or counted. */
    final class Slotted extends Held {
        private final String path;
        private final KnownPath known;
        /** Whether the path is that of a name in the directory {@link #known} that is not known. */
        private final boolean isNew;
        private int slot;
        /** What has replaced the slot, null for nothing. Guarded by the lock. */
        private Counted counted;

        /** {@code newName} is null for the path of the node itself. */
        private Slotted(KnownPath known, Name newName) {
            this.path = newName == null ? known.path() : known.path() + "/" + newName;
            this.known = known;
            this.isNew = newName != null;
        }

        @Override String path() {
            return path;
        }

        @Override PathNode node() {
            return !isNew && known.hasItsDentry() ? known.node() : null;
        }

        private void count() {
            PathNode[] chain = known.chain();
            counted = new Counted(path, "", chain, List.of());
            for (PathNode node : chain) {
                node.holds++;
            }
        }

        @Override public void close() {
            if (!slots.remove(slot, this)) {
                closeCounted();
            }
        }

        private void closeCounted() {
            lock.lock();
            try {
                if (counted != null) {
                    counted.close();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** The path of a node; ESTALE if it has none. */
    Held shared(PathNode node, Operation<?> op) {
        return shared(node, null, null, null, op);
    }

    /** The path of a name in a directory. */
    Held shared(PathNode directory, Name name, Operation<?> op) {
        return shared(directory, name, null, null, op);
    }

    /** The paths of two nodes, or of names in them; {@code target} may be null. */
    Held shared(PathNode node, Name name, PathNode target, Name targetName, Operation<?> op) {
        PathNode child = name == null ? null : node.known(name);
        if (target == null && child == null && node.isRoot()) {
            return new Counted(name == null ? "/" : "/" + name, "", NONE, List.of());
        }
        Held slotted = target == null ? slotted(node, name, child) : null;
        return slotted == null ? counted(node, name, target, targetName, op) : slotted;
    }

    /** Shared locks in a slot; null if they have to be counted. */
    private Held slotted(PathNode node, Name name, PathNode child) {
        PathNode lowest = child == null ? node : child;
        boolean isNew = name != null && child == null;
        KnownPath known = paths.last(lowest);
        for (int attempt = 0; attempt < 2 && exclusives.get() == 0; attempt++) {
            known = known == null ? paths.make(lowest) : known;
            if (known == null || (child != null && !known.isOf(name, node))) {
                return null;
            }
            var held = new Slotted(known, isNew ? name : null);
            held.slot = slots.add(held);
            if (held.slot < 0) {
                return null;
            }
            // What an operation with an exclusive lock has changed before this one had its slot is seen here.
            if (exclusives.get() == 0 && known.isCurrent() && (!isNew || node.known(name) == null)) {
                return held;
            }
            held.close();
            known = null;
        }
        return null;
    }

    /** Shared locks that are counted, waiting for those that exclude them. */
    private Held counted(PathNode node, Name name, PathNode target, Name targetName, Operation<?> op) {
        boolean waits = false;
        lock.lock();
        try {
            while (true) {
                PathNode[] chain = join(chain(node, name), target == null ? NONE : chain(target, targetName));
                if (isFree(chain)) {
                    return held(node, name, target, targetName, chain);
                }
                if (!waits) {
                    waits = true;
                    op.onInterrupt(this::wake);
                }
                await(op);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The path of a name in a directory, whoever waits for it; null while it is exclusively locked. */
    Held trySharedNow(PathNode directory, Name name) {
        lock.lock();
        try {
            PathNode[] chain = chain(directory, name);
            return Arrays.stream(chain).anyMatch(node -> node.holds < 0) ? null
                    : held(directory, name, null, null, chain);
        } finally {
            lock.unlock();
        }
    }

    private Held held(PathNode node, Name name, PathNode target, Name targetName, PathNode... chain) {
        String path = path(node, name);
        String targetPath = target == null ? "" : path(target, targetName);
        for (PathNode each : chain) {
            each.holds++;
        }
        return new Counted(path, targetPath, chain, List.of());
    }

    private static PathNode[] join(PathNode[] first, PathNode... second) {
        if (second.length == 0) {
            return first;
        }
        PathNode[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** A node and the directories above it but the root, and the child of a name if it is known. */
    private static PathNode[] chain(PathNode node, Name name) {
        PathNode child = name == null ? null : node.known(name);
        int depth = child == null ? 0 : 1;
        for (PathNode at = node; !at.isRoot(); at = at.place().parent()) {
            depth++;
        }
        if (depth == 0) {
            return NONE;
        }
        var chain = new PathNode[depth];
        int i = 0;
        if (child != null) {
            chain[i++] = child;
        }
        for (PathNode at = node; i < depth; at = at.place().parent()) {
            chain[i++] = at;
        }
        return chain;
    }

    private static boolean isFree(PathNode... chain) {
        for (PathNode node : chain) {
            if (node.holds < 0 || node.waiters > 0) {
                return false;
            }
        }
        return true;
    }

    /** The locks to change a name. */
    Held exclusive(PathNode directory, Name name, Operation<?> op) {
        return exclusive(directory, name, directory, name, op);
    }

    /** The locks to change two names. */
    Held exclusive(PathNode directory, Name name, PathNode target, Name targetName, Operation<?> op) {
        Reservation reservation = null;
        boolean taken = false;
        lock.lock();
        try {
            announce();
            while (true) {
                PathNode[] chain = join(chain(directory, null), target == directory ? NONE : chain(target, null));
                var named = new ArrayList<PathNode>(2);
                addKnown(named, directory, name);
                addKnown(named, target, targetName);
                if (Arrays.stream(chain).anyMatch(named::contains)) {
                    throw FuseException.of(Errno.EINVAL, "a directory cannot be moved into itself");
                }
                if (isFree(chain, named, reservation)) {
                    for (PathNode node : chain) {
                        node.holds++;
                    }
                    named.forEach(node -> node.holds = EXCLUSIVE);
                    taken = !named.isEmpty();
                    return new Counted("", "", chain, named);
                }
                if (reservation == null) {
                    op.onInterrupt(this::wake);
                }
                reservation = reserve(reservation, chain, named);
                await(op);
            }
        } finally {
            if (!taken) {
                exclusives.decrementAndGet();
            }
            if (reservation != null) {
                reservations.remove(reservation);
                reservation.exclusive.forEach(node -> node.waiters--);
                changed.signalAll();
            }
            lock.unlock();
        }
    }

    /** Has shared locks be counted from now on, and counts those that were taken before. */
    private void announce() {
        if (exclusives.getAndIncrement() == 0) {
            slots.drain(Slotted::count);
        }
    }

    private static void addKnown(List<PathNode> named, PathNode directory, Name name) {
        PathNode node = directory.known(name);
        if (node != null && !named.contains(node)) {
            named.add(node);
        }
    }

    /** Whether nobody has locks that exclude these, or has reserved such before; {@code own} is null for who comes now. */
    private boolean isFree(PathNode[] shared, List<PathNode> exclusive, Reservation own) {
        if (!exclusive.stream().allMatch(node -> node.holds == 0)
                || Arrays.stream(shared).anyMatch(node -> node.holds < 0)) {
            return false;
        }
        for (Reservation earlier : reservations) {
            if (earlier == own) {
                return true;
            }
            if (earlier.excludes(shared, exclusive)) {
                return false;
            }
        }
        return true;
    }

    /** Reserves locks, in the place of what the same operation has reserved before the names changed. */
    private Reservation reserve(Reservation former, PathNode[] shared, List<PathNode> exclusive) {
        if (former != null && former.isFor(shared, exclusive)) {
            return former;
        }
        var reservation = new Reservation(shared, exclusive);
        exclusive.forEach(node -> node.waiters++);
        if (former == null) {
            reservations.add(reservation);
        } else {
            former.exclusive.forEach(node -> node.waiters--);
            reservations.set(reservations.indexOf(former), reservation);
            changed.signalAll();
        }
        return reservation;
    }

    /** Callers check again in a loop. */
    @SuppressWarnings("WaitNotInLoop") private void await(Operation<?> op) {
        if (op.interrupted()) {
            throw FuseException.of(Errno.EINTR);
        }
        try {
            changed.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw FuseException.of(Errno.EINTR);
        }
    }

    /** An operation was interrupted, which may be one that waits. */
    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The present path of a node, or of a name in it; ESTALE if it has none. */
    static String path(PathNode node, Name name) {
        if (node.isRoot()) {
            return name == null ? "/" : "/" + name;
        }
        PathNode.Place place = node.place();
        if (place.parent().isRoot()) {
            return name == null ? "/" + place.name() : "/" + place.name() + "/" + name;
        }
        var names = new ArrayList<Name>(8);
        if (name != null) {
            names.add(name);
        }
        for (PathNode at = node; !at.isRoot(); at = place.parent()) {
            place = at.place();
            names.add(place.name());
        }
        var path = new StringBuilder(names.size() * 12);
        for (int i = names.size() - 1; i >= 0; i--) {
            path.append('/').append(names.get(i));
        }
        return path.toString();
    }
}
