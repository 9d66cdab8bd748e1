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

/**
 * One mounted FUSE filesystem as the kernel sees it: where requests are made, where servers open the device that they take
 * them from, and what the control files of {@code /sys/fs/fuse/connections} do. Any thread may call any method.
 *
 * <p>Its states are those of {@link DeviceState}.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code inode.c} and {@code control.c}.
 */
public final class FuseConnection implements RequestPort, AutoCloseable {
    private static final long BULK = 16 * 1024;
    private static final int LARGEST_LIMIT = 65535;

    private final ConnectionCore core;
    /** How many mounts there are of it: each is closed once. */
    private final AtomicInteger mounts = new AtomicInteger(1);
    private volatile KernelLink link;

    private FuseConnection(NotificationSink sink, ConnectionOptions options, int maxMessage,
            CarriedFlags carried) {
        this.core = new ConnectionCore(sink, options, maxMessage, carried);
    }

    /**
     * Makes a connection whose handles are taken by hand, with INIT queued.
     *
     * @param maxMessage the longest message that the server's way can carry, in bytes
     */
    public static FuseConnection create(NotificationSink sink, ConnectionOptions options, int maxMessage) {
        return create(sink, options, maxMessage, new CarriedFlags(0));
    }

    private static FuseConnection create(NotificationSink sink, ConnectionOptions options, int maxMessage,
            CarriedFlags carried) {
        var connection = new FuseConnection(sink, options, maxMessage, carried);
        connection.offer();
        return connection;
    }

    /** As {@link #create}, with INIT still to be queued by {@link #offer}. */
    static FuseConnection prepare(NotificationSink sink, ConnectionOptions options, int maxMessage) {
        return new FuseConnection(sink, options, maxMessage, new CarriedFlags(0));
    }

    /** Queues INIT. */
    void offer() {
        core.init.offer();
    }

    /**
     * Mounts what is at the other end of {@code link}, and waits until INIT is answered. The connection closes the link.
     *
     * @throws IOException if the server is gone
     * @throws FuseException ETIMEDOUT if INIT is not answered in time, ECONNREFUSED if the two ends don't understand each
     *         other, ECONNABORTED if the server went away, EINTR if the thread was interrupted
     */
    public static FuseConnection mount(KernelLink link, NotificationSink sink, ConnectionOptions options)
            throws IOException {
        FuseConnection connection = create(sink, options, link.maxMessage(),
                link.feature(CarriedFlags.class).orElse(new CarriedFlags(0)));
        connection.link = link;
        try {
            link.attach(connection.newHandle());
            connection.negotiated();
            return connection;
        } catch (IOException | RuntimeException e) {
            connection.abort();
            link.close();
            throw e;
        }
    }

