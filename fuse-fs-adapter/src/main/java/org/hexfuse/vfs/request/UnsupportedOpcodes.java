package org.hexfuse.vfs.request;

import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;

/**
 * The opcodes that the server has answered with ENOSYS, which are not sent again: what Linux keeps as {@code no_open},
 * {@code no_flush}, {@code no_lseek} and so on. Any thread may call any method.
 *
 * <p>Source: Linux {@code fs/fuse/fuse_i.h} ({@code struct fuse_conn}).
 */
public final class UnsupportedOpcodes {
    /** Bits by the codes of the opcodes, which are less than 64. */
    private final AtomicLong codes = new AtomicLong();

    /** Whether the server has answered an opcode with ENOSYS. */
    public boolean contains(Opcode opcode) {
        return (codes.get() & 1L << opcode.code()) != 0;
    }

    /** Remembers an opcode if the error is ENOSYS. Returns whether it is. */
    public boolean addIfEnosys(Opcode opcode, FuseException e) {
        if (e.errno() != Errno.ENOSYS) {
            return false;
        }
        codes.getAndUpdate(bits -> bits | 1L << opcode.code());
        return true;
    }

    /** The error for a caller: {@code instead} of ENOSYS, which is remembered, or {@code e} itself. */
    public FuseException translate(Opcode opcode, FuseException e, Errno instead) {
        return addIfEnosys(opcode, e) ? FuseException.of(instead) : e;
    }

    /** Throws {@code instead} if the server has answered an opcode with ENOSYS. */
    public void require(Opcode opcode, Errno instead) {
        Checks.require(!contains(opcode), instead);
    }
}
