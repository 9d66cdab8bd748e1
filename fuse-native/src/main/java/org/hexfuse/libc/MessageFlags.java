package org.hexfuse.libc;

/** Flags of {@code send(2)}, {@code recv(2)} and their like. */
public final class MessageFlags {
    /** Leaves the received data in the queue. */
    public static final int PEEK = 0x2;
    /** In a result: the packet was truncated. As an argument: return the real length of the packet. */
    public static final int TRUNC = 0x20;
    /** EAGAIN where the call would block. */
    public static final int DONTWAIT = 0x40;
    /** Blocks until all bytes are received. */
    public static final int WAITALL = 0x100;
    /** No SIGPIPE; set in every send. */
    static final int NOSIGNAL = 0x4000;
    static final int CTRUNC = 0x8;
    static final int CMSG_CLOEXEC = 0x40000000;

    private MessageFlags() {}
}
