package org.hexfuse.transport.linux.uring;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Opcode;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.NativePath;
import org.hexfuse.libc.PosixFiles;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.libc.ThreadAffinity;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * Requests that a server sends to itself, so that an entry of a queue is committed: {@code statfs(2)} of the mount point, by a thread on
 * the processor of the queue. The session does not see them. Such a call waits for the worker of the queue, so each has a thread of its
 * own, which ends with the connection at the latest.
 */
final class Nudge {
    private static final Logger LOG = Loggers.of(Nudge.class);

    private final String point;
    private final int processor;
    /** The ids of the threads that call. */
    private final Set<Integer> callers = ConcurrentHashMap.newKeySet();

    Nudge(String point, int processor) {
        this.point = point;
        this.processor = processor;
    }

    /** Sends one. */
    void send() {
        try {
            Thread.ofPlatform().daemon().name("hexfuse-nudge " + point).start(this::call);
        } catch (OutOfMemoryError e) {
            LOG.warn("no thread to nudge a queue of {}: {}", point, e.getMessage());
        }
    }

    private void call() {
        int id = ProcessIds.tid();
        callers.add(id);
        try {
            ThreadAffinity.pin(processor);
            PosixFiles.statfs(NativePath.of(point));
        } catch (LibcException e) {
            // The reply is an error, or the connection has ended. No caller of this process is on a processor that it cannot have.
            LOG.trace("{}", e.getMessage());
        } finally {
            callers.remove(id);
        }
    }

    /** Whether a request is one of these. */
    boolean hasSent(Slot slot) {
        return slot.opcode() == Opcode.STATFS.code() && callers.contains(InHeader.PID.get(slot.header()));
    }
}
