package org.hexfuse.abi;

import java.util.Objects;

/**
 * A FUSE operation failed with an {@link Errno}. Filesystems throw it to reply with an error, callers at the kernel end catch
 * it.
 *
 * <p>It has no stack trace, so that {@code ENOENT}, an ordinary result, is cheap. Instances are not shared, since
 * {@code try} with resources adds suppressed exceptions.
 */
public final class FuseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Errno errno;

    private FuseException(String message, Errno errno) {
        super(message, null, true, false);
        this.errno = errno;
    }

    /** An exception for {@code errno}, which is not {@link Errno#OK}. */
    public static FuseException of(Errno errno) {
        return of(errno, "");
    }

    /** An exception for {@code errno}, which is not {@link Errno#OK}, with a message. */
    public static FuseException of(Errno errno, String message) {
        if (errno == Errno.OK) {
            throw new IllegalArgumentException("success is no error");
        }
        return new FuseException(Objects.requireNonNull(message), errno);
    }

    /** The errno. */
    public Errno errno() {
        return errno;
    }

    /** The message, else the text and the name of the errno. */
    @Override public String getMessage() {
        String attempted = super.getMessage();
        return attempted.isEmpty() ? errno.message() + " (" + errno + ")" : attempted;
    }
}
