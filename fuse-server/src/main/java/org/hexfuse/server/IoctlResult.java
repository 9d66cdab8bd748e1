package org.hexfuse.server;

import java.util.List;
import org.hexfuse.abi.Protocol;

/** The result of an {@link Ioctl}: a number for the caller, or the ranges of the caller's memory that the command needs first. */
public final class IoctlResult {
    private final int value;
    private final boolean again;
    private final List<Range> in;
    private final List<Range> out;

    /**
     * A range of the caller's memory.
     *
     * @param address its start
     * @param length its length in bytes
     */
    public record Range(long address, long length) {}

    private IoctlResult(int value, boolean again, List<Range> in, List<Range> out) {
        this.value = value;
        this.again = again;
        this.in = List.copyOf(in);
        this.out = List.copyOf(out);
    }

    /** What {@code ioctl(2)} returns; a negated errno is an error. */
    public static IoctlResult of(int value) {
        return new IoctlResult(value, false, List.of(), List.of());
    }

    /**
     * Has the kernel send the command again, with the bytes of {@code in} in {@link Ioctl#data} and room for {@code out}. Only where
     * it is {@link Ioctl#unrestricted}; elsewhere the caller gets EIO.
     *
     * @throws IllegalArgumentException if there are more than 256 ranges
     */
    public static IoctlResult retry(List<Range> in, List<Range> out) {
        if (in.size() + out.size() > Protocol.IOCTL_MAX_IOV) {
            throw new IllegalArgumentException(in.size() + " and " + out.size() + " ranges");
        }
        return new IoctlResult(0, true, in, out);
    }

    /** What {@code ioctl(2)} returns. */
    public int value() {
        return value;
    }

    /** Whether the kernel is to send the command again, with {@link #in} and {@link #out}. */
    public boolean isRetry() {
        return again;
    }

    /** The ranges of the caller's memory to read; empty unless it is a retry. */
    public List<Range> in() {
        return in;
    }

    /** The ranges of the caller's memory to write; empty unless it is a retry. */
    public List<Range> out() {
        return out;
    }
}
