package org.hexfuse.device;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.transport.CarriedFlags;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.KernelLink;
import org.hexfuse.transport.OfferLimits;
import org.hexfuse.transport.ServerReport;

/**
 * The kernel's connection to one mounted FUSE filesystem, Linux's {@code struct fuse_conn}: the port of its callers, the device
 * handles of its servers, and the control files of {@code /sys/fs/fuse/connections}. Any thread may call any method.
 *
 * <p>{@link DeviceState} has its states.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code inode.c} and {@code control.c}.
 */
public final class FuseConnection implements RequestPort, AutoCloseable {
    private static final long BULK = 16 * 1024;
    private static final int LARGEST_LIMIT = 65535;
    private static final int UNLIMITED = OfferLimits.NONE.maxRead();

    private final ConnectionCore core;
    /** The number of mounts, each of which is closed once. */
    private final AtomicInteger mounts = new AtomicInteger(1);
    private volatile KernelLink link;

    private FuseConnection(NotificationSink sink, ConnectionOptions options, int maxMessage, int maxRead,
            CarriedFlags carried) {
        this.core = new ConnectionCore(sink, options, maxMessage, maxRead, carried);
    }

    /**
     * Makes a connection without a link, with INIT queued; servers use its {@link #newHandle}s.
     *
     * @param maxMessage the longest message that the server can read or write, in bytes
     */
    public static FuseConnection create(NotificationSink sink, ConnectionOptions options, int maxMessage) {
        return create(sink, options, maxMessage, UNLIMITED, new CarriedFlags(0));
    }

    private static FuseConnection create(NotificationSink sink, ConnectionOptions options, int maxMessage,
            int maxRead, CarriedFlags carried) {
        var connection = new FuseConnection(sink, options, maxMessage, maxRead, carried);
        connection.offer();
        return connection;
    }

    /** As {@link #create}, but {@link #offer} queues INIT. */
    static FuseConnection prepare(NotificationSink sink, ConnectionOptions options, int maxMessage) {
        return new FuseConnection(sink, options, maxMessage, UNLIMITED, new CarriedFlags(0));
    }

    /** Queues INIT. */
    void offer() {
        core.init.offer();
    }

    /**
     * Mounts the filesystem of the server at the peer of {@code link}, and blocks until the reply to INIT. The connection closes
     * the link.
     *
     * @throws IOException if the link can't be attached because the server has disconnected, or if INIT failed and the link can
     *         report on its server, which it started ({@link ServerReport})
     * @throws FuseException ETIMEDOUT if INIT has no reply in time, ECONNREFUSED if the reply is an error or not acceptable,
     *         ECONNABORTED if the server disconnects, EINTR if the thread was interrupted
     */
    public static FuseConnection mount(KernelLink link, NotificationSink sink, ConnectionOptions options)
            throws IOException {
        OfferLimits limits = link.feature(OfferLimits.class).orElse(OfferLimits.NONE);
        FuseConnection connection = create(sink, options.withProfile(options.profile().within(limits)),
                link.maxMessage(), limits.maxRead(), link.feature(CarriedFlags.class).orElse(new CarriedFlags(0)));
        connection.link = link;
        try {
            link.attach(connection.newHandle());
            connection.negotiated();
            return connection;
        } catch (IOException | RuntimeException e) {
            connection.abort();
            link.close();
            Optional<ServerReport> report = link.feature(ServerReport.class);
            if (report.isPresent()) {
                String errno = e instanceof FuseException failure ? " with " + failure.errno() : "";
                throw new IOException("INIT failed" + errno + ": " + report.get().text(), e);
            }
            throw e;
        }
    }