    /** Counts one more mount of the same connection. Returns whether there still was one. */
    boolean mountAgain() {
        return core.state().isLive() && mounts.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    @Override public ConnectionInfo negotiated() {
        return core.init.await();
    }

    /** Where the connection stands: any of {@link DeviceState} but UNMOUNTED and CLOSED. */
    public DeviceState state() {
        return core.state();
    }

    /** Whether requests can still be made. */
    public boolean isConnected() { return core.state().isLive(); }

    /** Something that the transport under the connection has and others haven't. */
    public <T> Optional<T> feature(Class<T> type) {
        KernelLink under = link;
        return under == null ? Optional.empty() : under.feature(type);
    }

    @Override public Request newRequest(Opcode opcode, long node, Caller caller) {
        ConnectionInfo shape = core.init.awaitToCall();
        if ((caller.uid() == Protocol.INVALID_UIDGID || caller.gid() == Protocol.INVALID_UIDGID)
                && !shape.has(InitFlag.ALLOW_IDMAP)) {
            throw FuseException.of(Errno.EOVERFLOW);
        }
        boolean bulk = opcode == Opcode.READ || opcode == Opcode.WRITE;
        return core.requests.take(bulk && shape.maxWrite() > BULK)
                .start(opcode, node, caller, Math.min(shape.minor(), Protocol.MINOR), shape.flags());
    }

    @Override public void call(Request request) {
        core.sender.call(request);
    }

    @Override public void submit(Request request, Consumer<Errno> done) {
        core.sender.submit(request, done);
    }

    @Override public void post(Request request) {
        core.sender.post(request);
    }

    @Override public void forget(long node, long lookups) {
        core.sender.forget(node, lookups);
    }

    @Override public Optional<BackingFile> backing(int id) {
        return core.backing.take(id);
    }

    /**
     * Registers a file of the server's for reads and writes past it, as the ioctl
     * {@link org.hexfuse.abi.DeviceIoctl#BACKING_OPEN} does.
     *
     * @param descriptor the server's
     * @param flags 0
     * @return the number to open files with
     * @throws FuseException EPERM unless PASSTHROUGH was settled and the server is privileged, EINVAL for flags, ELOOP if the file
     *         is on too many filesystems, ENOTCONN if the connection is over, what {@link BackingFiles#open} throws
     */
    public int openBacking(int descriptor, int flags) {
        return core.backing.open(core.init.settled(), descriptor, flags);
    }

    /**
     * Gives a number up, as the ioctl {@link org.hexfuse.abi.DeviceIoctl#BACKING_CLOSE} does. Files that are open go on.
     *
     * @throws FuseException EPERM as for {@link #openBacking}, EINVAL if it can be no number, ENOENT if it is none
     */
    public void closeBacking(int id) {
        core.backing.close(core.init.settled(), id);
    }

    @Override public boolean isCongested() {
        core.background.lock.lock();
        try {
            return core.background.isCongested();
        } finally {
            core.background.lock.unlock();
        }
    }

    /** One more open of the device, bound to this connection. */
    public DeviceHandle newHandle() {
        return ConnectionHandle.open(core);
    }

    /** One more open of the device, bound to this connection, as a file. */
    public DeviceFile openFile() {
        return DeviceFile.bound(this, core.profile());
    }

    /** How many requests were asked for and have not ended: what the control file {@code waiting} shows. */
    public int waiting() {
        return core.outstanding();
    }

    /**
     * Sets how many background requests may be under way, as a write to the control file {@code max_background}.
     *
     * @throws FuseException EINVAL if that is not 1 to 65535, or more than an unprivileged server may have
     */
    public void maxBackground(int requests) {
        checkLimit(requests, core.profile().userBackground());
        core.background.lock.lock();
        try {
            core.background.maxBackground(requests);
            core.backgroundWait.look();
        } finally {
            core.background.lock.unlock();
        }
        core.sender.admitNext();
    }

    /**
     * Sets how many background requests make the filesystem congested, as a write to {@code congestion_threshold}.
     *
     * @throws FuseException EINVAL if that is not 1 to 65535, or more than an unprivileged server may have
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

    private void checkLimit(int value, int mostOfUser) {
        if (value < 1 || value > (core.options.privileged() ? LARGEST_LIMIT : mostOfUser)) {
            throw FuseException.of(Errno.EINVAL);
        }
    }

    /** Ends the connection at once: every caller gets ECONNABORTED, every reader ENODEV. Doing so again does nothing. */
    public void abort() {
        core.abort.end(false);
    }

    /**
     * Ends the connection as a write to the control file {@code abort} does: as {@link #abort}, but readers get ECONNABORTED
     * if INIT settled {@link org.hexfuse.abi.InitFlag#ABORT_ERROR}.
     */
    public void abortByControl() {
        core.abort.end(true);
    }

    /**
     * Unmounts: waits, for a limited time, until everything that was asked for has reached the server, then ends the
     * connection and closes the link. Closing again does nothing. Where a device file was mounted several times, the last
     * unmount ends it.
     */
    @Override public void close() {
        if (mounts.updateAndGet(count -> Math.max(0, count - 1)) > 0) {
            return;
        }
        core.abort.drain(core.options.drainTimeout());
        abort();
        KernelLink under = link;
        if (under != null) {
            under.close();
        }
    }

    /** What the parts share. */
    ConnectionCore core() {
        return core;
    }
}
