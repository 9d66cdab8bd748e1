package org.hexfuse.server.tree;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.server.*;
import org.hexfuse.server.operation.NestedOperations;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.RateLimitedLog;

/**
 * A filesystem of {@link Node}s. Its properties, such as {@link #blocking}, are those of {@link FuseFileSystem}; a subclass overrides
 * them, its operations are the nodes'. One that overrides what removes or moves a name, as to hold a lock meanwhile, calls the method
 * here.
 *
 * {@snippet :
 * Fuse.mount(new TreeFileSystem(root) {
 *     @Override public boolean kernelChecksPermissions() { return true; }
 * }, mountPoint).await();
 * }
 *
 * <p>It may be served to several kernels at once. Any thread may use it.
 */
// A node is equal only to itself; the tables that the constructor passes this to do not call it.
@SuppressWarnings({"ReferenceEquality", "this-escape"}) public class TreeFileSystem implements FuseFileSystem {
    private static final RateLimitedLog LIMITED = new RateLimitedLog(Loggers.of(TreeFileSystem.class));

    private static final int LONGEST_TARGET = 4095;

    private final Node root;
    private final NodeTable nodes = new NodeTable();
    private final HandleTable handles = new HandleTable(nodes);
    private final OpenFiles opens = new OpenFiles(this, handles);
    private final Entries entries = new Entries(this, nodes);
    private final Locks locks = new Locks();
    private final List<Session> sessions = new CopyOnWriteArrayList<>();

    /** The filesystem of a directory and all that is below it. A node is part of one filesystem at most. */
    protected TreeFileSystem(Node root) {
        if (root.type() != FileType.DIRECTORY) {
            throw new IllegalArgumentException("a root that is no directory: " + root);
        }
        this.root = root;
        root.id = ROOT;
        new Namespace(this).adoptRoot(root);
        nodes.add(root);
    }

    /** The filesystem of a directory and all that is below it, with the default properties. */
    public static TreeFileSystem of(Node root) {
        return new TreeFileSystem(root);
    }

    /** The root. */
    public final Node root() {
        return root;
    }

    /** The node of an id, as operations have it; ESTALE if no kernel refers to it. */
    public final Node node(long id) {
        return nodes.get(id);
    }

    /** The number of nodes that kernels refer to, the root included. */
    public final int referencedNodes() {
        return nodes.size();
    }

    /** READDIRPLUS, which the framework implements. With those for locks it also keeps these, for all kernels. */
    @Override public Set<Capability> capabilities() {
        return Set.of(Capability.READDIRPLUS);
    }

    /** A session begins: chooses flags and limits from the kernel's offer. */
    protected void begin(InitNegotiation negotiation) throws IOException, InterruptedException {}

    /** A session has ended, after its handles were released and its lookups forgotten. */
    protected void end(Session session) {}

    @Override public final void init(InitNegotiation negotiation) throws IOException, InterruptedException {
        begin(negotiation);
        sessions.add(negotiation.session());
    }

    @Override public final void destroy(Session session) {
        sessions.remove(session);
        locks.destroy(session);
        end(session);
    }

    final List<Session> sessions() {
        return sessions;
    }

    /** The locks that the framework keeps, of all kernels, by node id. */
    public final Locks locks() {
        return locks;
    }

    final HandleTable handles() {
        return handles;
    }

    final NodeTable nodes() {
        return nodes;
    }

    final OpenFiles opens() {
        return opens;
    }

    final Entries entries() {
        return entries;
    }

    /** Drops references to a node. */
    final void drop(Node node, long count) {
        if (!nodes.drop(node, count)) {
            return;
        }
        Namespace.dropUnreferenced(node);
        unused(node);
    }

    /** No kernel refers to a node any more, or it was made for a file that another node with the same key stands for. */
    final void unused(Node node) {
        try {
            node.forgotten();
        } catch (RuntimeException e) {
            LIMITED.warn("forgotten", "forgotten() of " + node + " failed", e);
        }
    }

