package org.hexfuse.examples.memory;

import static org.hexfuse.abi.Errno.EBUSY;
import static org.hexfuse.abi.Errno.EEXIST;
import static org.hexfuse.abi.Errno.EINVAL;
import static org.hexfuse.abi.Errno.EISDIR;
import static org.hexfuse.abi.Errno.ENODEV;
import static org.hexfuse.abi.Errno.ENOSYS;
import static org.hexfuse.abi.Errno.EOPNOTSUPP;

import org.hexfuse.posix.StatVfs;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.LockRange;
import org.hexfuse.server.Capability;
import org.hexfuse.server.*;

/**
 * A filesystem in the heap with the features of Linux's own: {@code tmpfs} in Java.
 *
 * <p>It may be served to several kernels at once, and outlives each of them: linked files are there for the next. A
 * {@linkplain #local local} one is served to one kernel at a time, which is sent nothing that it knows: names and attributes stay cached,
 * files are opened and closed without a request, and locks are the kernel's.
 *
 * This class maps operations to calls of the {@link Tree} and its nodes, and their results to replies.
 */
public final class MemoryFileSystem implements FuseFileSystem {
    /**
     * The entry and attribute timeout where several kernels may be served. A kernel sees the changes of another one after this time, or
     * when it opens a file, which invalidates its page cache.
     */
    private static final Duration SHARED = Duration.ofSeconds(1);
    /** The same for a single kernel, which makes all changes itself. */
    private static final Duration LOCAL = Duration.ofDays(365);

    private static final int BLOCK = 4096;
    private static final int SECTOR = 512;
    private static final int LONGEST_NAME = 255;
    /** An upper bound of the heap memory of a node with its name and its entry, for the default limit of nodes. */
    private static final int HEAP_PER_FILE = 2048;

    // The numbers of open(2), lseek(2) and fallocate(2) in Linux's generic headers.
    private static final int O_EXCL = 0200;
    private static final int O_TRUNC = 01000;
    private static final int O_APPEND = 02000;
    private static final int O_NOATIME = 01000000;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int KEEP_SIZE = 1;
    private static final int PUNCH_HOLE = 2;
    private static final int ZERO_RANGE = 0x10;

    private final Tree tree;
    private final boolean local;
    private final Duration timeout;
    private final Locks locks = new Locks();
    private final AtomicLong lastHandle = new AtomicLong();
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();

    /** A filesystem of up to half of the maximum heap. */
    public MemoryFileSystem() {
        this(defaultBytes(), defaultFiles());
    }

    /**
     * A filesystem of up to {@code bytes} of data and {@code files} nodes; ENOSPC beyond these. The root belongs to the user of
     * this process.
     */
    public MemoryFileSystem(long bytes, long files) {
        this(bytes, files, false);
    }

    private MemoryFileSystem(long bytes, long files, boolean local) {
        this(new Tree(new Space(bytes, files), ourselves(), 0755, InstantSource.system()), local);
    }

    MemoryFileSystem(Tree tree, boolean local) {
        this.tree = tree;
        this.local = local;
        this.timeout = local ? LOCAL : SHARED;
    }

    /**
     * A filesystem of up to {@code bytes} of data and {@code files} nodes for one kernel at a time. The INIT of a second one is
     * answered EBUSY.
     */
    public static MemoryFileSystem local(long bytes, long files) {
        return new MemoryFileSystem(bytes, files, true);
    }

    /** The limits and the usage. */
    Space limits() {
        return tree.space();
    }

    static long defaultBytes() {
        return Runtime.getRuntime().maxMemory() / 2;
    }

    static long defaultFiles() {
        return Runtime.getRuntime().maxMemory() / HEAP_PER_FILE;
    }

    private static Owner ourselves() {
        try {
            Path self = Path.of("/proc/self");
            return new Owner((int) Files.getAttribute(self, "unix:uid"), (int) Files.getAttribute(self, "unix:gid"));
        } catch (IOException | UnsupportedOperationException _) {
            return new Owner(0, 0);
        }
    }

    /** The kernel checks permissions by owner, group and mode. */
    @Override public Set<Capability> capabilities() {
        return local ? Set.of(Capability.READDIRPLUS)
                : Set.of(Capability.READDIRPLUS, Capability.RECORD_LOCKS, Capability.FLOCK);
    }

