package org.hexfuse.device;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.device.DeviceState.Event;
import org.hexfuse.transport.InlineReader;
import org.hexfuse.transport.CarriedFlags;

/**
 * The parts of one connection, the state that they share, and their lock order.
 *
 * <p>Each part has its own lock, as in Linux. They are acquired in this order:
 *
 * <ol>
 * <li>{@link #lock}: the connection's state, its open handles and its processing tables;
 * <li>{@link BackgroundQueue#lock}: back-pressure, of {@link BackgroundWait} too;
 * <li>{@link InputQueue#lock}: the messages that readers take, and the idle readers;
 * <li>{@link ProcessingTable#lock}: the requests that were read over one handle. No thread holds two of them.
 * </ol>
 *
 * <p>A foreground request acquires the input queue's lock twice, when it is queued and when it is read; a reader that finds the
 * queue empty acquires it again before it parks. A request that is read inline acquires the lock of its processing table, and a background one that
 * of the background queue before. No
 * lock is held while the connection calls waiters, callbacks, the listener or the sink, or while a transport copies.
 *
 * <p>{@link RequestState.Phase} says which part has a request. A request moves to a later part under the lock of the earlier one,
 * so that abort, which sets the state first and then drains part by part in this order, finds every request. A request is added
 * or moves back only under the lock of a part, the processing table included, under which the thread saw the state live; RESEND
 * moves all under {@link #lock}.
 */
final class ConnectionCore {
    /** Guards the transitions of {@link #state}, {@link #handles} and {@link #tables}. */
    final ReentrantLock lock = new ReentrantLock();
    final ConnectionOptions options;
    final NotificationSink sink;
    final int maxMessage;
    /** The link's limit of the data of one READ, in bytes. */
    final int maxRead;
    /** The masks of the flags that INIT offers. */
    final long offered;
    final RequestPool requests = new RequestPool();
    /** The open handles. The last one stays when it is closed: the connection is aborted then. */
    final List<ConnectionHandle> handles = new ArrayList<>();
    /** The processing table of all handles, for a kernel with one per connection. */
    final ProcessingTable sharedProcessing = new ProcessingTable();
    final BackingTable backing;
    final Observers observers;
    final HandOff handOff = new HandOff();

    /** The ids of requests. Even, and never 0. */
    final AtomicLong uniques = new AtomicLong();
    /** Takes requests on the threads of their callers, past the input queue; null where readers take all. */
    volatile InlineReader inlineReader;

    final InputQueue input = new InputQueue(this);
    final BackgroundQueue background;
    final BackgroundWait backgroundWait = new BackgroundWait(this);
    final RequestSender sender = new RequestSender(this);
    final InitRequest init = new InitRequest(this);
    final Abort abort = new Abort(this);

    /** The tables of open handles, and those of closed handles while a transport copies their requests. */
    private final List<ProcessingTable> tables = new ArrayList<>();
    private final Condition drained = lock.newCondition();
    private volatile DeviceState state = DeviceState.INITIALIZING;
    /** Whether a thread waits on {@link #drained}. */
    private volatile boolean draining;

    ConnectionCore(NotificationSink sink, ConnectionOptions options, int maxMessage, int maxRead,
            CarriedFlags carried) {
        this.sink = sink;
        this.options = options;
        this.maxMessage = maxMessage;
        this.maxRead = maxRead;
        this.offered = InitExchange.flags(options, carried);
        this.backing = new BackingTable(options);
        this.background = new BackgroundQueue(options.profile());
        this.observers = new Observers(options);
        tables.add(sharedProcessing);
    }

    KernelProfile profile() {
        return options.profile();
    }

    /** Needs no lock. */
    DeviceState state() {
        return state;
    }

    /** Under the lock. */
    void apply(Event event) {
        state = state.after(event);
    }

    void addHandle(ConnectionHandle handle) {
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

    /** The table of a closed handle has become empty. */
    void removeTable(ProcessingTable table) {
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
     * Ends a request that the thread has removed from the part that had it. Called without locks.
     *
     * @return whether this call ended the caller's wait, so that the thread must call {@link RequestState#complete}
     */
    boolean endRequest(RequestState request, Errno error) {
        if (request.phase != RequestState.Phase.DONE) {
            request.phase = RequestState.Phase.DONE;
        }
        if (background.limits(request)) {
            background.lock.lock();
            try {
                background.end(request);
                backgroundWait.releaseSenders();
            } finally {
                background.lock.unlock();
            }
        }
        boolean finished = request.finish(error);
        signalIfDraining();
        return finished;
    }

    /** The number of requests in all parts: those that were queued and have not ended. */
    int outstanding() {
        lock.lock();
        background.lock.lock();
        input.lock.lock();
        try {
            int[] count = {background.blocked().size() + input.queue.pending().size()};
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

    /** Waits until no request is outstanding and no FORGET is queued, the connection is aborted, or {@code nanos} have passed. */
    void drain(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lock();
        try {
            draining = true;
            while (state.isLive() && left > 0 && (outstanding() > 0 || input.hasForgets())) {
                left = drained.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Called without locks when a message has left the connection, or it was aborted. */
    void signalIfDraining() {
        if (draining) {
            lock.lock();
            try {
                drained.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
