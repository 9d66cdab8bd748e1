package org.hexfuse.device;

import org.hexfuse.abi.Errno;

/**
 * The states of a device and of the connection that it is bound to, with every transition there is.
 *
 * <pre>
 *             BIND                 INIT_SETTLED
 * UNMOUNTED --------> INITIALIZING -------------> CONNECTED
 *     |                    |  |                       |
 *     |        INIT_FAILED |  | END               END |
 *     |                    v  |                       v
 *     |                REFUSED +------------------> ENDED
 *     |                    |          END             ^
 *     |                    +--------------------------+
 *     +--- CLOSE, from here and from all others ---> CLOSED
 * </pre>
 *
 * <p>A connection starts in INITIALIZING and has the states up to ENDED. An open device starts in UNMOUNTED; once bound, by a
 * mount or as a clone, it has the state of its connection, until it is closed, which only concerns itself.
 *
 * <p>Source: Linux {@code fs/fuse}: {@code fuse_dev}'s connection, {@code fuse_conn}'s {@code connected}, {@code initialized}
 * and {@code conn_error}.
 */
public enum DeviceState {
    /** Open, and belonging to no connection: everything but being mounted, cloned to and closed gets EPERM. */
    UNMOUNTED(Errno.EPERM),
    /** INIT is queued or under way; who wants to make a request waits. */
    INITIALIZING(Errno.OK),
    /** Requests go and replies come. */
    CONNECTED(Errno.OK),
    /** INIT failed. The server may still read, but there is nothing to read any more. */
    REFUSED(Errno.ECONNREFUSED),
    /** Aborted or unmounted. */
    ENDED(Errno.ENOTCONN),
    /** The device was closed. */
    CLOSED(Errno.EBADF);

    /** What changes a state. */
    public enum Event {
        /** A mount, or a clone of a device that is mounted. */
        BIND,
        /** INIT was answered, and the two ends understand each other. */
        INIT_SETTLED,
        /** INIT was answered by an error or with what makes no sense. */
        INIT_FAILED,
        /** Abort, unmount, a timeout, or the close of the last handle. */
        END,
        /** The device is closed. */
        CLOSE
    }

    private final Errno forCallers;

    DeviceState(Errno forCallers) {
        this.forCallers = forCallers;
    }

    /** The state that follows; this one where the event has no meaning any more, such as an answer to INIT after the end. */
    public DeviceState after(Event event) {
        return switch (event) {
            case BIND -> this == UNMOUNTED ? INITIALIZING : this;
            case INIT_SETTLED -> this == INITIALIZING ? CONNECTED : this;
            case INIT_FAILED -> this == INITIALIZING ? REFUSED : this;
            case END -> this == INITIALIZING || this == CONNECTED || this == REFUSED ? ENDED : this;
            case CLOSE -> CLOSED;
        };
    }

    /** Whether messages can go either way. */
    public boolean isLive() {
        return this == CONNECTED || this == INITIALIZING || this == REFUSED;
    }

    /** OK, or what who wants to make a request is told. */
    public Errno forCallers() {
        return forCallers;
    }
}
