package org.hexfuse.vfs.file;

import static org.hexfuse.vfs.request.Checks.require;

import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.device.Request;

/** The reads and writes of an open file that are in flight, to be interrupted together. Any thread may call any method. */
final class RequestsInFlight {
    /** Null unless one is in flight. */
    private Request first;
    /** Further ones; null until there was one. */
    private List<Request> others;
    private boolean interrupted;

    /** A request is about to be sent; EINTR after {@link #interrupt}. */
    synchronized void add(Request request) {
        require(!interrupted, Errno.EINTR);
        if (first == null) {
            first = request;
            return;
        }
        if (others == null) {
            others = new ArrayList<>(2);
        }
        others.add(request);
    }

    /** The call of a request has ended. */
    synchronized void remove(Request request) {
        if (first == request) {
            first = null;
        } else {
            others.remove(request);
        }
    }

    /** Whether {@link #interrupt} was called. */
    synchronized boolean isInterrupted() { return interrupted; }

    /** Interrupts all of them, and those that are added later. */
    synchronized void interrupt() {
        interrupted = true;
        if (first != null) {
            first.interrupt();
        }
        if (others != null) {
            others.forEach(Request::interrupt);
        }
    }
}
