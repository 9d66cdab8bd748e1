package org.hexfuse.testkit.fault;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.hexfuse.abi.Errno;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Span;
import org.hexfuse.transport.spi.WholeMessage;

/** The replies that are written to one device handle. */
final class FaultyReplies {
    private final DeviceHandle handle;
    private final FaultyLink link;
    /** A reply that waits for one that overtakes it. */
    private final AtomicReference<HeldReply> overtaken = new AtomicReference<>();

    FaultyReplies(DeviceHandle handle, FaultyLink link) {
        this.handle = handle;
        this.link = link;
    }

    /** Notifications, and replies that are longer than the link carries, are passed on. */
    Delivery reply(long unique, int error, long length) {
        Optional<FaultyLink.Sent> sent = unique == 0 || length > link.maxMessage() ? Optional.empty()
                : link.answered(unique);
        Optional<TransportFault> fault = sent.flatMap(request -> link.draw(true, request, length));
        return fault.isPresent() ? new HeldReply(fault.get(), unique, error, length)
                : new Overtaking(handle.reply(unique, error, length));
    }

    private void writeOvertaken() {
        HeldReply held = overtaken.getAndSet(null);
        if (held != null) {
            held.write(held.length);
        }
    }

    private static void later(long nanos, Runnable action) {
        Thread.ofVirtual().name("hexfuse-late-reply").start(() -> {
            LockSupport.parkNanos(nanos);
            action.run();
        });
    }

    /** A reply without a fault, which overtakes one that waits. */
    private final class Overtaking implements Delivery {
        private final Delivery delivery;

        Overtaking(Delivery delivery) {
            this.delivery = delivery;
        }

        @Override public Errno verdict() {
            return delivery.verdict();
        }

        @Override public Segments target() {
            return delivery.target();
        }

        @Override public Errno delivered() {
            Errno outcome = delivery.delivered();
            writeOvertaken();
            return outcome;
        }

        @Override public void failed() {
            delivery.failed();
        }
    }

    /** A reply that is kept from the device; to the transport it is delivered. */
    private final class HeldReply implements Delivery {
        private final TransportFault fault;
        private final long unique;
        private final int error;
        private final long length;
        private final MemorySegment bytes;

        HeldReply(TransportFault fault, long unique, int error, long length) {
            this.fault = fault;
            this.unique = unique;
            this.error = error;
            this.length = length;
            this.bytes = Arena.ofAuto().allocate(length, 8);
        }

        @Override public Errno verdict() {
            return Errno.OK;
        }

        @Override public Segments target() {
            return new Span().set(bytes, 0, length);
        }

        @Override public Errno delivered() {
            switch (fault.kind()) {
                case DELAY -> later(fault.amount(), () -> write(length));
                case DROP -> {}
                case DUPLICATE -> {
                    write(length);
                    write(length);
                }
                case REORDER -> {
                    writeOvertaken();
                    overtaken.set(this);
                    later(FaultyHandle.OVERTAKING.toNanos(), FaultyReplies.this::writeOvertaken);
                }
                case TRUNCATE -> write(Math.min(fault.amount(), length));
                case DIE -> link.die();
            }
            return Errno.OK;
        }

        private void write(long count) {
            WholeMessage.write(handle, unique, error, bytes, 0, count);
        }

        @Override public void failed() {
            Delivery delivery = handle.reply(unique, error, length);
            if (delivery.verdict() == Errno.OK) {
                delivery.failed();
            }
        }
    }
}
