package org.hexfuse.libc;

/** Options of sockets whose values are of type {@code int}. */
public enum SocketOption {
    /** {@code SOCK_STREAM} and so on; read only. */
    TYPE(3),
    /** An error that nobody was told of yet; reading clears it. */
    ERROR(4),
    /** Room for what is sent, in bytes. The kernel doubles it and caps it by {@code net.core.wmem_max}. */
    SEND_BUFFER(7),
    /** Room for what is received, in bytes. The kernel doubles it and caps it by {@code net.core.rmem_max}. */
    RECEIVE_BUFFER(8),
    /** As {@link #SEND_BUFFER}, but not capped; needs CAP_NET_ADMIN. */
    SEND_BUFFER_FORCE(32),
    /** As {@link #RECEIVE_BUFFER}, but not capped; needs CAP_NET_ADMIN. */
    RECEIVE_BUFFER_FORCE(33),
    /** Whether the socket listens; read only. */
    LISTENING(30),
    /** The family, 1 for local sockets; read only. */
    DOMAIN(39);

    private final int code;

    SocketOption(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
