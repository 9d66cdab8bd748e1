package org.hexfuse.transport.mem;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.hexfuse.abi.FuseException;
import org.hexfuse.transport.CallerDriven;
import org.hexfuse.transport.CallerRequest;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.OutgoingRequest;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.spi.ObjectPool;

/** Runs each request in the server on the thread that has queued it. */
final class InlineDrive implements CallerDriven {
    private static final int FREE = 64;

    private final MemoryServerLink link;
    private final ObjectPool<Intake> free = new ObjectPool<>(FREE);
    private final ObjectPool<Intake> freeForCallers = new ObjectPool<>(FREE);
    private final AtomicBoolean disconnected = new AtomicBoolean();

    InlineDrive(MemoryServerLink link) {
        this.link = link;
    }

    @Override public void drive(Consumer<Slot> handler, Runnable ended) {
        Runnable waiter = () -> run(handler, ended);
        link.handle().addWaiter(waiter);
        link.handle().inlineReader(request -> run(request, handler));
        waiter.run();
    }

    /** Runs what is queued: INIT, FORGET, INTERRUPT, and background requests that waited. */
    private void run(Consumer<Slot> handler, Runnable ended) {
        Intake intake = takeIntake(free, link::newIntake);
        try {
            OutgoingRequest request = intake.handle().poll(intake.capacity());
            while (request != null) {
                Slot slot = intake.receive(request);
                request.sent();
                handler.accept(slot);
                if (!intake.limits().equals(link.limits())) {
                    intake = link.newIntake(link.limits(), intake.handle());
                }
                request = intake.handle().poll(intake.capacity());
            }
        } catch (FuseException _) {
            if (disconnected.compareAndSet(false, true)) {
                ended.run();
            }
        } finally {
            free.release(intake);
        }
    }

    /** Runs the request of this thread. */
    private boolean run(CallerRequest request, Consumer<Slot> handler) {
        Intake intake = takeIntake(freeForCallers, link::newIntakeForCaller);
        try {
            OutgoingRequest taken = intake.handle().take(request, intake.capacity());
            if (taken == null) {
                return false;
            }
            handler.accept(intake.receive(taken));
            return true;
        } finally {
            intake.returned();
            freeForCallers.release(intake);
        }
    }

    /** Each call has a buffer of its own, since threads call concurrently and nested, when a filesystem calls into itself. */
    private Intake takeIntake(ObjectPool<Intake> pool, BiFunction<Limits, DeviceHandle, Intake> newIntake) {
        Limits limits = link.limits();
        Intake intake = pool.acquire();
        if (intake == null) {
            return newIntake.apply(limits, link.newHandle());
        }
        return intake.limits().equals(limits) ? intake : newIntake.apply(limits, intake.handle());
    }
}
