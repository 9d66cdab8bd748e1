package org.hexfuse.libc;

/** Socket options of type {@code int}. */
public enum SocketOption {
    /** {@code SOCK_STREAM} and so on; read only. */
    TYPE(3),
    /** The pending error; reading clears it. */
    ERROR(4),
    /** The send buffer, in bytes. The kernel doubles it and caps it by {@code net.core.wmem_max}. */
    SEND_BUFFER(7),
    /** The receive buffer, in bytes. The kernel doubles it and caps it by {@code net.core.rmem_max}. */
    RECEIVE_BUFFER(8),
    /** As {@link #SEND_BUFFER}, but not capped; needs CAP_NET_ADMIN. */
    SEND_BUFFER_FORCE(32),
    /** As {@link #RECEIVE_BUFFER}, but not capped; needs CAP_NET_ADMIN. */
    RECEIVE_BUFFER_FORCE(33),
    /** Whether the socket listens; read only. */
    LISTENING(30),
    /** The address family, 1 for AF_UNIX; read only. */
    DOMAIN(39);

    private final int code;

    SocketOption(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
