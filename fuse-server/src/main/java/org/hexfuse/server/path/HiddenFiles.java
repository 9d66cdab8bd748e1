package org.hexfuse.server.path;

import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.FutureReply;
import org.hexfuse.server.Operation;
import org.hexfuse.server.Rename;
import org.hexfuse.server.Session;
import org.hexfuse.server.Unlink;
import org.hexfuse.server.path.PathLocks.Held;
import org.hexfuse.server.path.PathNode.Place;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * The files that have lost their last name while they were open by it: each is renamed to a hidden name, and removed when it is closed.
 * The author's methods may reply late. Any thread may use it.
 */
final class HiddenFiles {
    private static final Logger LOG = Loggers.of(HiddenFiles.class);
    /** How long a late reply may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final PathOperations operations;
    private final PathLocks locks;
    private final Set<Name> names = ConcurrentHashMap.newKeySet();
    private final AtomicLong last = new AtomicLong();
    /** Closed files, whose hidden names are to be removed when no exclusive lock is in the way. */
    private final Queue<Closed> closed = new ConcurrentLinkedQueue<>();

    /** A closed file, and the session that has closed it. */
    private record Closed(Place place, Session session) {}

    HiddenFiles(PathOperations operations, PathLocks locks) {
        this.operations = operations;
        this.locks = locks;
    }

    boolean contains(Name name) {
        return !names.isEmpty() && names.contains(name);
    }

    /** The last number of a hidden name. */
    long last() throws IOException {
        removeClosed();
        if (!closed.isEmpty()) {
            throw new IOException("files that were removed while they were open are yet to be removed");
        }
        return last.get();
    }

    void continueAfter(long number) {
        last.accumulateAndGet(number, Math::max);
    }

    /** A file that a predecessor has hidden. */
    void restored(PathNode node, Place place) {
        names.add(place.name());
        node.hide(place);
        node.settleHidden();
    }

    /**
     * Renames an open file to a hidden name, where it stays until {@link #settle} or {@link #restore}. The caller has the exclusive
     * lock of its name.
     */
    void hide(PathNode directory, Name name, PathNode node, Operation<?> op) throws IOException, InterruptedException {
        Name hidden = Name.of(".fuse_hidden%016x%08x".formatted(node.id(), last.incrementAndGet()));
        names.add(hidden);
        try {
            FutureReply<Void> reply = rename(
                    nested(directory, name, hidden, op).withInterrupted(op::interrupted), directory);
            op.onInterrupt(reply::interrupt);
            reply.await(PATIENCE);
        } catch (IOException | InterruptedException | RuntimeException e) {
            names.remove(hidden);
            throw e;
        }
        node.hide(new Place(directory, hidden));
    }

    private static Rename nested(PathNode directory, Name from, Name to, Operation<?> op) {
        return Rename.of(directory.id(), from, directory.id(), to).withSession(op.session()).withCaller(op.caller());
    }

    private FutureReply<Void> rename(Rename rename, PathNode directory) {
        String from = PathLocks.path(directory, rename.name());
        String to = PathLocks.path(directory, rename.targetName());
        return FutureReply.of(rename, op -> {
            operations.rename(from, to, op);
            return null;
        });
    }

    /** The name of a hidden file is gone: it is removed when it is closed, which may have been meanwhile. */
    void settle(PathNode node, Session session) {
        node.settleHidden();
        removeIfClosed(node, session);
    }

    /** What was to take the name of a hidden file has failed: the file gets it back. */
    CompletableFuture<Void> restore(PathNode directory, Name name, PathNode node, Operation<?> op) {
        Place place = node.unhide();
        return rename(nested(directory, place.name(), name, op), directory).result().copy()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).handle((_, failure) -> {
                    names.remove(place.name());
                    if (failure != null) {
                        LOG.warn("{} is {} after a failed rename", name, place.name(), failure);
                    }
                    return null;
                });
    }

    /** Removes the hidden name of a node, if it has one that no open file needs. Doesn't wait for locks. */
    void removeIfClosed(PathNode node, Session session) {
        Place place = node.takeHidden();
        if (place != null) {
            closed.add(new Closed(place, session));
            removeClosed();
        }
    }

    /** Removes the files that can be removed now. To be called when an exclusive lock was released, which may have been in the way. */
    void removeClosed() {
        closed.forEach(this::removeIfFree);
    }

    private void removeIfFree(Closed file) {
        Held held;
        try {
            held = locks.trySharedNow(file.place.parent(), file.place.name());
        } catch (FuseException e) {
            if (closed.remove(file)) {
                removed(file, e);
            }
            return;
        }
        if (held != null) {
            if (closed.remove(file)) {
                remove(file, held);
            } else {
                held.close();
            }
        }
    }

    private void remove(Closed file, Held held) {
        Unlink unlink = Unlink.of(file.place.parent().id(), file.place.name()).withSession(file.session);
        var _ = FutureReply.<Unlink, Void>of(unlink, op -> {
            operations.unlink(held.path(), op);
            return null;
        }).result().whenComplete((_, failure) -> {
            held.close();
            removed(file, failure);
        });
    }

    private void removed(Closed file, Throwable failure) {
        names.remove(file.place.name());
        if (failure != null) {
            LOG.warn("{} of a file that was removed while it was open stays", file.place.name(), failure);
        }
    }
}
