package org.hexfuse.posix;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/** What a lock lets others do. Source: {@code fcntl(2)}; the numbers are those of Linux's generic headers. */
public enum LockType {
    /** F_RDLCK: others may have such a lock too. */
    READ(0),
    /** F_WRLCK: nobody else has a lock. */
    WRITE(1),
    /** F_UNLCK: none, to give one up, or as the answer that nothing is in the way. */
    UNLOCKED(2);

    private static final LockType[] BY_CODE = {READ, WRITE, UNLOCKED};

    private final int code;

    LockType(int code) {
        this.code = code;
    }

    /** The number in C. */
    public int code() {
        return code;
    }

    /** The type with that number: EINVAL if there is none. */
    public static LockType byCode(int code) {
        if (code < 0 || code >= BY_CODE.length) {
            throw FuseException.of(Errno.EINVAL, "a lock of type " + code);
        }
        return BY_CODE[code];
    }

    /** Whether two owners can't have the two on the same byte. */
    boolean conflicts(LockType other) {
        return (this == WRITE && other != UNLOCKED) || (other == WRITE && this != UNLOCKED);
    }
}