    @Override public final Entry lookup(Lookup op) throws IOException, InterruptedException {
        return entries.lookup(op, nodes.get(op.node()), op.name(), op::deferred);
    }

    @Override public final void forget(Forget op) {
        Node node = nodes.find(op.node());
        if (node != null && node != root) {
            drop(node, op.count());
        }
    }

    @Override public final Attr getattr(GetAttr op) throws IOException, InterruptedException {
        Node node = nodes.get(op.node());
        return Entries.checked(node, node.getattr(node.ino() == node.id ? op : op.withLater(checked(node, op))));
    }

    @Override public final Attr setattr(SetAttr op) throws IOException, InterruptedException {
        Node node = nodes.get(op.node());
        return Entries.checked(node, node.setattr(node.ino() == node.id ? op : op.withLater(checked(node, op))));
    }

    private static Supplier<LateReply<Attr>> checked(Node node, Deferrable<?, Attr> op) {
        return () -> new MappedReply<>(op.deferred(),
                (attr, origin) -> origin.reply(Entries.checked(node, attr)));
    }

    @Override public final Name readlink(ReadLink op) throws IOException, InterruptedException {
        return nodes.get(op.node()).readlink(op);
    }

    /** The directory that a name is to be created in. */
    private Node parentOfNew(long id, Name name) {
        Node directory = nodes.get(id);
        if (directory.keepsChildren()) {
            Namespace.checkNew(directory, name);
        }
        return directory;
    }

    @Override public final Entry mknod(MkNod op) throws IOException, InterruptedException {
        Name name = op.name();
        Node directory = parentOfNew(op.node(), name);
        return entries.created(op, directory, name, directory.mknod(op));
    }

    @Override public final Entry mkdir(MkDir op) throws IOException, InterruptedException {
        Name name = op.name();
        Node directory = parentOfNew(op.node(), name);
        return entries.created(op, directory, name, directory.mkdir(op));
    }

    @Override public final Entry symlink(SymLink op) throws IOException, InterruptedException {
        Name name = op.name();
        int length = op.target().length();
        if (length == 0 || length > LONGEST_TARGET) {
            throw FuseException.of(length == 0 ? Errno.ENOENT : Errno.ENAMETOOLONG);
        }
        Node directory = parentOfNew(op.node(), name);
        return entries.created(op, directory, name, directory.symlink(op));
    }

    @Override public final Created create(Create op) throws IOException, InterruptedException {
        Name name = op.name();
        Node directory = parentOfNew(op.node(), name);
        return entries.created(op, directory, name, directory.create(op));
    }

    @Override public final Created tmpfile(TmpFile op) throws IOException, InterruptedException {
        Node directory = nodes.get(op.node());
        return entries.created(op, directory, null, directory.tmpfile(op));
    }

    @Override public final Entry link(Link op) throws IOException, InterruptedException {
        Name name = op.name();
        Node directory = parentOfNew(op.node(), name);
        Node target = nodes.get(op.target());
        if (target.type() == FileType.DIRECTORY) {
            throw FuseException.of(Errno.EPERM);
        }
        if (directory.keepsChildren() && target.removed) {
            throw FuseException.of(Errno.ENOENT);
        }
        return AuthorMethod.call(op, link -> directory.link(link, target),
                reply -> entries.lateLink(op, directory, name, target, reply),
                () -> entries.linked(op, directory, name, target), Entry.absent(Duration.ZERO));
    }

    @Override public void unlink(Unlink op) throws IOException, InterruptedException {
        Name name = op.name();
        Node directory = nodes.get(op.node());
        Dentry kept = directory.keepsChildren() ? Namespace.existing(directory, name) : null;
        if (kept != null && kept.node.type() == FileType.DIRECTORY) {
            throw FuseException.of(Errno.EISDIR);
        }
        AuthorMethod.call(op, directory::unlink, () -> remove(directory, name, kept));
    }

