package org.hexfuse.vfs.file;

import org.hexfuse.vfs.UserMemory;

import static org.hexfuse.vfs.request.Checks.require;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.IoctlFlag;
import org.hexfuse.abi.IoctlIn;
import org.hexfuse.abi.IoctlIovec;
import org.hexfuse.abi.IoctlOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.device.Request;

/**
 * {@code ioctl(2)} on an open file or directory.
 *
 * <p>A command encodes how many bytes its argument points to and in which direction they are copied; a filesystem gets no other
 * memory. A server of devices (CUSE) is unrestricted: it replies FUSE_IOCTL_RETRY with the ranges of memory to copy, and the request
 * is sent again with them, as often as the server replies that.
 *
 * <p>Source: Linux {@code fs/fuse/ioctl.c}.
 */
public final class IoctlRequests {
    private static final int PAGE = 4096;
    private static final int DIRECTORY_MINOR = 18;
    private static final int SIZE_SHIFT = 16;
    private static final int SIZE_MASK = 0x3FFF;
    /** _IOC_WRITE: the program writes, the driver reads. */
    private static final int WRITES = 1 << 30;
    /** _IOC_READ: the driver writes, the program reads. */
    private static final int READS = 1 << 31;
    private static final int LARGEST_ERRNO = 4095;

    private final Handle handle;

    /** On one open file. */
    public IoctlRequests(Handle handle) {
        this.handle = handle;
    }

    /** A range of the program's memory. */
    private record Range(long address, long length) {}

    /** A command whose argument is a number, or unused. */
    public int call(int command, long argument) {
        require((command & (WRITES | READS)) == 0 || size(command) == 0, Errno.EFAULT);
        try (Request request = send(command, argument, 0, List.of(), List.of(), null)) {
            return restricted(request, 0, MemorySegment.NULL);
        }
    }

    /** A command whose argument is the address of {@code memory}. */
    public int call(int command, MemorySegment memory) {
        int size = size(command);
        require(memory.byteSize() >= size, Errno.EFAULT);
        int in = (command & WRITES) == 0 ? 0 : size;
        int out = (command & READS) == 0 ? 0 : size;
        long address = memory.isNative() ? memory.address() : 0;
        var segment = new Segment(memory, address);
        try (Request request = send(command, address, 0, ranges(address, in), ranges(address, out), segment)) {
            return restricted(request, out, memory);
        }
    }

    private static int size(int command) {
        return (command >>> SIZE_SHIFT) & SIZE_MASK;
    }

    private static List<Range> ranges(long address, int size) {
        return size == 0 ? List.of() : List.of(new Range(address, size));
    }

    private static int restricted(Request request, int out, MemorySegment target) {
        long got = request.replySize() - IoctlOut.SIZE;
        require(!IoctlFlag.RETRY.in(IoctlOut.FLAGS.get(request.reply())) && got <= out, Errno.EIO);
        MemorySegment.copy(request.reply(), IoctlOut.SIZE, target, 0, got);
        return result(request);
    }

    /** An unrestricted command: the server chooses the ranges of memory that it reads and writes. */
    public int call(int command, long argument, UserMemory memory) {
        List<Range> in = List.of();
        List<Range> out = List.of();
        while (true) {
            try (Request request = send(command, argument, IoctlFlag.UNRESTRICTED.mask(), in, out, memory)) {
                MemorySegment reply = request.reply();
                if (!IoctlFlag.RETRY.in(IoctlOut.FLAGS.get(reply))) {
                    scatter(request, out, memory);
                    return result(request);
                }
                long ins = IoctlOut.IN_IOVS.getUnsigned(reply, 0);
                long outs = IoctlOut.OUT_IOVS.getUnsigned(reply, 0);
                require(ins + outs <= Protocol.IOCTL_MAX_IOV, Errno.ENOMEM);
                require(request.replySize() - IoctlOut.SIZE == (ins + outs) * IoctlIovec.SIZE, Errno.EIO);
                in = ranges(reply, 0, (int) ins);
                out = ranges(reply, (int) ins, (int) outs);
            }
            // A server may reply RETRY for ever.
            require(!Thread.currentThread().isInterrupted(), Errno.EINTR);
        }
    }

