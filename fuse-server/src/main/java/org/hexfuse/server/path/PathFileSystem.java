package org.hexfuse.server.path;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.server.*;
import org.hexfuse.server.path.PathLocks.Held;
import org.hexfuse.server.tree.Node;
import org.hexfuse.server.tree.TreeFileSystem;

/** The filesystem of {@link PathOperations}. It may be served to several kernels at once. Any thread may use it. */
public final class PathFileSystem extends FilterFileSystem {
    private final TreeFileSystem tree;
    private final Paths paths;

    private PathFileSystem(Paths paths, TreeFileSystem tree) {
        super(tree);
        this.paths = paths;
        this.tree = tree;
    }

    /** A filesystem that can be mounted. */
    public static PathFileSystem of(PathOperations operations) {
        var paths = new Paths(operations);
        Attr unknown = Attr.ofMode(0).build();
        return new PathFileSystem(paths, new PathTree(operations, new PathNode(paths, FileType.DIRECTORY, unknown)));
    }

    /** The properties are those of the operations. */
    private static final class PathTree extends TreeFileSystem {
        private final PathOperations operations;

        PathTree(PathOperations operations, Node root) {
            super(root);
            this.operations = operations;
        }

        @Override public Blocking blocking() {
            return operations.blocking();
        }

        @Override public boolean interruptsThreads() {
            return operations.interruptsThreads();
        }

        @Override public boolean kernelChecksPermissions() {
            return operations.kernelChecksPermissions();
        }

        @Override public Set<Capability> capabilities() {
            return operations.capabilities();
        }

        @Override protected void begin(InitNegotiation negotiation) throws IOException, InterruptedException {
            operations.init(negotiation);
        }

        @Override protected void end(Session session) {
            operations.destroy(session);
        }

        @Override public void syncfs(SyncFs op) throws IOException, InterruptedException {
            operations.syncfs(op);
        }
    }

    /**
     * The node that kernels know by a path, to notify them of its changes: {@code known("/f").ifPresent(Node::invalidate)}. Empty if
     * none knows it, and so has nothing in its caches.
     */
    public Optional<Node> known(String path) {
        Optional<Node> at = Optional.of(tree.root());
        for (String name : path.split("/", -1)) {
            at = name.isEmpty() ? at : at.flatMap(directory -> directory.child(Name.of(name)));
        }
        return at;
    }

    /** Invalidates the dentry of a path, positive or negative, in all kernels. */
    public Errno invalidateEntry(String path) {
        int slash = path.lastIndexOf('/');
        return known(path.substring(0, Math.max(0, slash)))
                .map(directory -> directory.invalidateEntry(Name.of(path.substring(slash + 1)))).orElse(Errno.ENOENT);
    }

    private PathNode node(long id) {
        return (PathNode) tree.node(id);
    }

    @Override public void unlink(Unlink op) throws IOException, InterruptedException {
        var held = new Late(paths.locks.exclusive(node(op.node()), op.name(), op));
        try {
            super.unlink(op.withLater(() -> held.until(op.deferred())));
        } finally {
            held.close();
        }
    }

    @Override public void rmdir(RmDir op) throws IOException, InterruptedException {
        var held = new Late(paths.locks.exclusive(node(op.node()), op.name(), op));
        try {
            super.rmdir(op.withLater(() -> held.until(op.deferred())));
        } finally {
            held.close();
        }
    }

    @Override public void rename(Rename op) throws IOException, InterruptedException {
        var held = new Late(paths.locks.exclusive(node(op.node()), op.name(), node(op.targetDirectory()),
                op.targetName(), op));
        try {
            super.rename(op.withLater(() -> held.until(op.deferred())));
        } finally {
            held.close();
        }
    }

    /** Locks until the handler has returned, or until the late reply is given. */
    private static final class Late {
        private final Held held;
        private boolean deferred;

        Late(Held held) {
            this.held = held;
        }

        LateReply<Void> until(LateReply<Void> reply) {
            deferred = true;
            return new LateReply<>() {
                @Override public Errno reply(Void nothing) {
                    held.close();
                    return reply.reply(null);
                }

                @Override public Errno fail(Throwable failure) {
                    held.close();
                    return reply.fail(failure);
                }

                @Override public boolean interrupted() {
                    return reply.interrupted();
                }

                @Override public void onInterrupt(Runnable action) {
                    reply.onInterrupt(action);
                }
            };
        }

        void close() {
            if (!deferred) {
                held.close();
            }
        }
    }
}
