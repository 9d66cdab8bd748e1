package org.hexfuse.server.notify;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.NotifyRetrieveIn;
import org.hexfuse.transport.Slot;

/** The outstanding RETRIEVEs of a session, by their unique id. Any thread may use it. */
final class Retrievals {
    private static final long FIRST = 1L << 62;

    private final Map<Long, CompletableFuture<byte[]>> pending = new ConcurrentHashMap<>();
    /** Far from the unique ids of requests: over io_uring the kernel finds both in one table. */
    private final AtomicLong last = new AtomicLong(FIRST);
    private volatile boolean closed;

    /** One that is outstanding, with the unique id that its reply will have. */
    record Retrieval(long unique, CompletableFuture<byte[]> data) {}

    Retrieval begin() {
        var retrieval = new Retrieval(last.addAndGet(2), new CompletableFuture<>());
        pending.put(retrieval.unique(), retrieval.data());
        if (closed) {
            fail(retrieval.unique(), Errno.ENOTCONN);
        }
        return retrieval;
    }

    /** Completes the one that a NOTIFY_REPLY is for, with the data behind its struct. */
    void arrived(Slot slot) {
        CompletableFuture<byte[]> data = pending.remove(slot.unique());
        if (data != null) {
            long size = Math.min(NotifyRetrieveIn.SIZE_FIELD.getUnsigned(slot.arguments(), 0), slot.rest().size());
            byte[] copy = new byte[(int) size];
            slot.rest().copyTo(0, copy, 0, copy.length);
            data.complete(copy);
        }
    }

    void fail(long unique, Errno why) {
        CompletableFuture<byte[]> data = pending.remove(unique);
        if (data != null) {
            data.completeExceptionally(FuseException.of(why));
        }
    }

    /** The session ends: fails all, and those that begin later, with ENOTCONN. */
    void end() {
        closed = true;
        pending.keySet().forEach(unique -> fail(unique, Errno.ENOTCONN));
    }
}
