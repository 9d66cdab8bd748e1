package org.hexfuse.libc;

/** The types of local sockets that keep the order. */
public enum SocketType {
    /** A byte stream. */
    STREAM(1),
    /** Sequenced packets, received whole or truncated. */
    SEQPACKET(5);

    private final int code;

    SocketType(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