    @Override public boolean kernelChecksPermissions() {
        return true;
    }

    @Override public Optional<Handover> handover() {
        return Optional.of(new MemoryHandover());
    }

    /** All files, open ones without a name included, the open handles and the locks. */
    private final class MemoryHandover implements Handover {
        @Override public String format() {
            return local ? "memory local 1" : "memory 1";
        }

        @Override public void save(Session session, DataOutput out) throws IOException {
            if (sessions.size() > 1) {
                throw new IOException("its files are served to " + (sessions.size() - 1) + " other kernels");
            }
            out.writeLong(lastHandle.get());
            new TreeHandover(tree).save(out);
            locks.save(session, out);
        }

        @Override public void restore(Session session, DataInput in) throws IOException {
            lastHandle.set(in.readLong());
            new TreeHandover(tree).restore(in);
            locks.restore(session, in);
        }
    }

    @Override public void init(InitNegotiation negotiation) {
        begin(negotiation.session());
        // With POSIX_ACL kernels check permissions by the lists, and the filesystem applies default lists and umask.
        negotiation.enable(InitFlag.POSIX_ACL);
        negotiation.enable(InitFlag.DONT_MASK);
        // Without it the supplementary groups of a caller are unknown.
        negotiation.enable(InitFlag.SETXATTR_EXT);
        // Without it kernels request security.capability before each write.
        negotiation.enable(InitFlag.HANDLE_KILLPRIV_V2);
        // The target of a symbolic link never changes.
        negotiation.enable(InitFlag.CACHE_SYMLINKS);
        // "." and ".." can be looked up.
        negotiation.enable(InitFlag.EXPORT_SUPPORT);
        if (local) {
            // Data that the kernel wrote itself stays in its page cache.
            negotiation.disable(InitFlag.AUTO_INVAL_DATA);
        }
    }

    private synchronized void begin(Session session) {
        if (local && !sessions.isEmpty()) {
            throw FuseException.of(EBUSY, "memory:?local is served to one kernel at a time");
        }
        sessions.add(session);
    }

    @Override public void destroy(Session session) {
        sessions.remove(session);
        locks.destroy(session);
    }

    @Override public Entry lookup(Lookup op) {
        return tree.lookup(op.node(), op.name()).map(this::entry).orElseGet(() -> Entry.absent(timeout));
    }

    @Override public void forget(Forget op) {
        tree.forget(op.node(), op.count());
    }

    @Override public Attr getattr(GetAttr op) {
        return attr(tree.inode(op.node()).stat());
    }

    @Override public Attr setattr(SetAttr op) {
        var change = new Change(op.mode(), op.owner(), op.group(), op.size(), op.atime(), op.mtime(), op.ctime(),
                op.killSuidgid());
        return attr(tree.inode(op.node()).change(change, tree.now()));
    }

    @Override public Name readlink(ReadLink op) {
        if (!(tree.inode(op.node()) instanceof SymbolicLink link)) {
            throw FuseException.of(EINVAL);
        }
        link.accessed(tree.now());
        return link.target();
    }

    @Override public Entry mknod(MkNod op) {
        return entry(tree.makeNode(op.node(), op.name(), op.mode(), op.device(), maker(op, op.umask())));
    }

    @Override public Entry mkdir(MkDir op) {
        return entry(tree.makeDirectory(op.node(), op.name(), op.mode(), maker(op, op.umask())));
    }

    @Override public Entry symlink(SymLink op) {
        return entry(tree.makeSymbolicLink(op.node(), op.name(), op.target(), maker(op, 0)));
    }

    @Override public Entry link(Link op) {
        return entry(tree.link(op.target(), op.node(), op.name()));
    }

    @Override public void unlink(Unlink op) {
        tree.unlink(op.node(), op.name());
    }

    @Override public void rmdir(RmDir op) {
        tree.removeDirectory(op.node(), op.name());
    }

    @Override public void rename(Rename op) {
        tree.rename(op.node(), op.name(), op.targetDirectory(), op.targetName(), op.flags());
    }

