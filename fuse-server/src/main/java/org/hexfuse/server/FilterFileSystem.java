package org.hexfuse.server;

import org.hexfuse.posix.StatVfs;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.LockRange;

/**
 * The base of decorators: every method, and every property such as {@link #capabilities}, is delegated. A subclass overrides what it
 * changes, or {@link #before}, which sees every operation.
 *
 * {@snippet :
 * final class Counting extends FilterFileSystem {
 *     final LongAdder operations = new LongAdder();
 *
 *     Counting(FuseFileSystem delegate) { super(delegate); }
 *
 *     @Override protected <O extends Operation<O>> O before(O op) {
 *         operations.increment();
 *         return op;
 *     }
 * }
 * }
 *
 * <p>An operation that is passed on may be another one, made by its methods {@code with}; a reply may be wrapped or replaced. A
 * decorator that changes the result of a delegate which {@linkplain Deferrable#later defers} its replies changes the late reply too:
 * {@code delegate().lookup(op.withLater(() -> op.deferred().map(this::changed)))}. What the delegate then returns is a placeholder.
 */
public abstract class FilterFileSystem implements FuseFileSystem {
    private final FuseFileSystem delegate;

    /** Wraps {@code delegate}. */
    protected FilterFileSystem(FuseFileSystem delegate) {
        this.delegate = Objects.requireNonNull(delegate);
    }

    /** The wrapped filesystem. */
    protected final FuseFileSystem delegate() {
        return delegate;
    }

    /**
     * Called before each operation, on its thread.
     *
     * @return the operation to pass on: {@code op}, or one made from it, such as {@code op.withCaller(...)}
     * @throws IOException to have the operation answered with that, and not passed on
     */
    protected <O extends Operation<O>> O before(O op) throws IOException {
        return op;
    }

    @Override public Blocking blocking() {
        return delegate.blocking();
    }

    @Override public boolean interruptsThreads() {
        return delegate.interruptsThreads();
    }

    @Override public boolean kernelChecksPermissions() {
        return delegate.kernelChecksPermissions();
    }

    @Override public Set<Capability> capabilities() {
        return delegate.capabilities();
    }

    @Override public void init(InitNegotiation negotiation) throws IOException, InterruptedException {
        delegate.init(negotiation);
    }

    @Override public void destroy(Session session) {
        delegate.destroy(session);
    }

    @Override public Entry lookup(Lookup op) throws IOException, InterruptedException {
        return delegate.lookup(before(op));
    }

    @Override public void forget(Forget op) throws IOException, InterruptedException {
        delegate.forget(before(op));
    }

    @Override public Attr getattr(GetAttr op) throws IOException, InterruptedException {
        return delegate.getattr(before(op));
    }

    @Override public Attr setattr(SetAttr op) throws IOException, InterruptedException {
        return delegate.setattr(before(op));
    }

    @Override public Name readlink(ReadLink op) throws IOException, InterruptedException {
        return delegate.readlink(before(op));
    }

    @Override public Entry mknod(MkNod op) throws IOException, InterruptedException {
        return delegate.mknod(before(op));
    }

    @Override public Entry mkdir(MkDir op) throws IOException, InterruptedException {
        return delegate.mkdir(before(op));
    }

    @Override public Entry symlink(SymLink op) throws IOException, InterruptedException {
        return delegate.symlink(before(op));
    }

    @Override public Entry link(Link op) throws IOException, InterruptedException {
        return delegate.link(before(op));
    }

    @Override public void unlink(Unlink op) throws IOException, InterruptedException {
        delegate.unlink(before(op));
    }

    @Override public void rmdir(RmDir op) throws IOException, InterruptedException {
        delegate.rmdir(before(op));
    }

    @Override public void rename(Rename op) throws IOException, InterruptedException {
        delegate.rename(before(op));
    }

    @Override public Opened open(Open op) throws IOException, InterruptedException {
        return delegate.open(before(op));
    }

    @Override public Created create(Create op) throws IOException, InterruptedException {
        return delegate.create(before(op));
    }

    @Override public void read(Read op, DataReply out) throws IOException, InterruptedException {
        delegate.read(before(op), out);
    }

    @Override public int write(Write op) throws IOException, InterruptedException {
        return delegate.write(before(op));
    }

    @Override public void flush(Flush op) throws IOException, InterruptedException {
        delegate.flush(before(op));
    }

    @Override public void release(Release op) throws IOException, InterruptedException {
        delegate.release(before(op));
    }

    @Override public void fsync(Fsync op) throws IOException, InterruptedException {
        delegate.fsync(before(op));
    }

    @Override public Opened opendir(OpenDir op) throws IOException, InterruptedException {
        return delegate.opendir(before(op));
    }

    @Override public void readdir(ReadDir op, DirReply out) throws IOException, InterruptedException {
        delegate.readdir(before(op), out);
    }

    @Override public void readdirplus(ReadDir op, DirPlusReply out) throws IOException, InterruptedException {
        delegate.readdirplus(before(op), out);
    }

    @Override public void releasedir(ReleaseDir op) throws IOException, InterruptedException {
        delegate.releasedir(before(op));
    }

    @Override public void fsyncdir(FsyncDir op) throws IOException, InterruptedException {
        delegate.fsyncdir(before(op));
    }

    @Override public StatVfs statfs(StatFs op) throws IOException, InterruptedException {
        return delegate.statfs(before(op));
    }

    @Override public void setxattr(SetXattr op) throws IOException, InterruptedException {
        delegate.setxattr(before(op));
    }

    @Override public byte[] getxattr(GetXattr op) throws IOException, InterruptedException {
        return delegate.getxattr(before(op));
    }

    @Override public List<Name> listxattr(ListXattr op) throws IOException, InterruptedException {
        return delegate.listxattr(before(op));
    }

    @Override public void removexattr(RemoveXattr op) throws IOException, InterruptedException {
        delegate.removexattr(before(op));
    }

    @Override public void access(Access op) throws IOException, InterruptedException {
        delegate.access(before(op));
    }

    @Override public LockRange getlk(Lock op) throws IOException, InterruptedException {
        return delegate.getlk(before(op));
    }

    @Override public void setlk(Lock op) throws IOException, InterruptedException {
        delegate.setlk(before(op));
    }

    @Override public void fallocate(Fallocate op) throws IOException, InterruptedException {
        delegate.fallocate(before(op));
    }

    @Override public long lseek(Lseek op) throws IOException, InterruptedException {
        return delegate.lseek(before(op));
    }

    @Override public long copyFileRange(CopyFileRange op) throws IOException, InterruptedException {
        return delegate.copyFileRange(before(op));
    }

    @Override public IoctlResult ioctl(Ioctl op, DataReply out) throws IOException, InterruptedException {
        return delegate.ioctl(before(op), out);
    }

    @Override public int poll(Poll op) throws IOException, InterruptedException {
        return delegate.poll(before(op));
    }

    @Override public long bmap(Bmap op) throws IOException, InterruptedException {
        return delegate.bmap(before(op));
    }

    @Override public void syncfs(SyncFs op) throws IOException, InterruptedException {
        delegate.syncfs(before(op));
    }

    @Override public Created tmpfile(TmpFile op) throws IOException, InterruptedException {
        return delegate.tmpfile(before(op));
    }
}
