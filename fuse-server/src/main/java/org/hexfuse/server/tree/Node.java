package org.hexfuse.server.tree;

import static org.hexfuse.abi.Errno.ENOENT;
import static org.hexfuse.abi.Errno.ENOSYS;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.server.Access;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Bmap;
import org.hexfuse.server.Create;
import org.hexfuse.server.Deferrable;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FsyncDir;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.GetXattr;
import org.hexfuse.server.LateReply;
import org.hexfuse.server.Link;
import org.hexfuse.server.ListXattr;
import org.hexfuse.server.Lock;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.MkDir;
import org.hexfuse.server.MkNod;
import org.hexfuse.server.Open;
import org.hexfuse.server.OpenDir;
import org.hexfuse.server.ReadDir;
import org.hexfuse.server.ReadLink;
import org.hexfuse.server.ReleaseDir;
import org.hexfuse.server.RemoveXattr;
import org.hexfuse.server.Rename;
import org.hexfuse.server.RmDir;
import org.hexfuse.server.SetAttr;
import org.hexfuse.server.SetXattr;
import org.hexfuse.server.StatFs;
import org.hexfuse.server.SymLink;
import org.hexfuse.server.TmpFile;
import org.hexfuse.server.Unlink;

/**
 * A file of any type: the object that an author subclasses. The framework has the node ids, the lookup counts, the open handles and
 * the listings; a node has its attributes and its content. The package has the rules.
 *
 * <p>Only {@link #getattr} must be implemented. Methods that are not overridden behave as in
 * {@link org.hexfuse.server.FuseFileSystem}, except where it is said. They run concurrently, without a lock of the framework.
 */
