package org.hexfuse.device;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.abi.Errno;
import org.hexfuse.device.DeviceState.Event;
import org.hexfuse.transport.CarriedFlags;

/**
 * What the parts of one connection share: the one lock, and what it guards.
 *
 * <p>The lock is held for a few instructions and never while calling out: not for waiters, not for callbacks, not for copies.
 */
final class ConnectionCore {
    final ReentrantLock lock = new ReentrantLock();
    final ConnectionOptions options;
    final NotificationSink sink;
    final int maxMessage;
    /** The masks of the flags that INIT offers. */
    final long offered;
    final RequestPool requests = new RequestPool();
    final RequestQueue queue = new RequestQueue();
    final BackgroundQueue gate;
    /** What transports are copying at this moment, out or in. */
    final RequestList copying = new RequestList();
    final List<ConnectionHandle> handles = new ArrayList<>();
    /** What all handles have sent, for a kernel that keeps it together. */
    final ProcessingTable shared = new ProcessingTable();
    final BackingTable backing;
    final Observers observation;
    /** For callers and readers. */
    final AdaptiveSpin spin = new AdaptiveSpin();

    final InputQueue reading = new InputQueue(this);
    final RequestSender calling = new RequestSender(this);
    final BackgroundWait admission = new BackgroundWait(this);
    final InitSettlement init = new InitSettlement(this);
    final Abort ending = new Abort(this);

    /** Requests that were asked for and have not ended, wherever they are. */
    int outstanding;

    private final Condition quiet = lock.newCondition();
    private volatile DeviceState state = DeviceState.INITIALIZING;
    private boolean sendsInterrupts = true;
    private long unique;

    ConnectionCore(NotificationSink sink, ConnectionOptions options, int maxMessage, CarriedFlags carried) {
        this.sink = sink;
        this.options = options;
        this.maxMessage = maxMessage;
        this.offered = InitExchange.flags(options, carried);
        this.backing = new BackingTable(options);
        this.gate = new BackgroundQueue(options.profile());
        this.observation = new Observers(options);
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

    /** Under the lock: a request is asked for. Returns whether it can be taken at once. */
    boolean accept(RequestState progress) {
        outstanding++;
        if (progress.admitted) {
            admission.taken();
        }
        observation.stamp(progress);
        if (!gate.enter(progress)) {
            return false;
        }
        makePending(progress);
        return true;
    }

    /** Under the lock. */
    void makePending(RequestState progress) {
        progress.identify(progress.identified ? progress.unique : nextUnique());
        progress.state = RequestState.State.PENDING;
        queue.pending().add(progress);
    }

    long nextUnique() {
        unique += 2;
        return unique;
    }

    /** Under the lock: counts a request as over. Returns whether its caller is to be told. */
    boolean ended(RequestState progress, Errno how) {
        outstanding--;
        gate.leave(progress);
        progress.state = RequestState.State.DONE;
        admission.look();
        signalIfQuiet();
        return progress.finish(how);
    }

    void signalIfQuiet() {
        if (isQuiet()) {
            quiet.signalAll();
        }
    }

    boolean isQuiet() { return outstanding == 0 && queue.forgets().isEmpty(); }

    Condition quiet() {
        return quiet;
    }

    /** Under the lock. */
    boolean sendsInterrupts() {
        return sendsInterrupts;
    }

    /** The server does not know INTERRUPT. Under the lock. */
    void interruptsAreUnknown() {
        sendsInterrupts = false;
        queue.clearInterrupts();
    }
}
