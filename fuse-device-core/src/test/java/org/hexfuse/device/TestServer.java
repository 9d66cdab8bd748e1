package org.hexfuse.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InitOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.OutgoingRequest;

/** A server that reads and replies over a device handle, step by step. */
final class TestServer {
    static final long CAPACITY = 2 << 20;

    final DeviceHandle handle;

    TestServer(DeviceHandle handle) {
        this.handle = handle;
    }

    /** A request, as the server read it. */
    record Received(MemorySegment bytes) {
        Opcode opcode() {
            return Opcode.of(InHeader.OPCODE.get(bytes)).orElseThrow();
        }

        long unique() {
            return InHeader.UNIQUE.get(bytes);
        }

        long node() {
            return InHeader.NODEID.get(bytes);
        }
    }

    static Received copy(OutgoingRequest request) {
        Received received = copyInline(request);
        request.sent();
        return received;
    }

    /** Of a request that was taken on its caller's thread and counts as sent. */
    static Received copyInline(OutgoingRequest request) {
        MemorySegment bytes = Arena.ofAuto().allocate(request.size(), 8);
        MemorySegment.copy(request.head(), 0, bytes, 0, request.headSize());
        request.data().copyTo(0, bytes, request.headSize(), request.data().size());
        return new Received(bytes);
    }

    Received take() throws InterruptedException {
        return copy(handle.take(CAPACITY));
    }

    /** Polls for a request and fails its copy; EAGAIN if none is queued, or the error of the poll. */
    Errno pollError() {
        try {
            OutgoingRequest request = handle.poll(CAPACITY);
            if (request == null) {
                return Errno.EAGAIN;
            }
            request.failed();
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }

    Errno reply(long unique, int error, MemorySegment body, long length) {
        Delivery delivery = handle.reply(unique, error, length);
        if (delivery.verdict() != Errno.OK) {
            return delivery.verdict();
        }
        if (length > 0) {
            delivery.target().copyFrom(0, body, 0, length);
        }
        return delivery.delivered();
    }

    Errno reply(Received request, int error) {
        return reply(request.unique(), error, MemorySegment.NULL, 0);
    }

    Errno reply(Received request, MemorySegment body) {
        return reply(request.unique(), 0, body, body.byteSize());
    }

    static MemorySegment zeros(long size) {
        return Arena.ofAuto().allocate(size, 8);
    }

    static MemorySegment initOut(int minor, long flags, int maxWrite, int maxBackground) {
        MemorySegment out = zeros(InitOut.STRUCT.size(minor));
        InitOut.MAJOR.set(out, 7);
        InitOut.MINOR.set(out, minor);
        if (minor >= 5) {
            InitOut.FLAGS.set(out, (int) flags);
            InitOut.MAX_READAHEAD.set(out, 65536);
            InitOut.MAX_WRITE.set(out, maxWrite);
            InitOut.MAX_BACKGROUND.set(out, (short) maxBackground);
        }
        return out;
    }

    void replyToInit() throws InterruptedException {
        Received init = take();
        if (init.opcode() != Opcode.INIT) {
            throw new AssertionError("the first request must be INIT, not " + init.opcode());
        }
        reply(init, initOut(45, 0, 4096, 2));
    }
}
