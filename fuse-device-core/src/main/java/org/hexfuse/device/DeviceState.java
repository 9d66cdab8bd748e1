package org.hexfuse.device;

import org.hexfuse.abi.Errno;

/**
 * The states of a device file and of the connection that it is bound to, with every transition.
 *
 * <pre>
 *             BIND                 INIT_ACCEPTED
 * UNMOUNTED --------> INITIALIZING -------------> CONNECTED
 *     |                    |  |                       |
 *     |        INIT_FAILED |  | ABORT           ABORT |
 *     |                    v  |                       v
 *     |                REFUSED +--------------> DISCONNECTED
 *     |                    |         ABORT            ^
 *     |                    +--------------------------+
 *     +--- CLOSE, from here and from all others ---> CLOSED
 * </pre>
 *
 * <p>A connection starts in INITIALIZING and has the states up to DISCONNECTED. A device file starts in UNMOUNTED; once it is
 * bound, by a mount or as a clone, it has the state of its connection until it is closed. CLOSED is a state of the file only.
 *
 * <p>Source: Linux {@code fs/fuse}: {@code fuse_dev}'s connection, {@code fuse_conn}'s {@code connected}, {@code initialized}
 * and {@code conn_error}.
 */
public enum DeviceState {
    /** Bound to no connection: everything but mount, clone and close gets EPERM. */
    UNMOUNTED(Errno.EPERM),
    /** INIT is pending or in processing; callers block until its reply. */
    INITIALIZING(Errno.OK),
    /** INIT has succeeded; requests and replies are exchanged. */
    CONNECTED(Errno.OK),
    /** INIT failed: callers get ECONNREFUSED. The server may still read, but no request is queued. */
    REFUSED(Errno.ECONNREFUSED),
    /** Aborted, unmounted, or the last handle was closed. */
    DISCONNECTED(Errno.ENOTCONN),
    /** The device file was closed. */
    CLOSED(Errno.EBADF);

    /** The events that cause transitions. */
    public enum Event {
        /** A mount, or a clone of a mounted device file. */
        BIND,
        /** The reply to INIT is acceptable. */
        INIT_ACCEPTED,
        /** The reply to INIT is an error or not acceptable. */
        INIT_FAILED,
        /** Abort, unmount, request timeout, or close of the last handle. */
        ABORT,
        /** The device file is closed. */
        CLOSE
    }

    private final Errno forCallers;

    DeviceState(Errno forCallers) {
        this.forCallers = forCallers;
    }

    /** The state after an event; this state if the event comes too late, such as a reply to INIT after an abort. */
    public DeviceState after(Event event) {
        return switch (event) {
            case BIND -> this == UNMOUNTED ? INITIALIZING : this;
            case INIT_ACCEPTED -> this == INITIALIZING ? CONNECTED : this;
            case INIT_FAILED -> this == INITIALIZING ? REFUSED : this;
            case ABORT -> this == INITIALIZING || this == CONNECTED || this == REFUSED ? DISCONNECTED : this;
            case CLOSE -> CLOSED;
        };
    }

    /** Whether messages can be exchanged. */
    public boolean isLive() {
        return this == CONNECTED || this == INITIALIZING || this == REFUSED;
    }

    /** The error of a new request in this state; OK if there is none. */
    public Errno forCallers() {
        return forCallers;
    }
}