    private static List<Range> ranges(MemorySegment reply, int from, int count) {
        var ranges = new ArrayList<Range>(count);
        for (int i = from; i < from + count; i++) {
            long at = IoctlOut.SIZE + (long) i * IoctlIovec.SIZE;
            ranges.add(new Range(IoctlIovec.BASE.get(reply, at), IoctlIovec.LEN.get(reply, at)));
        }
        return ranges;
    }

    private static void scatter(Request request, List<Range> out, UserMemory memory) {
        long left = request.replySize() - IoctlOut.SIZE;
        require(left <= total(out), Errno.EIO);
        long at = IoctlOut.SIZE;
        for (Range range : out) {
            long length = Math.min(left, range.length());
            if (length > 0) {
                memory.write(range.address(), request.reply().asSlice(at, length));
            }
            at += length;
            left -= length;
        }
    }

    private static long total(List<Range> ranges) {
        long sum = 0;
        for (Range range : ranges) {
            // At most IOCTL_MAX_IOV ranges, so their sum does not overflow.
            require(range.length() >= 0 && range.length() <= Integer.MAX_VALUE, Errno.ENOMEM);
            sum += range.length();
        }
        return sum;
    }

    /** Sends IOCTL with the content of {@code in}. Returns the request with its reply; the caller closes it. */
    private Request send(int command, long argument, long flags, List<Range> in, List<Range> out, UserMemory memory) {
        boolean directory = handle.inode.isDirectory();
        require(!directory || handle.superblock.port.negotiated().minor() >= DIRECTORY_MINOR, Errno.ENOTTY);
        long inSize = total(in);
        long outSize = total(out);
        // A reply may be a list of ranges in any case.
        long room = Math.max(outSize, PAGE);
        require(Math.max(inSize, room) <= handle.superblock.port.negotiated().maxRead(), Errno.ENOMEM);
        Request request = handle.request(Opcode.IOCTL).replyRoom(room);
        try {
            MemorySegment arguments = request.arguments();
            IoctlIn.FH.set(arguments, handle.fh);
            IoctlIn.FLAGS.set(arguments, (int) (flags | (directory ? Flag.of(IoctlFlag.DIR) : 0)));
            IoctlIn.CMD.set(arguments, command);
            IoctlIn.ARG.set(arguments, argument);
            IoctlIn.IN_SIZE.set(arguments, (int) inSize);
            IoctlIn.OUT_SIZE.set(arguments, (int) outSize);
            MemorySegment data = gather(in, inSize, memory);
            handle.superblock.port.call(request.data(data, 0, inSize));
            return request;
        } catch (FuseException e) {
            request.close();
            throw e.errno() == Errno.ENOSYS ? FuseException.of(Errno.ENOTTY) : e;
        } catch (RuntimeException e) {
            request.close();
            throw e;
        }
    }

    private static MemorySegment gather(List<Range> in, long size, UserMemory memory) {
        var all = MemorySegment.ofArray(new byte[(int) size]);
        long at = 0;
        for (Range range : in) {
            memory.read(range.address(), all.asSlice(at, range.length()));
            at += range.length();
        }
        return all;
    }

    /** The result of the call: from -4095 to -1 it is a negated errno. */
    private static int result(Request request) {
        int result = IoctlOut.RESULT.get(request.reply());
        if (result < 0 && result >= -LARGEST_ERRNO) {
            throw FuseException.of(Errno.orEio(-result));
        }
        return result;
    }

    /** The memory of a restricted command as an address space. */
    private record Segment(MemorySegment memory, long base) implements UserMemory {
        @Override public void read(long address, MemorySegment target) {
            MemorySegment.copy(memory, address - base, target, 0, target.byteSize());
        }

        @Override public void write(long address, MemorySegment source) {
            MemorySegment.copy(source, 0, memory, address - base, source.byteSize());
        }
    }
}
