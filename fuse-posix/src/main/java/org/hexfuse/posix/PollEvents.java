package org.hexfuse.posix;

/** The events of {@code poll(2)} ({@code POLLIN} ...). */
public final class PollEvents {
    /** Data can be read. */
    public static final int IN = 0x1;
    /** There is urgent data. */
    public static final int PRI = 0x2;
    /** Data can be written. */
    public static final int OUT = 0x4;
    /** An error; always reported. */
    public static final int ERR = 0x8;
    /** The peer has hung up; always reported. */
    public static final int HUP = 0x10;
    /** The descriptor is not open; always reported. */
    public static final int NVAL = 0x20;
    /** As {@link #IN}. */
    public static final int RDNORM = 0x40;
    /** Priority data can be read. */
    public static final int RDBAND = 0x80;
    /** As {@link #OUT}. */
    public static final int WRNORM = 0x100;
    /** Priority data can be written. */
    public static final int WRBAND = 0x200;
    /** The peer has shut down its sending side. */
    public static final int RDHUP = 0x2000;

    private PollEvents() {}
}
