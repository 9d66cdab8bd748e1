package org.hexfuse.server;

import org.hexfuse.posix.StatVfs;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
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
 * {@code mapResult(op, delegate()::lookup, this::changed)}. What the delegate returns of a deferred operation is a placeholder.
 *
 * <p>{@link org.hexfuse.server.filter} has decorators ready to use.
 */
public abstract class FilterFileSystem implements FuseFileSystem, Closeable {
    private final FuseFileSystem delegate;

    /** Wraps {@code delegate}. */
    protected FilterFileSystem(FuseFileSystem delegate) {
        this.delegate = Objects.requireNonNull(delegate);
    }

    /** The wrapped filesystem. */
    protected final FuseFileSystem delegate() {
        return delegate;
    }

    /** A filesystem and those that it decorates, the outermost first. */
    public static Stream<FuseFileSystem> layers(FuseFileSystem fileSystem) {
        return Stream.iterate(fileSystem, Objects::nonNull,
                layer -> layer instanceof FilterFileSystem filter ? filter.delegate : null);
    }

    /** Closes the wrapped filesystem, if it is {@link AutoCloseable}: to be called once its sessions have ended. */
    @Override public void close() throws IOException {
        if (delegate instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                throw new IOException(e.getMessage(), e);
            }
        }
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

    /** A method of the delegate, without the reply that it writes to. */
    @FunctionalInterface protected interface Call<O, R> {
        /** Calls it. */
        R run(O op) throws IOException, InterruptedException;
    }

    /** The same without a result. */
    private interface Action<O> {
        void run(O op) throws IOException, InterruptedException;
    }

    /**
     * Calls the delegate with the operation that {@link #before} has returned; of all operations but FORGET. A subclass may wrap the
     * call, or change the result by {@link #mapResult}.
     *
     * @return the result; a placeholder if the delegate has deferred its reply
     */
    protected <O extends Operation<O> & Deferrable<O, R>, R> R around(O op, Call<O, R> call)
            throws IOException, InterruptedException {
        return call.run(op);
    }

    /** Calls the delegate and changes its result, whether it is returned or given late. Void results stay null. */
    protected static <O extends Operation<O> & Deferrable<O, R>, R> R mapResult(O op, Call<O, R> call,
            UnaryOperator<R> change) throws IOException, InterruptedException {
        var deferred = new AtomicBoolean();
        R result = call.run(op.withLater(() -> {
            LateReply<R> reply = op.deferred().map(change);
            deferred.set(true);
            return reply;
        }));
        return deferred.get() ? result : change.apply(result);
    }

