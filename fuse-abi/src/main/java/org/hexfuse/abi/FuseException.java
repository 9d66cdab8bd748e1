package org.hexfuse.abi;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * A FUSE operation failed with an {@link Errno}. Filesystems throw it to answer a request with an error, callers of the
 * kernel's end catch it.
 *
 * <p>It records no stack trace, so that {@code ENOENT}, which is no accident but an answer, costs nothing. Without a message
 * of its own an exception is shared: {@link #of} allocates nothing.
 */
public final class FuseException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final Map<Errno, FuseException> SHARED = shared();

    private final Errno errno;

    private FuseException(String message, Errno errno) {
        super(message, null, false, false);
        this.errno = errno;
    }

    /** The exception for {@code errno}, which is not {@link Errno#OK}. */
    public static FuseException of(Errno errno) {
        FuseException shared = SHARED.get(errno);
        if (shared == null) {
            throw new IllegalArgumentException("success is no error");
        }
        return shared;
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

    private static Map<Errno, FuseException> shared() {
        var all = new EnumMap<Errno, FuseException>(Errno.class);
        for (Errno errno : Errno.values()) {
            if (errno != Errno.OK) {
                all.put(errno, new FuseException(errno.message() + " (" + errno + ")", errno));
            }
        }
        return all;
    }
}
