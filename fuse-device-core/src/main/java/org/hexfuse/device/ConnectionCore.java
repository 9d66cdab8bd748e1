package org.hexfuse.device;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.device.DeviceState.Event;
import org.hexfuse.transport.CarriedFlags;

/**
 * What the parts of one connection share.
 *
 * <p>Each part has a lock of its own, as in Linux: {@link #lock} for the connection's state and its handles,
 * {@link BackgroundQueue#lock} for back-pressure, {@link InputQueue#lock} for what readers take, and one for each
 * {@link ProcessingTable}. They are acquired in this order. A foreground request takes the input queue's twice, when it is
 * queued and when it is read, and the others hardly ever contend. Each is held for a few instructions and never while calling
 * out: not for waiters, not for callbacks, not for copies.
 *
 * <p>Whoever moves a request holds the lock of the part that has it; {@link RequestState#phase} says which part that is. Abort
 * changes the connection's state first and then empties part by part: who adds a request to a part looks at the state under the
 * part's lock, so none is left behind.
 */
final class ConnectionCore {
    /** Guards the transitions of {@link #state}, and the lists of handles. */
    final ReentrantLock lock = new ReentrantLock();
    final ConnectionOptions options;
    final NotificationSink sink;
    final int maxMessage;
    /** The masks of the flags that INIT offers. */
    final long offered;
    final RequestPool requests = new RequestPool();
    /** The handles that are open. */
    final List<ConnectionHandle> handles = new ArrayList<>();
    /** The processing table of all handles, for a kernel that has one a connection. */
    final ProcessingTable shared = new ProcessingTable();
    final BackingTable backing;
    final Observers observation;
    /** For callers and readers. */
    final AdaptiveSpin spin = new AdaptiveSpin();

    final InputQueue input = new InputQueue(this);
    final BackgroundQueue background;
    final BackgroundWait backgroundWait = new BackgroundWait(this);
    final RequestSender sender = new RequestSender(this);
    final InitSettlement init = new InitSettlement(this);
    final Abort abort = new Abort(this);

    /** Tables that have requests or may get some: those of open handles, and of closed ones while a transport copies. */
    private final List<ProcessingTable> tables = new ArrayList<>();
    private final Condition quiet = lock.newCondition();
    private volatile DeviceState state = DeviceState.INITIALIZING;
    /** Whether somebody waits on {@link #quiet}. */
    private volatile boolean draining;

    ConnectionCore(NotificationSink sink, ConnectionOptions options, int maxMessage, CarriedFlags carried) {
        this.sink = sink;
        this.options = options;
        this.maxMessage = maxMessage;
        this.offered = InitExchange.flags(options, carried);
        this.backing = new BackingTable(options);
        this.background = new BackgroundQueue(options.profile());
        this.observation = new Observers(options);
        tables.add(shared);
    }

    KernelProfile profile() {
        return options.profile();
    }

    /** Needs no lock. */
    DeviceState state() {
        return state;
    }

    /** Under the lock. */
    void happened(Event event) {
        state = state.after(event);
    }

    void opened(ConnectionHandle handle) {
        lock.lock();
        try {
            handles.add(handle);
            if (!tables.contains(handle.processing())) {
                tables.add(handle.processing());
            }
        } finally {
            lock.unlock();
        }
    }

    /** The last request has left the table of a closed handle. */
    void emptied(ProcessingTable table) {
        lock.lock();
        try {
            tables.remove(table);
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    void forEachTable(Consumer<ProcessingTable> consumer) {
        tables.forEach(consumer);
    }

    /**
     * Ends a request that the caller has taken out of the part that had it. Called without locks.
     *
     * @return whether its waiter is still to be notified, by {@link RequestState#tell}
     */
    boolean ended(RequestState request, Errno how) {
        request.phase = RequestState.Phase.DONE;
        if (background.limits(request)) {
            background.lock.lock();
            try {
                background.leave(request);
                backgroundWait.look();
            } finally {
                background.lock.unlock();
            }
        }
        boolean first = request.finish(how);
        signalIfDraining();
        return first;
    }

    /** How many requests were made and have not ended, wherever they are. */
    int outstanding() {
        lock.lock();
        background.lock.lock();
        input.lock.lock();
        try {
            int[] count = {background.line().size() + input.queue.pending().size()};
            tables.forEach(table -> {
                table.lock.lock();
                try {
                    count[0] += table.size();
                } finally {
                    table.lock.unlock();
                }
            });
            return count[0];
        } finally {
            input.lock.unlock();
            background.lock.unlock();
            lock.unlock();
        }
    }

    /** Waits until everything that was sent has reached the server, or {@code nanos} have passed. */
    void drain(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lock();
        try {
            draining = true;
            while (state.isLive() && left > 0 && (outstanding() > 0 || input.hasForgets())) {
                left = quiet.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Called without locks when something has left the connection. */
    void signalIfDraining() {
        if (draining) {
            lock.lock();
            try {
                quiet.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