@SuppressWarnings("ReferenceEquality") // A node is equal only to itself.
public abstract non-sealed class Node implements Child, FileHandle {
    private static final AtomicLong LAST_ID = new AtomicLong(1);
    private static final VarHandle ID;

    static {
        try {
            ID = MethodHandles.lookup().findVarHandle(Node.class, "id", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** 0 until it is needed. Unique, and never used for another node. */
    long id;
    /** Lookups and open handles of all kernels. Guarded by the table of nodes, readable without. */
    volatile long references;
    /** Changes once, when the node becomes part of a filesystem. */
    volatile Namespace home = Namespace.strays();
    /** The names of this node. Guarded by the namespace. */
    volatile Dentry dentries;
    /** The known names in this directory; null before the first. Guarded by the namespace. */
    volatile DentryTable children;
    /** Whether its last name was removed. Guarded by the namespace. */
    volatile boolean removed;
    /** Whether it is the file of its name, so that another node of that name and type is the same file. */
    volatile boolean named;
    private final byte type;

    /** The last node id of this process. */
    static long lastId() {
        return LAST_ID.get();
    }

    /** Node ids up to {@code id} are those of a predecessor. */
    static void continueAfter(long id) {
        LAST_ID.accumulateAndGet(id, Math::max);
    }

    /** Gives this node another id, since the kernel knows its own as another node's. */
    final void renew() {
        id = LAST_ID.incrementAndGet();
    }

    /** A node of a type, which never changes. */
    protected Node(FileType type) {
        this.type = (byte) type.dtype();
    }

    /** The file type. */
    public final FileType type() {
        return FileType.ofDtype(type).orElseThrow();
    }

    /** Whether a mode has this type, or none. */
    final boolean isOfTypeOf(int mode) {
        int dtype = (mode & FileType.MODE_MASK) >>> 12;
        return dtype == type || dtype == 0;
    }

    /** The node id, by which the kernel knows this node. */
    public final long id() {
        if (id == 0) {
            ID.compareAndSet(this, 0L, LAST_ID.incrementAndGet());
        }
        return id;
    }

    /** The inode number that {@code stat(2)} and listings show, where {@link Attr#ino} is 0: the node id, unless overridden. */
    public long ino() {
        return id();
    }

    /**
     * What identifies the file, for a filesystem that makes nodes anew with each lookup, such as a device and an inode number: of
     * nodes with equal keys the one that the kernel knows already is used, and the other is {@link #forgotten} at once. By default null:
     * a node is a file of its own. A node's key never changes.
     */
    public Object key() {
        return null;
    }

    /**
     * Whether the framework keeps the children of this directory: those that {@code mkdir}, {@code mknod}, {@code create} and
     * {@code symlink} return, and links. They are found and listed until they are removed. {@link #unlink}, {@link #rmdir} and
     * {@link #rename} then only permit what the framework does, and it checks what POSIX asks for, such as ENOTEMPTY. By default
     * false: {@link #lookup} and {@link #readdir} are the author's.
     */
    public boolean keepsChildren() {
        return false;
    }

    /** This node with attributes that are known already, so that {@link #getattr} is not called. */
    public final Child with(Attr attr) {
        return new ChildEntry(this, Objects.requireNonNull(attr), null);
    }

    /** This node with attributes, and an entry timeout: how long the kernel may cache the dentry. */
    public final Child with(Attr attr, Duration timeout) {
        return new ChildEntry(this, Objects.requireNonNull(attr), Objects.requireNonNull(timeout));
    }

    // What the author implements.

    /** The attributes; their file type is that of the node. */
    public abstract Attr getattr(GetAttr op) throws IOException, InterruptedException;

    /** Sets the attributes that {@code op} has and returns all of them. */
    public Attr setattr(SetAttr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /**
     * Looks up a name of this directory that it does not keep. The same file is the same node each time, or has an equal
     * {@link #key}; {@link #child(Name, FileType, Supplier)} is the one that the kernel knows, or makes it.
     *
     * @return the node, with its attributes if they are at hand, or {@link Child#absent}; by default ENOENT
     */
    public Child lookup(Lookup op) throws IOException, InterruptedException {
        throw FuseException.of(ENOENT);
    }

    /**
     * Lists this directory: called when a listing begins, at its start and after {@code rewinddir(3)}. The framework takes the names as
     * a caller reads on, remembers them for {@code seekdir(3)}, adds {@code .} and {@code ..}, and closes the stream. By default the
     * children that the directory keeps.
     */
    public Stream<Listed> readdir(ReadDir op) throws IOException, InterruptedException {
        return children().stream().filter(entry -> !entry.removed).map(entry -> Listed.of(entry.name(), entry.node()));
    }

    /** The target of a symbolic link. */
    public Name readlink(ReadLink op) throws IOException, InterruptedException {
        throw FuseException.of(Errno.EINVAL);
    }

    /** Creates a file of any type but directory and symbolic link in this directory. */
    public Child mknod(MkNod op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    public Child mkdir(MkDir op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    public Child symlink(SymLink op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Creates a regular file in this directory and opens it. Kernels fall back to {@link #mknod} and {@link #open}. */
    public NewFile create(Create op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Creates and opens a regular file without a name. */
    public NewFile tmpfile(TmpFile op) throws IOException, InterruptedException {
        throw FuseException.of(Errno.EOPNOTSUPP);
    }

    /** Adds a name of {@code target}, which is not a directory, to this directory. */
    public void link(Link op, Node target) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Removes a name from this directory. Files that are open, and what else the kernel refers to, go on to be used. */
    public void unlink(Unlink op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    public void rmdir(RmDir op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Moves a name of this directory to {@code directory}, which may be this one, as {@link Rename#flags} has it. */
    public void rename(Rename op, Node directory) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Opens this file. By default the node is its own handle. */
    public FileHandle open(Open op) throws IOException, InterruptedException {
        return this;
    }

    /** Opens this directory. Each open directory has a listing of its own in the framework. */
    public void opendir(OpenDir op) throws IOException, InterruptedException {}

    /** Called once for each {@link #opendir}. */
    public void releasedir(ReleaseDir op) throws IOException, InterruptedException {}

    public void fsyncdir(FsyncDir op) throws IOException, InterruptedException {}

    public void setxattr(SetXattr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** The whole value of an extended attribute, ENODATA if there is none. */
    public byte[] getxattr(GetXattr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    public List<Name> listxattr(ListXattr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    public void removexattr(RemoveXattr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Checks permissions for {@code access(2)}; not called when {@link TreeFileSystem#kernelChecksPermissions}. */
    public void access(Access op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** The first lock that conflicts; by default of the locks that the framework keeps for all kernels. */
    public LockRange getlk(Lock op) throws IOException, InterruptedException {
        return fileSystem().locks().getlk(op);
    }

    /** Takes or releases a lock; by default one that the framework keeps for all kernels. */
    public void setlk(Lock op) throws IOException, InterruptedException {
        fileSystem().locks().setlk(op);
    }

    public long bmap(Bmap op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** The statistics of the filesystem; by default those of its root, which are unknown by default. */
    public StatVfs statfs(StatFs op) throws IOException, InterruptedException {
        Node root = fileSystem().root();
        return root == this ? StatVfs.UNKNOWN : root.statfs(op);
    }

    /**
     * No kernel refers to this node any more, or never did since another node with an equal {@link #key} is in use. It may be looked up
     * again, if a directory keeps it or a {@link #lookup} returns it, also while this method runs. A file whose {@link #nlink} is 0 is
     * gone, where directories keep their children.
     */
    public void forgotten() {}

    // What the framework has.

    /** The handle of {@code op.handle()} in {@code getattr}, {@code setattr}, {@code getlk} and {@code setlk}, if there is one. */
    protected final Optional<FileHandle> handle(long number) {
        return fileSystem().handles().find(number);
    }

    /** The directory above, the directory itself for the root, a file without a name, and outside a filesystem. */
    public final Node parent() {
        Dentry entry = dentries;
        return entry == null ? this : entry.parent;
    }

    /** One of the names of this node; none for the root, and for a file that lost its last name or whose names are not known. */
    public final Optional<Dentry> dentry() {
        return Optional.ofNullable(dentries);
    }

    /** The names of this node that the framework keeps, or that a kernel has looked up. */
    public final List<Dentry> dentries() {
        return Namespace.dentries(this);
    }

    /**
     * The number of links, where directories keep their children: the number of names, and for a directory two and the subdirectories
     * that it keeps, or 0 when it was removed. Of a file that is looked up it is the number of names that kernels know, which is 0
     * when they have forgotten it.
     */
    public final int nlink() {
        return Namespace.nlink(this);
    }

    /** The child of this directory that it keeps, or that a kernel knows, under a name. */
    public final Optional<Node> child(Name name) {
        Dentry entry = Namespace.find(this, name);
        return entry == null ? Optional.empty() : Optional.of(entry.node);
    }

    /**
     * The child that a kernel knows under a name, if it has that type, else one that is made now: for the {@link #lookup} of files that
     * are known by their names and have no {@link #key}. Lookups of one name at the same time may make a node each; the first of these is
     * used, and the others are dropped.
     *
     * @param make makes a node of that type
     */
    public final Node child(Name name, FileType type, Supplier<? extends Node> make) {
        Dentry entry = Namespace.find(this, name);
        if (entry != null && entry.node.type() == type) {
            return entry.node;
        }
        Node made = make.get();
        made.named = true;
        return made;
    }

    /** The children that this directory keeps, in the order in which they were added. */
    public final List<Dentry> children() {
        return List.of(Namespace.children(this, true));
    }

    /**
     * Adds a child that this directory keeps until it is removed. Kernels that have cached the name as absent see it after
     * {@link #invalidateEntry}, or when that has expired.
     *
     * @throws FuseException EEXIST if it keeps one of that name
     */
    public final void addChild(Name name, Node child) {
        if (type() != FileType.DIRECTORY || name.length() == 0 || name.isDotOrDotDot()) {
            throw new IllegalArgumentException("no place for a name '" + name + "'");
        }
        Namespace.create(this, name, child, true);
    }

    /** As {@link #addChild(Name, Node)}. */
    public final void addChild(String name, Node child) {
        addChild(Name.of(name), child);
    }

    /** Removes a child, with all that is below it. Files that are open go on to be used. */
    public final Optional<Node> removeChild(Name name) {
        Dentry entry = Namespace.remove(this, name);
        return entry == null ? Optional.empty() : Optional.of(entry.node);
    }

    /** The filesystem that this node is part of. */
    public final TreeFileSystem fileSystem() {
        TreeFileSystem fileSystem = home.fileSystem;
        if (fileSystem == null) {
            throw new IllegalStateException(this + " is not part of a filesystem");
        }
        return fileSystem;
    }

    // Late replies, where the author's result is not that of the operation; elsewhere op.later.

    /** Defers the reply of a lookup, or of an operation that creates, as {@link Deferrable#later} does. */
    protected final Child later(Deferrable<?, Entry> op, Consumer<? super LateReply<Child>> work) {
        work.accept(fileSystem().entries().late(this, op));
        return ChildEntry.DEFERRED;
    }

    /** Defers the reply of {@link #create}. */
    protected final NewFile later(Create op, Consumer<? super LateReply<NewFile>> work) {
        work.accept(fileSystem().entries().lateCreate(this, op, op.name(), op.deferred()));
        return NewFile.DEFERRED;
    }

    /** Defers the reply of {@link #tmpfile}. */
    protected final NewFile later(TmpFile op, Consumer<? super LateReply<NewFile>> work) {
        work.accept(fileSystem().entries().lateCreate(this, op, null, op.deferred()));
        return NewFile.DEFERRED;
    }

    /** Defers the reply of {@link #open}. */
    protected final FileHandle later(Open op, Consumer<? super LateReply<FileHandle>> work) {
        work.accept(fileSystem().opens().late(op, this));
        return NewFile.DEFERRED.handle();
    }

    /** Defers the reply of {@link #readdir}. */
    protected final Stream<Listed> later(ReadDir op, Consumer<? super LateReply<Stream<Listed>>> work) {
        work.accept(fileSystem().handles().listing(op.handle()).late(op));
        return Stream.empty();
    }

    // Notifications, to all kernels that know the node.

    /** Invalidates the attributes and all cached data of this node in all kernels, see {@link org.hexfuse.server.Notifier}. */
    public final Errno invalidate() {
        return Notifications.send(this, notifier -> notifier.invalidateNode(id));
    }

    /** Invalidates the attributes and a range of the cached data; {@code length} 0 or less for all from {@code offset} on. */
    public final Errno invalidate(long offset, long length) {
        return Notifications.send(this, notifier -> notifier.invalidateNode(id, offset, length));
    }

    /** Invalidates the attributes, not the data. */
    public final Errno invalidateAttributes() {
        return Notifications.send(this, notifier -> notifier.invalidateAttributes(id));
    }

    /** Invalidates the dentry of a name in this directory, positive or negative. */
    public final Errno invalidateEntry(Name name) {
        return Notifications.send(this, notifier -> notifier.invalidateEntry(id, name));
    }

    /** Expires the dentry of a name in this directory: it is looked up again at its next use. */
    public final Errno expireEntry(Name name) {
        return Notifications.send(this, notifier -> notifier.expireEntry(id, name));
    }

    /** Reports that the name of a child was removed from this directory; inotify watches see it. */
    public final Errno deleteEntry(Node child, Name name) {
        return Notifications.send(this, notifier -> notifier.deleteEntry(id, child.id(), name));
    }

    /** Stores data of this file in the page caches, at most as much as one WRITE may have. */
    public final Errno store(long offset, MemorySegment data) {
        return Notifications.send(this, notifier -> notifier.store(id, offset, data));
    }

    /** For logs: the type and the node id, and one of its names. */
    @Override public String toString() {
        Dentry entry = dentries;
        return type() + " " + Long.toUnsignedString(id) + (entry == null ? "" : " (" + entry.name + ")");
    }
}
