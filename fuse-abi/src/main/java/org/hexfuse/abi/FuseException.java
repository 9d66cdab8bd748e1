package org.hexfuse.abi;

import java.util.Objects;

/**
 * A FUSE operation failed with an {@link Errno}. Filesystems throw it to answer a request with an error, callers of the
 * kernel's end catch it.
 *
 * <p>It records no stack trace, so that {@code ENOENT}, which is no accident but an answer, costs next to nothing. Each is an
 * object of its own, since {@code try} with resources adds one exception to another.
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

    /** An exception for {@code errno}, which is not {@link Errno#OK}, that says what was attempted. */
    public static FuseException of(Errno errno, String message) {
        if (errno == Errno.OK) {
            throw new IllegalArgumentException("success is no error");
        }
        return new FuseException(Objects.requireNonNull(message), errno);
    }

    /** Why the operation failed. */
    public Errno errno() {
        return errno;
    }

    /** What was attempted, if that was said, else what the errno means and its name. */
    @Override public String getMessage() {
        String attempted = super.getMessage();
        return attempted.isEmpty() ? errno.message() + " (" + errno + ")" : attempted;
    }
}