    @Override public void rmdir(RmDir op) throws IOException, InterruptedException {
        Name name = op.name();
        Node directory = nodes.get(op.node());
        Dentry kept = directory.keepsChildren() ? Namespace.existing(directory, name) : null;
        if (kept != null && kept.node.type() != FileType.DIRECTORY) {
            throw FuseException.of(Errno.ENOTDIR);
        }
        if (kept != null) {
            Namespace.checkEmpty(kept.node);
        }
        AuthorMethod.call(op, directory::rmdir, () -> remove(directory, name, kept));
    }

    private static void remove(Node directory, Name name, Dentry kept) {
        if (kept == null) {
            Namespace.remove(directory, name);
        } else {
            Namespace.removeKept(kept);
        }
    }

    @Override public void rename(Rename op) throws IOException, InterruptedException {
        Name name = op.name();
        Name targetName = op.targetName();
        int flags = op.flags();
        Node directory = nodes.get(op.node());
        Node target = nodes.get(op.targetDirectory());
        boolean check = directory.keepsChildren() || target.keepsChildren();
        if (check) {
            Namespace.checkRename(directory, name, target, targetName, flags);
        }
        AuthorMethod.call(op, rename -> directory.rename(rename, target),
                () -> Namespace.move(directory, name, target, targetName, flags, check));
    }

    @Override public final Opened open(Open op) throws IOException, InterruptedException {
        Node node = nodes.get(op.node());
        FileHandle handle = node.open(op);
        return handle == NewFile.DEFERRED.handle() ? Opened.stateless()
                : opens.opened(op.session(), node, handle, op.flags());
    }

    @Override public final void read(Read op, DataReply out) throws IOException, InterruptedException {
        handles.get(op.handle(), op.node()).read(op, out);
    }

    @Override public final int write(Write op) throws IOException, InterruptedException {
        return handles.get(op.handle(), op.node()).write(op);
    }

    @Override public final void flush(Flush op) throws IOException, InterruptedException {
        if (keepsLocks()) {
            locks.flush(op);
        }
        if ((op.handle() & 1) == 0 || handles.find(op.handle()).isPresent()) {
            handles.get(op.handle(), op.node()).flush(op);
        } else {
            // A descriptor of an open directory has nothing to flush.
            handles.listing(op.handle());
        }
    }

    @Override public final void release(Release op) throws IOException, InterruptedException {
        HandleTable.OpenFile file = handles.release(op.handle());
        if (keepsLocks()) {
            locks.release(op);
        }
        try {
            file.handle().release(op);
        } finally {
            drop(file.node(), 1);
        }
    }

    private boolean keepsLocks() {
        Set<Capability> capabilities = capabilities();
        return capabilities.contains(Capability.RECORD_LOCKS) || capabilities.contains(Capability.FLOCK);
    }

    @Override public final void fsync(Fsync op) throws IOException, InterruptedException {
        handles.get(op.handle(), op.node()).fsync(op);
    }

    @Override public final void fallocate(Fallocate op) throws IOException, InterruptedException {
        handles.get(op.handle(), op.node()).fallocate(op);
    }

    @Override public final long lseek(Lseek op) throws IOException, InterruptedException {
        return handles.get(op.handle(), op.node()).lseek(op);
    }

    @Override public final long copyFileRange(CopyFileRange op) throws IOException, InterruptedException {
        FileHandle target = handles.get(op.targetHandle(), op.targetNode());
        return handles.get(op.handle(), op.node()).copyFileRange(op, target);
    }

    /** A command on a directory is sent to its node. */
    @Override public final IoctlResult ioctl(Ioctl op, DataReply out) throws IOException, InterruptedException {
        FileHandle handle = op.onDirectory() ? nodes.get(op.node()) : handles.get(op.handle(), op.node());
        return handle.ioctl(op, out);
    }

    @Override public final int poll(Poll op) throws IOException, InterruptedException {
        return handles.get(op.handle(), op.node()).poll(op);
    }

