package org.hexfuse.server.dispatch;

import org.hexfuse.abi.Errno;
import org.hexfuse.server.observe.ObservedRequest;
import org.hexfuse.server.observe.RequestListener;

/** What the listener of one request is to hear. Used again for the next request; without a listener it reads no clock. */
public final class RequestReport {
    private final SessionObserver observer;
    private RequestListener listener = RequestListener.NONE;
    private long begun;
    private Errno error = Errno.EIO;
    private long bytes;

    /** For the requests of one exchange, one after another. */
    public RequestReport(SessionObserver observer) {
        this.observer = observer;
    }

    /** A request begins. Until it is answered it counts as EIO: a request that fails between is answered so. */
    public void begin(ObservedRequest request) {
        error = Errno.EIO;
        bytes = 0;
        listener = observer.started(request);
        begun = isWanted() ? System.nanoTime() : 0;
    }

    /** Whether there is a listener. */
    boolean isWanted() { return !RequestListener.NONE.equals(listener); }

    /** The request is answered with {@code errno}, and has moved {@code count} bytes of data. */
    public void answered(Errno errno, long count) {
        error = errno;
        bytes = count;
    }

    /** Reports the end of the request, once, without locks. */
    public void end() {
        if (isWanted()) {
            RequestListener request = listener;
            listener = RequestListener.NONE;
            observer.finished(request, error, System.nanoTime() - begun, bytes);
        }
    }
}
