package org.hexfuse.device;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.hexfuse.abi.BackingMap;
import org.hexfuse.abi.DeviceIoctl;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.device.DeviceState.Event;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.OutgoingRequest;
import org.hexfuse.transport.spi.WholeMessage;

/**
 * An open file of {@code /dev/fuse}: {@code read(2)}, {@code write(2)}, {@code poll(2)} and the other system calls, byte for byte,
 * with their errors. It may be opened before it is mounted. Any thread may call any method, concurrently.
 *
 * <p>One call carries one whole message; no state is kept between two calls. Errors are {@link FuseException}s. Every method
 * throws EPERM while the file is not mounted, and EBADF after {@link #close}.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code fuse_dev_operations}; gVisor {@code dev.go}.
 */
public final class DeviceFile implements AutoCloseable {
    /** The connection that the file is bound to, for good, and its handle. */
    private record Binding(FuseConnection connection, DeviceHandle handle) {}

    private final KernelProfile profile;
    private volatile DeviceState ownState = DeviceState.UNMOUNTED;
    private volatile Binding binding;
    private final SynchronousInit synchronousInit = new SynchronousInit();
    private volatile boolean nonBlocking;

    private DeviceFile(KernelProfile profile) {
        this.profile = profile;
    }

    /** Opens the device of a kernel. The file is {@link DeviceState#UNMOUNTED}. */
    public static DeviceFile open(KernelProfile profile) {
        return new DeviceFile(profile);
    }

    static DeviceFile bound(FuseConnection connection, KernelProfile profile) {
        var file = new DeviceFile(profile);
        file.bind(connection);
        return file;
    }

    /** The state of the file; once it is bound, that of its connection, until the file is closed. */
    public DeviceState state() {
        Binding bound = binding;
        return ownState == DeviceState.CLOSED || bound == null ? ownState : bound.connection.state();
    }

    /**
     * Mounts a filesystem that is served through this file, with INIT queued. The file's profile replaces that of the options. A
     * second mount of one file shares the connection of the first, which lives until all are unmounted.
     *
     * <p>After {@link DeviceIoctl#SYNC_INIT} this blocks until the reply to INIT, which another thread must write.
     *
     * @param maxMessage the longest message that the server can handle, in bytes
     * @return the connection, which the caller closes once to unmount it
     * @throws FuseException ENOTCONN if the file was mounted before and is unmounted or aborted, or if INIT failed after
     *         SYNC_INIT; EBADF if the file is closed
     */
    public FuseConnection mount(NotificationSink sink, ConnectionOptions options, int maxMessage) {
        FuseConnection fresh = FuseConnection.prepare(sink, options.withProfile(profile), maxMessage);
        FuseConnection connection = mountOnce(fresh);
        if (connection == fresh) {
            connection.offer();
        }
        synchronousInit.awaitReply(connection);
        return connection;
    }

    /** Binds this file to a new connection, unless it is bound already. Returns the connection that it is bound to. */
    private synchronized FuseConnection mountOnce(FuseConnection fresh) {
        checkOpen();
        Binding bound = binding;
        if (bound == null) {
            bind(fresh);
            return fresh;
        }
        if (!bound.connection.mountAgain()) {
            throw FuseException.of(Errno.ENOTCONN);
        }
        return bound.connection;
    }

    /**
     * Binds this file to the connection of another, as the ioctl {@link DeviceIoctl#CLONE} does.
     *
     * @throws FuseException EINVAL if this file is bound already, EPERM (gVisor: EINVAL) if the other one is not, EBADF if one
     *         of them is closed
     */
    public synchronized void cloneFrom(DeviceFile source) {
        checkOpen();
        if (source.ownState == DeviceState.CLOSED) {
            throw FuseException.of(Errno.EBADF);
        }
        if (ownState != DeviceState.UNMOUNTED) {
            throw FuseException.of(Errno.EINVAL);
        }
        Binding other = source.binding;
        if (other == null) {
            throw FuseException.of(profile.errors().cloneOfUnmounted());
        }
        bind(other.connection);
    }

    /** Any ioctl without an argument, as {@link #ioctl(int, MemorySegment)}. */
    public int ioctl(int request) {
        return ioctl(request, MemorySegment.NULL);
    }

