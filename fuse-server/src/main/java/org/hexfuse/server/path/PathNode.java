package org.hexfuse.server.path;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.server.*;
import org.hexfuse.server.operation.NestedOperations;
import org.hexfuse.server.path.PathLocks.Held;
import org.hexfuse.server.tree.Child;
import org.hexfuse.server.tree.Dentry;
import org.hexfuse.server.tree.FileHandle;
import org.hexfuse.server.tree.Listed;
import org.hexfuse.server.tree.NewFile;
import org.hexfuse.server.tree.Node;

/** A file that is known by its path: a place in the tree, whose operations are called with the path of that. */
@SuppressWarnings("ReferenceEquality") // A node is equal only to itself.
final class PathNode extends Node {
    /** How long late attributes of a directory may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Paths paths;
    private final boolean hasLinks;
    /** The inode number of the author's, 0 if it has none. */
    private volatile long ino;
    /** Shared locks of the path, or -1. Guarded by the path locks. */
    int holds;
    /** Operations that wait for the exclusive lock. Guarded by the path locks. */
    int waiters;
    /** The open files, null for none. Guarded by the monitor. */
    private List<FileHandle> open;
    /** Where the file is while it is open and has no name; null otherwise. Written under the monitor. */
    private volatile Place hidden;
    /** Whether the hidden file may get its name back, since what takes that is not done. Guarded by the monitor. */
    private boolean unsettled;
    /** The last attributes of a removed directory, which may be open or somebody's working directory; null otherwise. */
    private volatile Attr last;

    /** A name in a directory. */
    record Place(PathNode parent, Name name) {}

    PathNode(Paths paths, FileType type, Attr attr) {
        super(type);
        this.paths = paths;
        this.ino = attr.ino();
        this.hasLinks = attr.ino() != 0 && attr.nlink() > 1 && type != FileType.DIRECTORY;
    }

    /** A removed directory, with its last attributes. */
    static PathNode removed(Paths paths, FileType type, Attr attr) {
        var node = new PathNode(paths, type, attr);
        node.last = attr;
        return node;
    }

    Attr last() {
        return last;
    }

    boolean isRoot() { return id() == FuseFileSystem.ROOT; }

    /** Where the file is; ESTALE if it has no name, so that Linux looks the name up again. */
    Place place() {
        Dentry entry = dentry().orElse(null);
        if (entry != null) {
            return new Place((PathNode) entry.parent(), entry.name());
        }
        Place place = hidden;
        if (place == null) {
            throw FuseException.of(Errno.ESTALE);
        }
        return place;
    }

    /** The child that is known by a name, or null. */
    PathNode known(Name name) {
        return (PathNode) child(name).orElse(null);
    }

    @Override public long ino() {
        long number = ino;
        return number == 0 ? id() : number;
    }

    /** A file with links has its inode number; others are known by their names. */
    @Override public Object key() {
        return hasLinks ? ino : null;
    }

    private Held shared(Operation<?> op) {
        return paths.locks.shared(this, op);
    }

    private Attr seen(Attr attr) {
        long number = attr.ino();
        if (number != 0 && number != ino) {
            ino = number;
        }
        return attr;
    }

    @Override public Attr getattr(GetAttr op) throws IOException, InterruptedException {
        OpenFile file = nameless();
        if (file != null) {
            return file.getattr(op);
        }
        Attr removed = last;
        if (removed != null) {
            return removed;
        }
        try (Held held = shared(op)) {
            return seen(paths.operations.getattr(held.path(), withNumber(op, op.handle(), op::withHandle)));
        }
    }

    @Override public Attr setattr(SetAttr op) throws IOException, InterruptedException {
        OpenFile file = nameless();
        if (file != null) {
            return file.setattr(op);
        }
        try (Held held = shared(op)) {
            return seen(paths.operations.setattr(held.path(), withNumber(op, op.handle(), op::withHandle)));
        }
    }

    /** An operation with the author's number of the open file in place of the framework's. */
    private <O> O withNumber(O op, OptionalLong handle, LongFunction<O> withHandle) {
        return handle.isEmpty() ? op
                : withHandle.apply(handle(handle.getAsLong()).map(open -> ((PathHandle) open).number()).orElse(0L));
    }

