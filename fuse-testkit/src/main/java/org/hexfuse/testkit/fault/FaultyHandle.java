package org.hexfuse.testkit.fault;

import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Opcode;
import org.hexfuse.transport.CallerRequest;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.InlineReader;
import org.hexfuse.transport.OutgoingRequest;

/** A device handle whose requests and replies have faults. */
final class FaultyHandle implements DeviceHandle {
    /** How long a message waits for one that overtakes it. */
    static final Duration OVERTAKING = Duration.ofMillis(5);

    private final DeviceHandle handle;
    private final FaultyLink link;
    /** Requests to give to the transport before others: second copies, and those that were overtaken. */
    private final Queue<CopiedRequest> ready = new ConcurrentLinkedQueue<>();
    private final FaultyReplies replies;

    FaultyHandle(DeviceHandle handle, FaultyLink link) {
        this.handle = handle;
        this.link = link;
        this.replies = new FaultyReplies(handle, link);
    }

    @Override public OutgoingRequest take(long capacity) throws InterruptedException {
        while (true) {
            CopiedRequest next = ready.poll();
            if (next == null) {
                next = inject(handle.take(capacity), capacity);
            }
            if (next != null) {
                return next;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    @Override public OutgoingRequest poll(long capacity) {
        while (true) {
            CopiedRequest next = ready.poll();
            if (next != null) {
                return next;
            }
            OutgoingRequest request = handle.poll(capacity);
            if (request == null) {
                return null;
            }
            next = inject(request, capacity);
            if (next != null) {
                return next;
            }
        }
    }

    /** Injects the fault of a request. Returns null if it is lost. */
    private CopiedRequest inject(OutgoingRequest request, long capacity) {
        CopiedRequest copy = CopiedRequest.of(request);
        Opcode opcode = Opcode.byCode(InHeader.OPCODE.get(copy.head()));
        FaultyLink.Sent sent = link.sent(opcode, InHeader.UNIQUE.get(copy.head()));
        request.sent();
        Optional<TransportFault> fault = link.draw(false, sent, copy.size() - InHeader.SIZE);
        return fault.isEmpty() ? copy : inject(fault.get(), copy, capacity);
    }

    private CopiedRequest inject(TransportFault fault, CopiedRequest request, long capacity) {
        return switch (fault.kind()) {
            case DELAY -> {
                pause(fault.amount());
                yield request;
            }
            case DROP -> null;
            case DUPLICATE -> {
                ready.add(request);
                yield request;
            }
            case REORDER -> overtaken(request, capacity);
            case TRUNCATE -> request.truncated(fault.amount());
            case DIE -> {
                link.die();
                yield null;
            }
        };
    }

    /** Waits for another request, which is sent first. */
    private CopiedRequest overtaken(CopiedRequest request, long capacity) {
        long end = System.nanoTime() + OVERTAKING.toNanos();
        while (System.nanoTime() - end < 0) {
            OutgoingRequest other = handle.poll(capacity);
            if (other != null) {
                ready.add(request);
                return inject(other, capacity);
            }
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
        }
        return request;
    }

    /** Returns early, and keeps the interrupt, if the thread is interrupted. */
    private static void pause(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0 && !Thread.currentThread().isInterrupted(); left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Requests are queued, so that they have faults: no reader gets them before. */
    @Override public OutgoingRequest take(CallerRequest request, long capacity) {
        return null;
    }

    @Override public void inlineReader(InlineReader reader) {
        // Without one the device queues each request and runs the waiters of the transport on its caller's thread.
    }

    @Override public Delivery reply(long unique, int error, long length) {
        return replies.reply(unique, error, length);
    }

    @Override public int readiness() {
        return ready.isEmpty() ? handle.readiness() : handle.readiness() | POLLIN | POLLRDNORM;
    }

    @Override public void addWaiter(Runnable waiter) {
        handle.addWaiter(waiter);
    }

    @Override public void removeWaiter(Runnable waiter) {
        handle.removeWaiter(waiter);
    }

    @Override public DeviceHandle duplicate() {
        return new FaultyHandle(handle.duplicate(), link);
    }

    @Override public void close() {
        handle.close();
    }
}