    @Override public final Opened opendir(OpenDir op) throws IOException, InterruptedException {
        Node directory = nodes.get(op.node());
        if (directory.type() != FileType.DIRECTORY) {
            throw FuseException.of(Errno.ENOTDIR);
        }
        Session session = op.session();
        int flags = op.flags();
        return AuthorMethod.call(op, directory::opendir, () -> opens.openedDirectory(session, directory, flags),
                Opened.stateless());
    }

    @Override public final void readdir(ReadDir op, DirReply out) throws IOException, InterruptedException {
        handles.listing(op.handle()).list(op,
                (listed, cookie) -> out.add(listed.name(), listed.ino(), listed.type(), cookie));
    }

    @Override public final void readdirplus(ReadDir op, DirPlusReply out) throws IOException, InterruptedException {
        OpenListing listing = handles.listing(op.handle());
        listing.list(op, (listed, cookie) -> {
            Name name = listed.name();
            if (!out.fits(name.length())) {
                return false;
            }
            Entry entry = name.isDotOrDotDot() ? null : entryOf(op, listing.directory(), name);
            return entry == null ? out.add(name, listed.ino(), listed.type(), cookie) : out.add(name, entry, cookie);
        });
    }

    /** The entry of a listed name; null if it cannot be had now, such as of a file that was removed meanwhile. */
    private Entry entryOf(ReadDir op, Node directory, Name name) throws InterruptedException {
        Supplier<LateReply<Entry>> never = () -> {
            throw FuseException.of(Errno.EAGAIN, "a listing does not wait for late replies");
        };
        try {
            Lookup lookup = NestedOperations.lookup(op, directory.id, name, never);
            Entry entry = entries.lookup(lookup, directory, name, never);
            return entry.node() == 0 ? null : entry;
        } catch (FuseException | IOException _) {
            return null;
        } catch (RuntimeException e) {
            LIMITED.warn("readdirplus", "looking up " + name + " for a listing of " + directory + " failed", e);
            return null;
        }
    }

    @Override public final void releasedir(ReleaseDir op) throws IOException, InterruptedException {
        OpenListing listing = handles.releaseListing(op.handle());
        try {
            listing.close();
        } finally {
            try {
                listing.directory().releasedir(op);
            } finally {
                drop(listing.directory(), 1);
            }
        }
    }

    @Override public final void fsyncdir(FsyncDir op) throws IOException, InterruptedException {
        nodes.get(op.node()).fsyncdir(op);
    }

    @Override public final StatVfs statfs(StatFs op) throws IOException, InterruptedException {
        return nodes.get(op.node()).statfs(op);
    }

    @Override public final void setxattr(SetXattr op) throws IOException, InterruptedException {
        nodes.get(op.node()).setxattr(op);
    }

    @Override public final byte[] getxattr(GetXattr op) throws IOException, InterruptedException {
        return nodes.get(op.node()).getxattr(op);
    }

    @Override public final List<Name> listxattr(ListXattr op) throws IOException, InterruptedException {
        return nodes.get(op.node()).listxattr(op);
    }

    @Override public final void removexattr(RemoveXattr op) throws IOException, InterruptedException {
        nodes.get(op.node()).removexattr(op);
    }

    @Override public final void access(Access op) throws IOException, InterruptedException {
        nodes.get(op.node()).access(op);
    }

    @Override public final LockRange getlk(Lock op) throws IOException, InterruptedException {
        return nodes.get(op.node()).getlk(op);
    }

    @Override public final void setlk(Lock op) throws IOException, InterruptedException {
        nodes.get(op.node()).setlk(op);
    }

    @Override public final long bmap(Bmap op) throws IOException, InterruptedException {
        return nodes.get(op.node()).bmap(op);
    }

    /** Writes the whole filesystem back to storage; ENOSYS unless overridden. */
    @Override public void syncfs(SyncFs op) throws IOException, InterruptedException {
        throw FuseException.of(Errno.ENOSYS);
    }
}
