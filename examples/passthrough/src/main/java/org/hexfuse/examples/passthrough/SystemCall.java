package org.hexfuse.examples.passthrough;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.libc.LibcException;

/** The errors of system calls, as a kernel gets them. */
final class SystemCall {
    private SystemCall() {}

    /** A system call that throws. */
    @FunctionalInterface interface Throwing {
        long make() throws LibcException;
    }

    /** A system call that throws and has a result. */
    @FunctionalInterface interface Getting<T> {
        T make() throws LibcException;
    }

    /** The result of a call that returns the negated errno. */
    static int check(int result) {
        if (result < 0) {
            throw failure(Errno.orEio(-result), "");
        }
        return result;
    }

    /** The result of a call that returns the negated errno. */
    static long check(long result) {
        if (result < 0) {
            throw failure(Errno.orEio((int) -result), "");
        }
        return result;
    }

    /** The result of a call that throws. */
    static long check(Throwing call) {
        try {
            return call.make();
        } catch (LibcException e) {
            throw failure(e.errno(), e.getMessage());
        }
    }

    /** The result of a call that throws. */
    static <T> T get(Getting<T> call) {
        try {
            return call.make();
        } catch (LibcException e) {
            throw failure(e.errno(), e.getMessage());
        }
    }

    /** ENOSYS would end the operation for the whole session, and it is only this file whose filesystem lacks it. */
    private static FuseException failure(Errno errno, String message) {
        return FuseException.of(errno == Errno.ENOSYS ? Errno.EOPNOTSUPP : errno, message);
    }
}