    private <O extends Operation<O> & Deferrable<O, Void>> void run(O op, Action<O> action)
            throws IOException, InterruptedException {
        around(op, (O passed) -> {
            action.run(passed);
            return null;
        });
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

    @Override public Optional<Handover> handover() {
        return delegate.handover();
    }

    @Override public void init(InitNegotiation negotiation) throws IOException, InterruptedException {
        delegate.init(negotiation);
    }

    @Override public void destroy(Session session) {
        delegate.destroy(session);
    }

    @Override public Entry lookup(Lookup op) throws IOException, InterruptedException {
        return around(before(op), delegate::lookup);
    }

    @Override public void forget(Forget op) throws IOException, InterruptedException {
        delegate.forget(before(op));
    }

    @Override public Attr getattr(GetAttr op) throws IOException, InterruptedException {
        return around(before(op), delegate::getattr);
    }

    @Override public Attr setattr(SetAttr op) throws IOException, InterruptedException {
        return around(before(op), delegate::setattr);
    }

    @Override public Name readlink(ReadLink op) throws IOException, InterruptedException {
        return around(before(op), delegate::readlink);
    }

    @Override public Entry mknod(MkNod op) throws IOException, InterruptedException {
        return around(before(op), delegate::mknod);
    }

    @Override public Entry mkdir(MkDir op) throws IOException, InterruptedException {
        return around(before(op), delegate::mkdir);
    }

    @Override public Entry symlink(SymLink op) throws IOException, InterruptedException {
        return around(before(op), delegate::symlink);
    }

    @Override public Entry link(Link op) throws IOException, InterruptedException {
        return around(before(op), delegate::link);
    }

    @Override public void unlink(Unlink op) throws IOException, InterruptedException {
        run(before(op), delegate::unlink);
    }

    @Override public void rmdir(RmDir op) throws IOException, InterruptedException {
        run(before(op), delegate::rmdir);
    }

    @Override public void rename(Rename op) throws IOException, InterruptedException {
        run(before(op), delegate::rename);
    }

    @Override public Opened open(Open op) throws IOException, InterruptedException {
        return around(before(op), delegate::open);
    }

    @Override public Created create(Create op) throws IOException, InterruptedException {
        return around(before(op), delegate::create);
    }

    @Override public void read(Read op, DataReply out) throws IOException, InterruptedException {
        run(before(op), o -> delegate.read(o, out));
    }

    @Override public int write(Write op) throws IOException, InterruptedException {
        return around(before(op), delegate::write);
    }

    @Override public void flush(Flush op) throws IOException, InterruptedException {
        run(before(op), delegate::flush);
    }

    @Override public void release(Release op) throws IOException, InterruptedException {
        run(before(op), delegate::release);
    }

    @Override public void fsync(Fsync op) throws IOException, InterruptedException {
        run(before(op), delegate::fsync);
    }

    @Override public Opened opendir(OpenDir op) throws IOException, InterruptedException {
        return around(before(op), delegate::opendir);
    }

    @Override public void readdir(ReadDir op, DirReply out) throws IOException, InterruptedException {
        run(before(op), o -> delegate.readdir(o, out));
    }

    @Override public void readdirplus(ReadDir op, DirPlusReply out) throws IOException, InterruptedException {
        run(before(op), o -> delegate.readdirplus(o, out));
    }

    @Override public void releasedir(ReleaseDir op) throws IOException, InterruptedException {
        run(before(op), delegate::releasedir);
    }

    @Override public void fsyncdir(FsyncDir op) throws IOException, InterruptedException {
        run(before(op), delegate::fsyncdir);
    }

    @Override public StatVfs statfs(StatFs op) throws IOException, InterruptedException {
        return around(before(op), delegate::statfs);
    }

    @Override public void setxattr(SetXattr op) throws IOException, InterruptedException {
        run(before(op), delegate::setxattr);
    }

    @Override public byte[] getxattr(GetXattr op) throws IOException, InterruptedException {
        return around(before(op), delegate::getxattr);
    }

    @Override public List<Name> listxattr(ListXattr op) throws IOException, InterruptedException {
        return around(before(op), delegate::listxattr);
    }

    @Override public void removexattr(RemoveXattr op) throws IOException, InterruptedException {
        run(before(op), delegate::removexattr);
    }

    @Override public void access(Access op) throws IOException, InterruptedException {
        run(before(op), delegate::access);
    }

    @Override public LockRange getlk(Lock op) throws IOException, InterruptedException {
        return around(before(op), delegate::getlk);
    }

    @Override public void setlk(Lock op) throws IOException, InterruptedException {
        around(before(op), passed -> {
            delegate.setlk(passed);
            return null;
        });
    }

    @Override public void fallocate(Fallocate op) throws IOException, InterruptedException {
        run(before(op), delegate::fallocate);
    }

    @Override public long lseek(Lseek op) throws IOException, InterruptedException {
        return around(before(op), delegate::lseek);
    }

    @Override public long copyFileRange(CopyFileRange op) throws IOException, InterruptedException {
        return around(before(op), delegate::copyFileRange);
    }

    @Override public IoctlResult ioctl(Ioctl op, DataReply out) throws IOException, InterruptedException {
        return around(before(op), o -> delegate.ioctl(o, out));
    }

    @Override public int poll(Poll op) throws IOException, InterruptedException {
        return around(before(op), delegate::poll);
    }

    @Override public long bmap(Bmap op) throws IOException, InterruptedException {
        return around(before(op), delegate::bmap);
    }

    @Override public void syncfs(SyncFs op) throws IOException, InterruptedException {
        run(before(op), delegate::syncfs);
    }

    @Override public Created tmpfile(TmpFile op) throws IOException, InterruptedException {
        return around(before(op), delegate::tmpfile);
    }
}
