package org.hexfuse.libc;

/** Flags of {@code send(2)}, {@code recv(2)} and their like. */
public final class MessageFlags {
    /** Leaves what was received in the queue. */
    public static final int PEEK = 0x2;
    /** A packet was longer than the memory for it; as an argument: says how long it was. */
    public static final int TRUNC = 0x20;
    /** EAGAIN where the call would block. */
    public static final int DONTWAIT = 0x40;
    /** Waits until all bytes are there. */
    public static final int WAITALL = 0x100;
    /** No SIGPIPE; added to everything that sends. */
    static final int NOSIGNAL = 0x4000;
    static final int CTRUNC = 0x8;
    static final int CMSG_CLOEXEC = 0x40000000;

    private MessageFlags() {}
}