    /** A local kernel is asked to send no OPEN: its lookup count keeps the file, also when it has no name. */
    @Override public Opened open(Open op) {
        requireShared();
        Inode inode = tree.inode(op.node());
        if ((op.flags() & O_TRUNC) != 0) {
            inode.change(Change.ofSize(0, op.uid() != 0), tree.now());
        }
        return opened(inode);
    }

    private void requireShared() {
        if (local) {
            throw FuseException.of(ENOSYS);
        }
    }

    /** A distinct handle for each open file, so that its locks are released with it. */
    private Opened opened(Inode inode) {
        if (local) {
            return Opened.stateless();
        }
        inode.opened();
        return Opened.of(lastHandle.incrementAndGet());
    }

    @Override public Created create(Create op) {
        RegularFile file = createOrFind(op);
        Opened opened = opened(file);
        return new Created(entry(file), opened);
    }

    /** Another kernel may have created the file since the lookup of this one; then the existing file is opened. */
    private RegularFile createOrFind(Create op) {
        try {
            return tree.createFile(op.node(), op.name(), op.mode(), maker(op, op.umask()));
        } catch (FuseException e) {
            if (e.errno() != EEXIST || (op.flags() & O_EXCL) != 0) {
                throw e;
            }
        }
        Inode found = tree.lookup(op.node(), op.name()).orElseThrow(() -> FuseException.of(EEXIST));
        if (!(found instanceof RegularFile file)) {
            tree.forget(found.number(), 1);
            throw FuseException.of(found instanceof Directory ? EISDIR : EEXIST);
        }
        if ((op.flags() & O_TRUNC) != 0) {
            file.change(Change.ofSize(0, op.uid() != 0), tree.now());
        }
        return file;
    }

    @Override public Created tmpfile(TmpFile op) {
        RegularFile file = tree.createNameless(op.node(), op.mode(), maker(op, op.umask()));
        Opened opened = opened(file);
        return new Created(entry(file), opened);
    }

    @Override public LockRange getlk(Lock op) {
        return locks.getlk(op);
    }

    @Override public void setlk(Lock op) throws InterruptedException {
        locks.setlk(op);
    }

    @Override public void flush(Flush op) {
        requireShared();
        locks.flush(op);
    }

    @Override public void release(Release op) {
        if (!local) {
            locks.release(op);
            tree.closed(op.node());
        }
    }

    @Override public void read(Read op, DataReply out) {
        RegularFile file = tree.file(op.node());
        file.content().read(op.offset(), (int) Math.min(op.size(), out.room()), new ReplySink(out));
        if ((op.flags() & O_NOATIME) == 0) {
            file.accessed(tree.now());
        }
    }

    @Override public int write(Write op) {
        RegularFile file = tree.file(op.node());
        ByteSource data = op.data()::copyTo;
        // Mapped pages are written back to their offsets, even if the file was opened with O_APPEND.
        boolean appends = (op.flags() & O_APPEND) != 0 && !op.fromCache();
        return appends
                ? file.append(op.size(), data, op.killSuidgid(), tree.now())
                : file.write(op.offset(), op.size(), data, op.killSuidgid(), tree.now());
    }

    @Override public void fallocate(Fallocate op) {
        FileContent content = tree.inode(op.node()) instanceof RegularFile file ? file.content() : notRegular();
        boolean keepSize = (op.mode() & KEEP_SIZE) != 0;
        switch (op.mode() & ~KEEP_SIZE) {
            case 0 -> content.allocate(op.offset(), op.length(), keepSize);
            case ZERO_RANGE -> content.zero(op.offset(), op.length(), keepSize);
            case PUNCH_HOLE -> {
                if (!keepSize) {
                    throw FuseException.of(EOPNOTSUPP);
                }
                content.punch(op.offset(), op.length());
            }
            default -> throw FuseException.of(EOPNOTSUPP);
        }
        tree.inode(op.node()).modified(tree.now(), op.uid() != 0);
    }

    private static FileContent notRegular() {
        throw FuseException.of(ENODEV);
    }

