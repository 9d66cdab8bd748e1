package org.hexfuse.libc;

/** The kinds of local sockets that keep the order of what is sent. */
public enum SocketType {
    /** A stream of bytes. */
    STREAM(1),
    /** Packets, received whole or cut short. */
    SEQPACKET(5);

    private final int code;

    SocketType(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