    /**
     * Any ioctl but {@link DeviceIoctl#CLONE}. After {@link DeviceIoctl#SYNC_INIT} a mount of this file blocks until the reply to
     * INIT, and reads block until the mount. {@link DeviceIoctl#BACKING_OPEN} returns a backing id.
     *
     * @param argument what the argument points to: {@link BackingMap}, or a backing id
     * @throws FuseException ENOTTY (gVisor: ENOSYS for all) for an unknown ioctl, EOPNOTSUPP without backing files, EINVAL for
     *         SYNC_INIT of a mounted file, EPERM for BACKING_OPEN and BACKING_CLOSE of a file that is not mounted, EFAULT if the
     *         argument is too short, and the errors of {@link FuseConnection#openBacking} and {@code closeBacking}
     */
    public int ioctl(int request, MemorySegment argument) {
        checkOpen();
        if (profile.errors().otherIoctl() != Errno.ENOTTY) {
            throw FuseException.of(profile.errors().otherIoctl());
        }
        if (request == DeviceIoctl.SYNC_INIT.request()) {
            enableSynchronousInit();
            return 0;
        }
        boolean opens = request == DeviceIoctl.BACKING_OPEN.request();
        if (!opens && request != DeviceIoctl.BACKING_CLOSE.request()) {
            throw FuseException.of(profile.errors().otherIoctl());
        }
        return backing(opens, argument);
    }

    private synchronized void enableSynchronousInit() {
        if (binding != null) {
            throw FuseException.of(Errno.EINVAL);
        }
        synchronousInit.enable();
    }

    private int backing(boolean opens, MemorySegment argument) {
        Binding bound = binding;
        if (bound == null) {
            throw FuseException.of(DeviceState.UNMOUNTED.forCallers());
        }
        if (bound.connection.core().options.backingFiles().equals(BackingFiles.NONE)) {
            throw FuseException.of(Errno.EOPNOTSUPP);
        }
        if (argument.byteSize() < (opens ? BackingMap.SIZE : Integer.BYTES)) {
            throw FuseException.of(Errno.EFAULT);
        }
        if (!opens) {
            bound.connection.closeBacking(argument.get(JAVA_INT_UNALIGNED, 0));
            return 0;
        }
        boolean padded = argument.get(JAVA_LONG_UNALIGNED, BackingMap.SIZE - (long) Long.BYTES) != 0;
        return bound.connection.openBacking(BackingMap.FD.get(argument), padded ? -1 : BackingMap.FLAGS.get(argument));
    }

    private synchronized void bind(FuseConnection connection) {
        binding = new Binding(connection, connection.newHandle());
        ownState = ownState.after(Event.BIND);
        synchronousInit.releaseReaders();
    }

    /** Sets whether reads throw EAGAIN instead of blocking, as with {@code O_NONBLOCK}. */
    public void nonBlocking(boolean on) {
        nonBlocking = on;
    }

    /**
     * Reads the next message into {@code buffer}; blocks until there is one, unless the file is {@link #nonBlocking}.
     *
     * @return its length in bytes
     * @throws FuseException EPERM, EINVAL, ENODEV, ECONNABORTED as {@link DeviceHandle#take} throws them, EAGAIN instead of
     *         blocking, EINTR if the thread was interrupted (its interrupt status is kept), EFAULT if the buffer can't be written
     */
    public int read(MemorySegment buffer) {
        synchronousInit.awaitMount(nonBlocking);
        OutgoingRequest request = next(handle(), buffer.byteSize());
        int size;
        try {
            size = Math.toIntExact(request.size());
            int head = request.headSize();
            MemorySegment.copy(request.head(), 0, buffer, 0, head);
            request.data().copyTo(0, buffer, head, size - head);
        } catch (RuntimeException e) {
            request.failed();
            throw fault(e);
        }
        request.sent();
        return size;
    }

    private OutgoingRequest next(DeviceHandle handle, long capacity) {
        if (nonBlocking) {
            OutgoingRequest request = handle.poll(capacity);
            if (request == null) {
                throw FuseException.of(Errno.EAGAIN);
            }
            return request;
        }
        try {
            return handle.take(capacity);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw FuseException.of(Errno.EINTR);
        }
    }

