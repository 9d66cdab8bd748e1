package org.hexfuse.libc;

import java.io.IOException;
import org.hexfuse.abi.Errno;

/** A failed call of the C library. The message is one line: {@code mount /mnt: Operation not permitted (EPERM)}. */
public final class LibcException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Errno errno;

    private LibcException(String message, Errno errno) {
        super(message);
        this.errno = errno;
    }

    /**
     * The exception for a call.
     *
     * @param what the call and its object, such as {@code "mount /mnt"}
     * @param errno the errno
     */
    public static LibcException of(String what, Errno errno) {
        return new LibcException(what + ": " + errno.message() + " (" + errno + ")", errno);
    }

    /**
     * The exception for a call.
     *
     * @param what the call and its object, such as {@code "mount /mnt"}
     * @param code errno, a positive number
     */
    public static LibcException of(String what, int code) {
        return Errno.of(code).map(errno -> of(what, errno))
                .orElseGet(() -> new LibcException(what + ": error " + code, Errno.EIO));
    }

    /** The errno; {@link Errno#EIO} for a number that {@link Errno} does not have. */
    public Errno errno() {
        return errno;
    }
}
