package org.hexfuse.server;

import org.hexfuse.abi.IoctlFlag;
import org.hexfuse.abi.IoctlIn;
import org.hexfuse.transport.Segments;

/** IOCTL: sends a command to the open file or directory {@link #node}. */
public final class Ioctl extends Operation {
    Ioctl() {}

    /** What {@code open} or {@code opendir} returned. */
    public long handle() {
        return IoctlIn.FH.get(arguments());
    }

    /** The command, with direction and size in its upper bits as {@code ioctl(2)} has them. */
    public int command() {
        return IoctlIn.CMD.get(arguments());
    }

    /** The argument: a number, or an address of the caller's, of which only kernels make use. */
    public long argument() {
        return IoctlIn.ARG.get(arguments());
    }

    /** What the caller has at the address, as far as the command or {@link IoctlResult#retry} says that it is wanted. */
    public Segments data() {
        return slot().rest();
    }

    /** The most bytes that the caller takes. */
    public int room() {
        return IoctlIn.OUT_SIZE.get(arguments());
    }

    /** Whether it is a directory that the command goes to. */
    public boolean onDirectory() {
        return IoctlFlag.DIR.in(IoctlIn.FLAGS.get(arguments()));
    }

    /** Whether {@link IoctlResult#retry} is allowed: for devices in user space, not for files. */
    public boolean unrestricted() {
        return IoctlFlag.UNRESTRICTED.in(IoctlIn.FLAGS.get(arguments()));
    }

    /** Whether the caller is a program of 32 bits on a kernel of 64. */
    public boolean compatible() {
        return IoctlFlag.COMPAT.in(IoctlIn.FLAGS.get(arguments()));
    }
}