    /** An open file that has the attributes, if this node has no name; null otherwise. */
    private OpenFile nameless() {
        if (dentry().isPresent() || hidden != null || isRoot()) {
            return null;
        }
        synchronized (this) {
            return open == null ? null
                    : (OpenFile) open.stream().filter(OpenFile.class::isInstance).findAny().orElse(null);
        }
    }

    @Override public Child lookup(Lookup op) throws IOException, InterruptedException {
        Name name = op.name();
        var later = new Late<Attr, Child>() {
            @Override Child defer(Consumer<LateReply<Child>> work) {
                return later(op, work);
            }

            @Override Child result(Attr given) {
                return found(name, known(name), given);
            }
        };
        try (Held held = paths.locks.shared(this, name, op)) {
            Attr attr = paths.operations.getattr(held.path(), NestedOperations.getAttr(op, 0, later));
            if (later.used()) {
                return later.placeholder;
            }
            PathNode known = held.node();
            return found(name, known == null ? known(name) : known, attr);
        }
    }

    /** The child {@code known} of that name, if it is the same file; a new one otherwise. */
    private Child found(Name name, PathNode known, Attr attr) {
        FileType type = FileType.ofMode(attr.mode())
                .orElseThrow(() -> new IllegalStateException("attributes without a file type: " + attr));
        boolean same = known != null && known.type() == type
                && (known.ino == attr.ino() || known.ino == 0 || attr.ino() == 0);
        PathNode node = same ? known
                : known == null ? (PathNode) child(name, type, () -> new PathNode(paths, type, attr))
                        : new PathNode(paths, type, attr);
        node.seen(attr);
        return node.with(attr);
    }

    @Override public Name readlink(ReadLink op) throws IOException, InterruptedException {
        try (Held held = shared(op)) {
            return paths.operations.readlink(held.path(), op);
        }
    }

    /** Calls the author's method that makes a file. */
    private interface Making<O> {
        void make(String path, O op) throws IOException, InterruptedException;
    }

    private <O extends Operation<O> & Deferrable<O, Entry>> Child made(O op, Name name, FileType type, Making<O> making)
            throws IOException, InterruptedException {
        var later = new Late<Entry, Child>() {
            @Override Child defer(Consumer<LateReply<Child>> work) {
                return later(op, work);
            }

            @Override Child result(Entry given) {
                return ofType(type);
            }
        };
        try (Held held = paths.locks.shared(this, name, op)) {
            making.make(held.path(), op.withLater(later));
            return later.used() ? later.placeholder : ofType(type);
        }
    }

    private PathNode ofType(FileType type) {
        return new PathNode(paths, type, Attr.ofMode(0).build());
    }

    @Override public Child mknod(MkNod op) throws IOException, InterruptedException {
        FileType type = FileType.ofMode(op.mode() & FileType.MODE_MASK).orElse(FileType.REGULAR);
        return made(op, op.name(), type, paths.operations::mknod);
    }

    @Override public Child mkdir(MkDir op) throws IOException, InterruptedException {
        return made(op, op.name(), FileType.DIRECTORY, paths.operations::mkdir);
    }

    @Override public Child symlink(SymLink op) throws IOException, InterruptedException {
        return made(op, op.name(), FileType.SYMLINK, paths.operations::symlink);
    }

    @Override public void link(Link op, Node target) throws IOException, InterruptedException {
        var existing = (PathNode) target;
        if (existing.dentry().isEmpty() && existing.hidden == null) {
            throw FuseException.of(Errno.ENOENT);
        }
        try (Held held = paths.locks.shared(existing, null, this, op.name(), op)) {
            paths.operations.link(held.path(), held.target(), op);
        }
    }

    /** The caller has the exclusive lock. */
    @Override public void unlink(Unlink op) throws IOException, InterruptedException {
        PathNode child = known(op.name());
        if (child != null && child.needsPath()) {
            paths.hidden.hide(this, op.name(), child, op);
            paths.hidden.settle(child, op.session());
        } else {
            paths.operations.unlink(PathLocks.path(this, op.name()), op);
        }
    }

