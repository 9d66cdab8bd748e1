package org.hexfuse.server.path;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
 */
@SuppressWarnings("ReferenceEquality") // A node is equal only to itself.
final class PathLocks {
    private static final int EXCLUSIVE = -1;
    private static final PathNode[] NONE = {};

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** The operations that wait for exclusive locks, in the order in which they came. */
    private final List<Reservation> reservations = new ArrayList<>(2);

    /** The locks that an operation waits for, of which one at least is exclusive. */
    private static final class Reservation {
        private final PathNode[] shared;
        private final List<PathNode> exclusive;

        Reservation(PathNode[] shared, List<PathNode> exclusive) {
            this.shared = shared;
            this.exclusive = exclusive;
        }

        /** Whether another operation may not have both these locks and those. */
        boolean excludes(PathNode[] otherShared, List<PathNode> otherExclusive) {
            return otherExclusive.stream().anyMatch(node -> exclusive.contains(node) || contains(shared, node))
                    || Arrays.stream(otherShared).anyMatch(exclusive::contains);
        }

        private static boolean contains(PathNode[] nodes, PathNode node) {
            for (PathNode each : nodes) {
                if (each == node) {
                    return true;
                }
            }
            return false;
        }

        boolean isFor(PathNode[] otherShared, List<PathNode> otherExclusive) {
            return Arrays.equals(shared, otherShared) && exclusive.equals(otherExclusive);
        }
    }

    /** Locks of one operation. */
    final class Held implements AutoCloseable {
        private final String path;
        private final String target;
        private final PathNode[] shared;
        private final List<PathNode> exclusive;
        /** Guarded by the lock. */
        private boolean closed;

        private Held(String path, String target, PathNode[] shared, List<PathNode> exclusive) {
            this.path = path;
            this.target = target;
            this.shared = shared;
            this.exclusive = exclusive;
        }

        /** The path of the node, or of the name in it. */
        String path() {
            return path;
        }

        /** The path of the second node, or of the name in it. */
        String target() {
            return target;
        }

        /** Releases the locks, once. */
        @Override public void close() {
            if (shared.length == 0 && exclusive.isEmpty()) {
                return;
            }
            lock.lock();
            try {
                if (closed) {
                    return;
                }
                closed = true;
                boolean waited = !exclusive.isEmpty();
                for (PathNode node : shared) {
                    waited |= --node.holds == 0 && node.waiters > 0;
                }
                for (PathNode node : exclusive) {
                    node.holds = 0;
                }
                if (waited) {
                    changed.signalAll();
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
        if (target == null && node.isRoot()) {
            PathNode child = name == null ? null : node.known(name);
            if (child == null) {
                return new Held(name == null ? "/" : "/" + name, "", NONE, List.of());
            }
        }
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
        return new Held(path, targetPath, chain, List.of());
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
        lock.lock();
        try {
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
                    return new Held("", "", chain, named);
                }
                if (reservation == null) {
                    op.onInterrupt(this::wake);
                }
                reservation = reserve(reservation, chain, named);
                await(op);
            }
        } finally {
            if (reservation != null) {
                reservations.remove(reservation);
                reservation.exclusive.forEach(node -> node.waiters--);
                changed.signalAll();
            }
            lock.unlock();
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