    /**
     * Writes one message: a reply or a notification.
     *
     * @return its length in bytes
     * @throws FuseException EINVAL if the message is malformed or rejected, ENOENT (gVisor: EINVAL) for a reply whose unique is
     *         not in processing, EFAULT if the message can't be read, and the error of a notification
     */
    public int write(MemorySegment message) {
        DeviceHandle handle = handle();
        Errno errno;
        try {
            errno = WholeMessage.write(handle, message, message.byteSize());
        } catch (IllegalStateException | WrongThreadException e) {
            throw fault(e);
        }
        if (errno != Errno.OK) {
            throw FuseException.of(errno);
        }
        return Math.toIntExact(message.byteSize());
    }

    /** A closed, confined or read-only segment is a bad address to a system call. */
    private static FuseException fault(RuntimeException cause) {
        FuseException fault = FuseException.of(Errno.EFAULT);
        fault.addSuppressed(cause);
        return fault;
    }

    /** Reads as {@link #read} does and ignores the position (gVisor: ENOSYS); EINVAL for a negative one. */
    public int read(MemorySegment buffer, long position) {
        checkPosition(position);
        return read(buffer);
    }

    /** Writes as {@link #write} does and ignores the position (gVisor: ENOSYS); EINVAL for a negative one. */
    public int write(MemorySegment message, long position) {
        checkPosition(position);
        return write(message);
    }

    private void checkPosition(long position) {
        handle();
        if (profile.errors().positional() != Errno.OK) {
            throw FuseException.of(profile.errors().positional());
        }
        if (position < 0) {
            throw FuseException.of(Errno.EINVAL);
        }
    }

    /**
     * The device is not seekable.
     *
     * @throws FuseException always: ESPIPE (gVisor: ENOSYS)
     */
    public long seek(long offset, int whence) {
        handle();
        throw FuseException.of(profile.errors().seek(), "seek by " + offset + " from " + whence);
    }

    /** The events that are ready, in the bits of {@link DeviceHandle#readiness}; POLLERR while the file is not mounted. */
    public int readiness() {
        checkOpen();
        Binding bound = binding;
        return bound == null ? DeviceHandle.POLLERR : bound.handle.readiness();
    }

    /**
     * Blocks until one of {@code events} is ready, or POLLERR.
     *
     * @param events bits of {@link DeviceHandle#readiness}
     * @param timeout how long to block at most
     * @return the requested events that are ready, and POLLERR; 0 after the timeout
     * @throws FuseException EINTR if the thread was interrupted (its interrupt status is kept)
     */
    public int poll(int events, Duration timeout) {
        int wanted = events | DeviceHandle.POLLERR;
        int ready = readiness() & wanted;
        Binding bound = binding;
        if (ready != 0 || bound == null) {
            return ready;
        }
        Thread self = Thread.currentThread();
        Runnable waiter = () -> LockSupport.unpark(self);
        long deadline = System.nanoTime() + timeout.toNanos();
        bound.handle.addWaiter(waiter);
        try {
            while (true) {
                ready = bound.handle.readiness() & wanted;
                long left = deadline - System.nanoTime();
                if (ready != 0 || left <= 0) {
                    return ready;
                }
                if (Thread.currentThread().isInterrupted()) {
                    throw FuseException.of(Errno.EINTR);
                }
                LockSupport.parkNanos(this, left);
            }
        } finally {
            bound.handle.removeWaiter(waiter);
        }
    }

    /** Adds a waiter as {@link DeviceHandle#addWaiter} does. */
    public void addWaiter(Runnable waiter) {
        handle().addWaiter(waiter);
    }

    /** Removes a waiter. */
    public void removeWaiter(Runnable waiter) {
        handle().removeWaiter(waiter);
    }

    /** The handle of this file. */
    DeviceHandle handle() {
        checkOpen();
        Binding bound = binding;
        if (bound == null) {
            throw FuseException.of(DeviceState.UNMOUNTED.forCallers());
        }
        return bound.handle;
    }

    private void checkOpen() {
        if (ownState == DeviceState.CLOSED) {
            throw FuseException.of(DeviceState.CLOSED.forCallers());
        }
    }

    /** Closes the file, as {@link DeviceHandle#close} does. Closing again does nothing. */
    @Override public void close() {
        synchronized (this) {
            ownState = ownState.after(Event.CLOSE);
        }
        synchronousInit.releaseReaders();
        Binding bound = binding;
        if (bound != null) {
            bound.handle.close();
        }
    }
}
