package org.hexfuse.server;

import java.util.Set;
import org.hexfuse.abi.IoctlFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.IoctlView;
import org.hexfuse.transport.Segments;

/** IOCTL: sends a command to the open file or directory {@link #node}. */
public non-sealed interface Ioctl extends Operation<Ioctl>, Deferrable<Ioctl, IoctlResult> {
    /** An operation made by hand, without flags. */
    static Ioctl of(long node, long handle, int command, long argument, byte[] data, int room) {
        return new IoctlView(Opcode.IOCTL, node).withHandle(handle)
                .withCommand(command, argument).withData(data, room);
    }

    /** What {@code open} or {@code opendir} returned. */
    long handle();

    /** The command, with direction and size in its upper bits as {@code ioctl(2)} has them. */
    int command();

    /** The argument: a number, or an address in the caller's memory. */
    long argument();

    /** The caller's memory that the command reads, as far as its size bits or {@link IoctlResult#retry} name it. */
    Segments data();

    /** The most bytes of output. */
    int room();

    /** Whether the command is sent to a directory. */
    boolean onDirectory();

    /** Whether {@link IoctlResult#retry} is allowed: for devices in user space (CUSE), not for files. */
    boolean unrestricted();

    /** Whether the caller is a 32-bit program on a 64-bit kernel. */
    boolean compatible();

    /** Whether the kernel sets a flag, such as {@link IoctlFlag#COMPAT_X32}. */
    boolean has(IoctlFlag flag);

    /** The same operation with another handle. */
    Ioctl withHandle(long handle);

    /** The same operation with another command. */
    Ioctl withCommand(int command, long argument);

    /** The same operation with other input and room for output. */
    Ioctl withData(byte[] data, int room);

    /** The same operation with other flags. */
    Ioctl withFlags(Set<IoctlFlag> flags);
}