    /** The caller has the exclusive lock. */
    @Override public void rmdir(RmDir op) throws IOException, InterruptedException {
        String path = PathLocks.path(this, op.name());
        replacing(known(op.name()), path, op, rmdir -> paths.operations.rmdir(path, rmdir));
    }

    /** Removes or replaces a directory, which has its last attributes from then on; null if it is not known. */
    private <O extends Operation<O> & Deferrable<O, Void>> void replacing(PathNode directory, String path, O op,
            Outcome.Method<O> method) throws IOException, InterruptedException {
        if (directory == null) {
            method.call(op);
            return;
        }
        Attr before = lastOf(directory, path, op);
        Outcome.of(op, method, succeeded -> {
            directory.last = succeeded ? before : directory.last;
            return Outcome.DONE;
        });
    }

    /** The attributes of a directory that is to be removed; null if they cannot be had. */
    private Attr lastOf(PathNode directory, String path, Operation<?> op) throws InterruptedException {
        GetAttr nested = NestedOperations.getAttr(op, directory.id(), FutureReply::new);
        try {
            return FutureReply.of(nested, getattr -> paths.operations.getattr(path, getattr)).await(PATIENCE)
                    .toBuilder().nlink(0).build();
        } catch (IOException | RuntimeException _) {
            return null;
        }
    }

    /** The caller has the exclusive locks. */
    @Override public void rename(Rename op, Node directory) throws IOException, InterruptedException {
        var target = (PathNode) directory;
        Name name = op.targetName();
        String from = PathLocks.path(this, op.name());
        String to = PathLocks.path(target, name);
        boolean replaces = (op.flags() & (Rename.EXCHANGE | Rename.NOREPLACE)) == 0;
        PathNode replaced = replaces ? target.known(name) : null;
        if (replaced == null || replaced == known(op.name())) {
            paths.operations.rename(from, to, op);
        } else if (replaced.type() == FileType.DIRECTORY) {
            replacing(replaced, to, op, rename -> paths.operations.rename(from, to, rename));
        } else if (replaced.needsPath()) {
            Session session = op.session();
            paths.hidden.hide(target, name, replaced, op);
            Outcome.of(op, rename -> paths.operations.rename(from, to, rename), succeeded -> {
                if (!succeeded) {
                    return paths.hidden.restore(target, name, replaced, op);
                }
                paths.hidden.settle(replaced, session);
                return Outcome.DONE;
            });
        } else {
            paths.operations.rename(from, to, op);
        }
    }

    /** Whether the file is open in a way that needs a path, and has one name. */
    private boolean needsPath() {
        return isOpenByPath() && dentries().size() <= 1;
    }

    private synchronized boolean isOpenByPath() {
        return open != null && open.stream().anyMatch(handle -> !(handle instanceof OpenFile));
    }

    /** The file was renamed to a hidden name, and may get its name back. */
    synchronized void hide(Place place) {
        hidden = place;
        unsettled = true;
    }

    /** Where the file is hidden; null if it is not. */
    Place hidden() {
        return hidden;
    }

    synchronized boolean isSettled() { return !unsettled; }

    /** Whether it is open in a way that needs no path. */
    synchronized boolean isOpenWithoutPath() {
        return open != null && open.stream().allMatch(OpenFile.class::isInstance);
    }

    synchronized void settleHidden() {
        unsettled = false;
    }

    /** The file gets its name back. Returns the hidden one. */
    synchronized Place unhide() {
        Place place = hidden;
        hidden = null;
        unsettled = false;
        return place;
    }

    /** Takes the hidden name, for the caller to remove, if the file is closed; null otherwise. */
    synchronized Place takeHidden() {
        return hidden == null || unsettled || isOpenByPath() ? null : unhide();
    }

    @Override public FileHandle open(Open op) throws IOException, InterruptedException {
        var later = new Late<Opened, FileHandle>() {
            @Override FileHandle defer(Consumer<LateReply<FileHandle>> work) {
                return later(op, work);
            }

            @Override FileHandle result(Opened given) {
                return opened(numbered(given));
            }
        };
        try (Held held = shared(op)) {
            FileHandle handle = paths.operations.open(held.path(), op.withLater(later));
            return later.used() ? later.placeholder : opened(handle);
        }
    }

