package org.hexfuse.server.path;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Operation;
import org.hexfuse.server.Release;
import org.hexfuse.server.Rename;
import org.hexfuse.server.Unlink;
import org.hexfuse.server.path.PathLocks.Held;
import org.hexfuse.server.path.PathNode.Place;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/** What the nodes of one filesystem share: the author's operations, the locks of paths, and the names of files that are to be removed. */
final class Paths {
    private static final Logger LOG = Loggers.of(Paths.class);

    final PathOperations operations;
    final PathLocks locks = new PathLocks();
    private final Set<Name> hidden = ConcurrentHashMap.newKeySet();
    private final AtomicLong lastHidden = new AtomicLong();

    Paths(PathOperations operations) {
        this.operations = operations;
    }

    /** The path of a node now, empty if it has none. */
    String pathOrNone(PathNode node) {
        try {
            return PathLocks.path(node, null);
        } catch (FuseException _) {
            return "";
        }
    }

    /** Whether a name is that of a file that has lost its last name and is still open. */
    boolean isHidden(Name name) {
        return !hidden.isEmpty() && hidden.contains(name);
    }

    /** Renames a file that is open by its path instead of removing it. */
    void hide(PathNode directory, Name name, PathNode node, Operation<?> op) throws IOException, InterruptedException {
        Name other = Name.of(".fuse_hidden%016x%08x".formatted(node.id(), lastHidden.incrementAndGet()));
        hidden.add(other);
        try {
            rename(directory, name, other, op);
        } catch (IOException | RuntimeException e) {
            hidden.remove(other);
            throw e;
        }
        node.hiddenAt(new Place(directory, other));
    }

    /** What was to replace the name of a hidden file has failed. */
    void restore(PathNode directory, Name name, PathNode node, Operation<?> op) {
        Place place = node.hiddenAt();
        try {
            rename(directory, place.name(), name, op);
            node.hiddenAt(null);
            hidden.remove(place.name());
        } catch (IOException | InterruptedException | RuntimeException e) {
            LOG.warn("{} stays {} after a failed rename", name, place.name(), e);
        }
    }

    private void rename(PathNode directory, Name from, Name to, Operation<?> op)
            throws IOException, InterruptedException {
        operations.rename(PathLocks.path(directory, from), PathLocks.path(directory, to),
                Rename.of(directory.id(), from, directory.id(), to).withSession(op.session()).withCaller(op.caller()));
    }

    /** The last open file of a node was released: removes the hidden name, if there is one. */
    void removeHidden(PathNode node, Release op) {
        Place place = node.hiddenAt();
        if (place == null) {
            return;
        }
        node.hiddenAt(null);
        try (Held held = locks.shared(place.parent(), place.name(), op)) {
            operations.unlink(held.path(),
                    Unlink.of(place.parent().id(), place.name()).withSession(op.session()));
        } catch (IOException | InterruptedException | RuntimeException e) {
            LOG.warn("{} of a file that was removed while it was open stays", place.name(), e);
        } finally {
            hidden.remove(place.name());
        }
    }
}
