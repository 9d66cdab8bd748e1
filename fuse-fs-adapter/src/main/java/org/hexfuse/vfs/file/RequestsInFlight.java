package org.hexfuse.vfs.file;

import static org.hexfuse.vfs.request.Checks.require;

import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.device.Request;

/** The reads and writes of an open file that are in flight, to be interrupted together. Any thread may call any method. */
final class RequestsInFlight {
    private final List<Request> requests = new ArrayList<>(2);
    private boolean interrupted;

    /** A request is about to be sent; EINTR after {@link #interrupt}. */
    synchronized void add(Request request) {
        require(!interrupted, Errno.EINTR);
        requests.add(request);
    }

    /** The call of a request has ended. */
    synchronized void remove(Request request) {
        requests.remove(request);
    }

    /** Whether {@link #interrupt} was called. */
    synchronized boolean isInterrupted() { return interrupted; }

    /** Interrupts all of them, and those that are added later. */
    synchronized void interrupt() {
        interrupted = true;
        requests.forEach(Request::interrupt);
    }
}