    @Override public long lseek(Lseek op) {
        FileContent content = tree.file(op.node()).content();
        return switch (op.whence()) {
            case SEEK_DATA -> content.seekData(op.offset());
            case SEEK_HOLE -> content.seekHole(op.offset());
            default -> throw FuseException.of(EINVAL);
        };
    }

    @Override public long copyFileRange(CopyFileRange op) {
        if (op.flags() != 0) {
            throw FuseException.of(EINVAL);
        }
        RegularFile source = tree.file(op.node());
        RegularFile target = tree.file(op.targetNode());
        long copied = new CopyBuffer().copy(source.content(), op.offset(), target.content(), op.targetOffset(),
                op.length());
        if (copied > 0) {
            source.accessed(tree.now());
            target.modified(tree.now(), op.uid() != 0);
        }
        return copied;
    }

    @Override public Opened opendir(OpenDir op) {
        requireShared();
        tree.inode(op.node()).opened();
        return Opened.stateless();
    }

    @Override public void releasedir(ReleaseDir op) {
        if (!local) {
            tree.closed(op.node());
        }
    }

    @Override public void readdir(ReadDir op, DirReply out) {
        tree.list(op.node(), op.offset(),
                (name, inode, cookie) -> out.add(name, inode.number(), type(inode.mode()), cookie));
    }

    @Override public void readdirplus(ReadDir op, DirPlusReply out) {
        tree.list(op.node(), op.offset(), (name, inode, cookie) -> {
            if (!out.fits(name.length())) {
                return false;
            }
            if (name.isDotOrDotDot()) {
                return out.add(name, inode.number(), FileType.DIRECTORY, cookie);
            }
            inode.lookedUp();
            return out.add(name, entry(inode), cookie);
        });
    }

    @Override public StatVfs statfs(StatFs op) {
        Space space = tree.space();
        long free = space.freeBytes() / BLOCK;
        return new StatVfs(BLOCK, space.byteLimit() / BLOCK, free, free, space.nodeLimit(), space.freeNodes(),
                LONGEST_NAME);
    }

    @Override public void setxattr(SetXattr op) {
        if (Lists.has(op.name())) {
            Lists.set(op, tree.inode(op.node()), tree.now());
            return;
        }
        tree.inode(op.node()).setXattr(op.name(), op.value(), op.flags(), tree.now());
    }

    @Override public byte[] getxattr(GetXattr op) {
        if (Lists.has(op.name())) {
            Lists.check(op);
        }
        return tree.inode(op.node()).xattr(op.name());
    }

    /** Attributes of the namespace {@code trusted} are listed for root only, {@code xattr(7)}. */
    @Override public List<Name> listxattr(ListXattr op) {
        List<Name> all = tree.inode(op.node()).xattrNames();
        return op.uid() == 0 ? all : all.stream().filter(name -> !name.toString().startsWith("trusted.")).toList();
    }

    @Override public void removexattr(RemoveXattr op) {
        if (Lists.has(op.name())) {
            Lists.remove(op, tree.inode(op.node()), tree.now());
            return;
        }
        tree.inode(op.node()).removeXattr(op.name(), tree.now());
    }

    @Override public void syncfs(SyncFs op) {
        // There is no storage to sync to.
    }

    private static Maker maker(Operation<?> op, int umask) {
        return new Maker(op.uid(), op.gid(), umask);
    }

    private Entry entry(Inode inode) {
        return Entry.of(inode.number(), attr(inode.stat()), timeout);
    }

    private Attr attr(Stat stat) {
        return Attr.ofMode(stat.mode()).size(stat.size()).blocks((stat.allocated() + SECTOR - 1) / SECTOR)
                .nlink(stat.links()).owner(stat.uid(), stat.gid()).rdev(stat.device()).blockSize(BLOCK)
                .times(stat.atime(), stat.mtime(), stat.ctime()).timeout(timeout).build();
    }

    private static FileType type(int mode) {
        return FileType.ofMode(mode).orElse(FileType.REGULAR);
    }

    /** Writes the data of a read into a reply. */
    private record ReplySink(DataReply out) implements ByteSink {
        @Override public void bytes(byte[] source, int offset, int length) {
            out.write(MemorySegment.ofArray(source), offset, length);
        }

        @Override public void zeros(int length) {
            out.writeZeros(length);
        }
    }
}