    private static NumberedHandle numbered(Opened opened) {
        return new NumberedHandle(opened.handle(), PathHandle.flags(opened.flags()));
    }

    synchronized FileHandle opened(FileHandle handle) {
        Objects.requireNonNull(handle, "no handle");
        open = open == null ? new ArrayList<>(1) : open;
        open.add(handle);
        return new PathHandle(this, handle);
    }

    /** A handle was released. */
    synchronized void closed(FileHandle handle) {
        open.remove(handle);
        open = open.isEmpty() ? null : open;
    }

    @Override public NewFile create(Create op) throws IOException, InterruptedException {
        var later = new Late<Created, NewFile>() {
            @Override NewFile defer(Consumer<LateReply<NewFile>> work) {
                return later(op, work);
            }

            @Override NewFile result(Created given) {
                return newFile(numbered(given.opened()));
            }
        };
        try (Held held = paths.locks.shared(this, op.name(), op)) {
            FileHandle handle = paths.operations.create(held.path(), op.withLater(later));
            return later.used() ? later.placeholder : newFile(handle);
        }
    }

    @Override public NewFile tmpfile(TmpFile op) throws IOException, InterruptedException {
        try (Held held = shared(op)) {
            return newFile(paths.operations.tmpfile(held.path(), op));
        }
    }

    private NewFile newFile(FileHandle handle) {
        PathNode node = ofType(FileType.REGULAR);
        return new NewFile(node, node.opened(handle));
    }

    @Override public void opendir(OpenDir op) throws IOException, InterruptedException {
        try (Held held = shared(op)) {
            paths.operations.opendir(held.path(), op);
        }
    }

    @Override public Stream<Listed> readdir(ReadDir op) throws IOException, InterruptedException {
        try (Held held = shared(op)) {
            return paths.operations.readdir(held.path(), op).filter(listed -> !paths.hidden.contains(listed.name()));
        }
    }

    @Override public void releasedir(ReleaseDir op) throws IOException, InterruptedException {
        paths.operations.releasedir(paths.pathOrNone(this), op);
    }

    @Override public void fsyncdir(FsyncDir op) throws IOException, InterruptedException {
        try (Held held = shared(op)) {
            paths.operations.fsyncdir(held.path(), op);
        }
    }

    /** A command on a directory; those on files come to their handles. */
    @Override public IoctlResult ioctl(Ioctl op, DataReply out) throws IOException, InterruptedException {
        try (Held held = shared(op)) {
            return paths.operations.ioctl(held.path(), op, out);
        }
    }

    @Override public void setxattr(SetXattr op) throws IOException, InterruptedException {
        try (Held held = shared(op)) {
            paths.operations.setxattr(held.path(), op);
        }
    }

    @Override public byte[] getxattr(GetXattr op) throws IOException, InterruptedException {
        try (Held held = shared(op)) {
            return paths.operations.getxattr(held.path(), op);
        }
    }

    @Override public List<Name> listxattr(ListXattr op) throws IOException, InterruptedException {
        try (Held held = shared(op)) {
            return paths.operations.listxattr(held.path(), op);
        }
    }

    @Override public void removexattr(RemoveXattr op) throws IOException, InterruptedException {
        try (Held held = shared(op)) {
            paths.operations.removexattr(held.path(), op);
        }
    }

    @Override public void access(Access op) throws IOException, InterruptedException {
        try (Held held = shared(op)) {
            paths.operations.access(held.path(), op);
        }
    }

    /** Locks may be waited for, and hold no path. */
    @Override public LockRange getlk(Lock op) throws IOException, InterruptedException {
        return paths.operations.getlk(paths.pathOrNone(this), op, fileSystem().locks());
    }

    @Override public void setlk(Lock op) throws IOException, InterruptedException {
        paths.operations.setlk(paths.pathOrNone(this), op, fileSystem().locks());
    }

    @Override public long bmap(Bmap op) throws IOException, InterruptedException {
        try (Held held = shared(op)) {
            return paths.operations.bmap(held.path(), op);
        }
    }

    @Override public StatVfs statfs(StatFs op) throws IOException, InterruptedException {
        try (Held held = shared(op)) {
            return paths.operations.statfs(held.path(), op);
        }
    }

    Paths paths() {
        return paths;
    }
}
