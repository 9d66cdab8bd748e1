package org.hexfuse.posix;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/** The type of a lock. Source: {@code fcntl(2)}; the numbers are those of Linux's generic headers. */
public enum LockType {
    /** F_RDLCK: shared. */
    READ(0),
    /** F_WRLCK: exclusive. */
    WRITE(1),
    /** F_UNLCK: releases a lock; as the result of F_GETLK, no conflict. */
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

    /** The type of a number; EINVAL if there is none. */
    public static LockType byCode(int code) {
        if (code < 0 || code >= BY_CODE.length) {
            throw FuseException.of(Errno.EINVAL, "a lock of type " + code);
        }
        return BY_CODE[code];
    }

    /** Whether locks of these types conflict on the same byte. */
    boolean conflicts(LockType other) {
        return (this == WRITE && other != UNLOCKED) || (other == WRITE && this != UNLOCKED);
    }
}