    /** Counts one more mount of this connection. Returns false if it is unmounted or aborted. */
    boolean mountAgain() {
        return core.state().isLive() && mounts.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    @Override public ConnectionInfo negotiated() {
        return core.init.await();
    }

    /** The state of the connection, never UNMOUNTED or CLOSED. */
    public DeviceState state() {
        return core.state();
    }

    /** Whether the connection is not aborted or unmounted. */
    public boolean isConnected() {
        return core.state().isLive();
    }

    /** An optional feature of the connection's transport, see {@link KernelLink#feature}. */
    public <T> Optional<T> feature(Class<T> type) {
        KernelLink attached = link;
        return attached == null ? Optional.empty() : attached.feature(type);
    }

    @Override public Request newRequest(Opcode opcode, long node, Caller caller) {
        ConnectionInfo negotiated = core.init.awaitForRequest();
        if ((caller.uid() == Protocol.INVALID_UIDGID || caller.gid() == Protocol.INVALID_UIDGID)
                && !negotiated.has(InitFlag.ALLOW_IDMAP)) {
            throw FuseException.of(Errno.EOVERFLOW);
        }
        boolean bulk = opcode == Opcode.READ || opcode == Opcode.WRITE;
        return core.requests.take(bulk && negotiated.maxWrite() > BULK)
                .start(opcode, node, caller, Math.min(negotiated.minor(), Protocol.MINOR), negotiated.flags());
    }

    @Override public void call(Request request) {
        core.sender.call(request.state);
    }

    @Override public void submit(Request request, Consumer<Errno> done) {
        core.sender.submit(request.state, done);
    }

    @Override public void post(Request request) {
        core.sender.post(request.state);
    }

    @Override public void forget(long node, long lookups) {
        core.sender.forget(node, lookups);
    }

    @Override public Optional<BackingFile> backing(int id) {
        return core.backing.take(id);
    }

    /**
     * Registers a backing file of the server's, as the ioctl {@link org.hexfuse.abi.DeviceIoctl#BACKING_OPEN} does.
     *
     * @param descriptor the server's file descriptor
     * @param flags 0
     * @return the backing id
     * @throws FuseException EPERM unless PASSTHROUGH was negotiated and the server is privileged, EINVAL for flags, ELOOP if the
     *         file is stacked on too many filesystems, ENOTCONN if the connection is aborted, and the errors of
     *         {@link BackingFiles#open}
     */
    public int openBacking(int descriptor, int flags) {
        return core.backing.open(core.init.negotiated(), descriptor, flags);
    }

    /**
     * Releases a backing id, as the ioctl {@link org.hexfuse.abi.DeviceIoctl#BACKING_CLOSE} does. Open files keep their backing
     * file.
     *
     * @throws FuseException EPERM as for {@link #openBacking}, EINVAL if the id is not positive, ENOENT if it is not registered
     */
    public void closeBacking(int id) {
        core.backing.close(core.init.negotiated(), id);
    }

    @Override public boolean isCongested() {
        core.background.lock.lock();
        try {
            return core.background.isCongested();
        } finally {
            core.background.lock.unlock();
        }
    }

    /** Opens another handle of the device, bound to this connection. */
    public DeviceHandle newHandle() {
        return ConnectionHandle.open(core);
    }

    /** Opens another device file, bound to this connection. */
    public DeviceFile openFile() {
        return DeviceFile.bound(this, core.profile());
    }

    /** The number of outstanding requests, as the control file {@code waiting} shows it. */
    public int waiting() {
        return core.outstanding();
    }

    /**
     * Sets the most background requests in flight, as a write to the control file {@code max_background}.
     *
     * @throws FuseException EINVAL if that is not 1 to 65535, or above {@link KernelProfile#userBackground} for an unprivileged
     *         server
     */
    public void maxBackground(int requests) {
        checkLimit(requests, core.profile().userBackground());
        core.background.lock.lock();
        try {
            core.background.maxBackground(requests);
            core.backgroundWait.releaseSenders();
        } finally {
            core.background.lock.unlock();
        }
        core.sender.admitBlocked();
    }

    /**
     * Sets the number of background requests from which the filesystem is congested, as a write to
     * {@code congestion_threshold}.
     *
     * @throws FuseException EINVAL if that is not 1 to 65535, or above {@link KernelProfile#userCongestion} for an unprivileged
     *         server
     */
    public void congestionThreshold(int requests) {
        checkLimit(requests, core.profile().userCongestion());
        core.background.lock.lock();
        try {
            core.background.congestionThreshold(requests);
        } finally {
            core.background.lock.unlock();
        }
    }

    private void checkLimit(int value, int userMaximum) {
        if (value < 1 || value > (core.options.privileged() ? LARGEST_LIMIT : userMaximum)) {
            throw FuseException.of(Errno.EINVAL);
        }
    }

    /** Aborts the connection at once: every caller gets ECONNABORTED, every reader ENODEV. Idempotent. */
    public void abort() {
        core.abort.abort(false);
    }

    /**
     * Aborts the connection as a write to the control file {@code abort} does: as {@link #abort}, but readers get ECONNABORTED
     * if INIT negotiated {@link org.hexfuse.abi.InitFlag#ABORT_ERROR}.
     */
    public void abortByControl() {
        core.abort.abort(true);
    }

    /**
     * Unmounts: waits until no request is outstanding and no FORGET is queued, at most for the drain timeout, then aborts the
     * connection and closes the link. Closing again does nothing. After several mounts of one device file, only the last unmount
     * does so.
     */
    @Override public void close() {
        if (mounts.updateAndGet(count -> Math.max(0, count - 1)) > 0) {
            return;
        }
        core.abort.drain(core.options.drainTimeout());
        abort();
        KernelLink attached = link;
        if (attached != null) {
            attached.close();
        }
    }

    /** The parts of the connection. */
    ConnectionCore core() {
        return core;
    }
}
