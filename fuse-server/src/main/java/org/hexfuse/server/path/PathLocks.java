package org.hexfuse.server.path;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Operation;

/**
 * What keeps the path of an operation right while it runs, as in libfuse: an operation has shared locks of its node and of all
 * directories above but the root; what changes a name has an exclusive lock of the node of that name, and so waits for all operations
 * at it and below it. All locks of an operation are taken at once, so there is no deadlock; new ones wait behind a waiting exclusive
 * lock, so there is no starvation. An operation that is interrupted stops waiting.
 */
@SuppressWarnings("ReferenceEquality") // A node is equal only to itself.
final class PathLocks {
    /** How often a waiter looks whether it was interrupted. */
    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int EXCLUSIVE = -1;
    private static final PathNode[] NONE = {};

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition released = lock.newCondition();

    /** Locks of one operation. */
    final class Held implements AutoCloseable {
        private final String path;
        private final String target;
        private final PathNode[] shared;
        private final List<PathNode> exclusive;

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

        /** Releases the locks. */
        @Override public void close() {
            if (shared.length == 0 && exclusive.isEmpty()) {
                return;
            }
            lock.lock();
            try {
                boolean waited = !exclusive.isEmpty();
                for (PathNode node : shared) {
                    waited |= --node.holds == 0 && node.waiters > 0;
                }
                for (PathNode node : exclusive) {
                    node.holds = 0;
                }
                if (waited) {
                    released.signalAll();
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
        lock.lock();
        try {
            while (true) {
                PathNode[] chain = chain(node, name);
                PathNode[] second = target == null ? NONE : chain(target, targetName);
                if (second.length > 0) {
                    int length = chain.length;
                    chain = Arrays.copyOf(chain, length + second.length);
                    System.arraycopy(second, 0, chain, length, second.length);
                }
                if (acquireShared(chain)) {
                    return new Held(path(node, name), target == null ? "" : path(target, targetName), chain,
                            List.of());
                }
                await(op);
            }
        } finally {
            lock.unlock();
        }
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

    private static boolean acquireShared(PathNode[] chain) {
        for (PathNode node : chain) {
            if (node.holds < 0 || node.waiters > 0) {
                return false;
            }
        }
        for (PathNode node : chain) {
            node.holds++;
        }
        return true;
    }

    /** The locks to change a name. */
    Held exclusive(PathNode directory, Name name, Operation<?> op) {
        return exclusive(directory, name, directory, name, op);
    }

    /** The locks to change two names. */
    Held exclusive(PathNode directory, Name name, PathNode target, Name targetName, Operation<?> op) {
        lock.lock();
        try {
            while (true) {
                PathNode[] chain = chain(directory, null);
                if (target != directory) {
                    PathNode[] first = chain;
                    PathNode[] second = chain(target, null);
                    chain = Arrays.copyOf(first, first.length + second.length);
                    System.arraycopy(second, 0, chain, first.length, second.length);
                }
                var named = new ArrayList<PathNode>(2);
                addKnown(named, directory, name);
                addKnown(named, target, targetName);
                if (Arrays.stream(chain).anyMatch(named::contains)) {
                    throw FuseException.of(Errno.EINVAL, "a directory cannot be moved into itself");
                }
                if (named.stream().allMatch(node -> node.holds == 0) && acquireShared(chain)) {
                    named.forEach(node -> node.holds = EXCLUSIVE);
                    return new Held("", "", chain, named);
                }
                named.forEach(node -> node.waiters++);
                try {
                    await(op);
                } finally {
                    named.forEach(node -> node.waiters--);
                    released.signalAll();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private static void addKnown(List<PathNode> named, PathNode directory, Name name) {
        PathNode node = directory.known(name);
        if (node != null && !named.contains(node)) {
            named.add(node);
        }
    }

    /** Callers check again in a loop. */
    @SuppressWarnings("WaitNotInLoop") private void await(Operation<?> op) {
        try {
            released.awaitNanos(PATIENCE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw FuseException.of(Errno.EINTR);
        }
        if (op.interrupted()) {
            throw FuseException.of(Errno.EINTR);
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
