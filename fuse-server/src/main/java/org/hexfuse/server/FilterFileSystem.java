package org.hexfuse.server;

import org.hexfuse.posix.StatVfs;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.LockRange;

/**
 * The base of filesystems that wrap another one: every method goes to it, and so does what it says of itself. A subclass
 * overrides what it changes, or {@link #before}, which sees every operation.
 *
 * {@snippet :
 * final class Counting extends FilterFileSystem {
 *     final LongAdder operations = new LongAdder();
 *
 *     Counting(FuseFileSystem delegate) { super(delegate); }
 *
 *     @Override protected void before(Operation op) { operations.increment(); }
 * }
 * }
 */
public abstract class FilterFileSystem implements FuseFileSystem {
    private final FuseFileSystem delegate;

    /** Wraps {@code delegate}. */
    protected FilterFileSystem(FuseFileSystem delegate) {
        this.delegate = Objects.requireNonNull(delegate);
    }

    /** What is wrapped. */
    protected final FuseFileSystem delegate() {
        return delegate;
    }

    /**
     * Called before each operation, on its thread.
     *
     * @throws IOException to have the operation answered with that, and not passed on
     */
    protected void before(Operation op) throws IOException {}

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
        before(op);
        return delegate.lookup(op);
    }

    @Override public void forget(Forget op) throws IOException, InterruptedException {
        before(op);
        delegate.forget(op);
    }

    @Override public Attr getattr(GetAttr op) throws IOException, InterruptedException {
        before(op);
        return delegate.getattr(op);
    }

    @Override public Attr setattr(SetAttr op) throws IOException, InterruptedException {
        before(op);
        return delegate.setattr(op);
    }

    @Override public Name readlink(ReadLink op) throws IOException, InterruptedException {
        before(op);
        return delegate.readlink(op);
    }

    @Override public Entry mknod(MkNod op) throws IOException, InterruptedException {
        before(op);
        return delegate.mknod(op);
    }

    @Override public Entry mkdir(MkDir op) throws IOException, InterruptedException {
        before(op);
        return delegate.mkdir(op);
    }

    @Override public Entry symlink(SymLink op) throws IOException, InterruptedException {
        before(op);
        return delegate.symlink(op);
    }

    @Override public Entry link(Link op) throws IOException, InterruptedException {
        before(op);
        return delegate.link(op);
    }

    @Override public void unlink(Unlink op) throws IOException, InterruptedException {
        before(op);
        delegate.unlink(op);
    }

    @Override public void rmdir(RmDir op) throws IOException, InterruptedException {
        before(op);
        delegate.rmdir(op);
    }

    @Override public void rename(Rename op) throws IOException, InterruptedException {
        before(op);
        delegate.rename(op);
    }

    @Override public Opened open(Open op) throws IOException, InterruptedException {
        before(op);
        return delegate.open(op);
    }

    @Override public Created create(Create op) throws IOException, InterruptedException {
        before(op);
        return delegate.create(op);
    }

    @Override public void read(Read op, DataReply out) throws IOException, InterruptedException {
        before(op);
        delegate.read(op, out);
    }

    @Override public int write(Write op) throws IOException, InterruptedException {
        before(op);
        return delegate.write(op);
    }

    @Override public void flush(Flush op) throws IOException, InterruptedException {
        before(op);
        delegate.flush(op);
    }

    @Override public void release(Release op) throws IOException, InterruptedException {
        before(op);
        delegate.release(op);
    }

    @Override public void fsync(Fsync op) throws IOException, InterruptedException {
        before(op);
        delegate.fsync(op);
    }

    @Override public Opened opendir(OpenDir op) throws IOException, InterruptedException {
        before(op);
        return delegate.opendir(op);
    }

    @Override public void readdir(ReadDir op, DirReply out) throws IOException, InterruptedException {
        before(op);
        delegate.readdir(op, out);
    }

    @Override public void readdirplus(ReadDir op, DirPlusReply out) throws IOException, InterruptedException {
        before(op);
        delegate.readdirplus(op, out);
    }

    @Override public void releasedir(ReleaseDir op) throws IOException, InterruptedException {
        before(op);
        delegate.releasedir(op);
    }

    @Override public void fsyncdir(FsyncDir op) throws IOException, InterruptedException {
        before(op);
        delegate.fsyncdir(op);
    }

    @Override public StatVfs statfs(StatFs op) throws IOException, InterruptedException {
        before(op);
        return delegate.statfs(op);
    }

    @Override public void setxattr(SetXattr op) throws IOException, InterruptedException {
        before(op);
        delegate.setxattr(op);
    }

    @Override public byte[] getxattr(GetXattr op) throws IOException, InterruptedException {
        before(op);
        return delegate.getxattr(op);
    }

    @Override public List<Name> listxattr(ListXattr op) throws IOException, InterruptedException {
        before(op);
        return delegate.listxattr(op);
    }

    @Override public void removexattr(RemoveXattr op) throws IOException, InterruptedException {
        before(op);
        delegate.removexattr(op);
    }

    @Override public void access(Access op) throws IOException, InterruptedException {
        before(op);
        delegate.access(op);
    }

    @Override public LockRange getlk(Lock op) throws IOException, InterruptedException {
        before(op);
        return delegate.getlk(op);
    }

    @Override public void setlk(Lock op) throws IOException, InterruptedException {
        before(op);
        delegate.setlk(op);
    }

    @Override public void fallocate(Fallocate op) throws IOException, InterruptedException {
        before(op);
        delegate.fallocate(op);
    }

    @Override public long lseek(Lseek op) throws IOException, InterruptedException {
        before(op);
        return delegate.lseek(op);
    }

    @Override public long copyFileRange(CopyFileRange op) throws IOException, InterruptedException {
        before(op);
        return delegate.copyFileRange(op);
    }

    @Override public IoctlResult ioctl(Ioctl op, DataReply out) throws IOException, InterruptedException {
        before(op);
        return delegate.ioctl(op, out);
    }

    @Override public int poll(Poll op) throws IOException, InterruptedException {
        before(op);
        return delegate.poll(op);
    }

    @Override public long bmap(Bmap op) throws IOException, InterruptedException {
        before(op);
        return delegate.bmap(op);
    }

    @Override public void syncfs(SyncFs op) throws IOException, InterruptedException {
        before(op);
        delegate.syncfs(op);
    }

    @Override public Created tmpfile(TmpFile op) throws IOException, InterruptedException {
        before(op);
        return delegate.tmpfile(op);
    }
}
