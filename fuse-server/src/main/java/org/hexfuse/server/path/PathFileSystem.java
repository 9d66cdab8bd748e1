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

/**
 * The filesystem of {@link PathOperations}, whose properties it has. It may be served to several kernels at once. Any thread may use
 * it.
 */
public final class PathFileSystem extends TreeFileSystem {
    private final PathOperations operations;
    private final Paths paths;

    private PathFileSystem(Paths paths) {
        super(new PathNode(paths, FileType.DIRECTORY, Attr.ofMode(0).build()));
        this.paths = paths;
        this.operations = paths.operations;
    }

    /** A filesystem that can be mounted. */
    public static PathFileSystem of(PathOperations operations) {
        return new PathFileSystem(new Paths(operations));
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

    @Override public Optional<Handover> handover() {
        return operations.handover().map(author -> new PathTreeHandover(this, paths, author));
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

    /**
     * The node that kernels know by a path, to notify them of its changes: {@code known("/f").ifPresent(Node::invalidate)}. Empty if
     * none knows it, and so has nothing in its caches.
     */
    public Optional<Node> known(String path) {
        Optional<Node> at = Optional.of(root());
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

    private PathNode pathNode(long id) {
        return (PathNode) node(id);
    }

    @Override public void unlink(Unlink op) throws IOException, InterruptedException {
        holding(paths.locks.exclusive(pathNode(op.node()), op.name(), op), op, super::unlink);
    }

    @Override public void rmdir(RmDir op) throws IOException, InterruptedException {
        holding(paths.locks.exclusive(pathNode(op.node()), op.name(), op), op, super::rmdir);
    }

    @Override public void rename(Rename op) throws IOException, InterruptedException {
        holding(paths.locks.exclusive(pathNode(op.node()), op.name(), pathNode(op.targetDirectory()), op.targetName(),
                op), op, super::rename);
    }

    /** Holds locks until the method has returned, or until the late reply is given. */
    private <O extends Deferrable<O, Void>> void holding(Held held, O op, Outcome.Method<O> method)
            throws IOException, InterruptedException {
        Outcome.of(op, method, _ -> {
            held.close();
            paths.hidden.removeClosed();
            return Outcome.DONE;
        });
    }
}
