package org.hexfuse.posix;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/**
 * A lock on a range of a file, held or requested.
 *
 * @param type the type of the lock
 * @param start the first byte, counted from 0
 * @param end the last byte, inclusive; {@link #TO_THE_END} for the end of the file
 * @param pid the process that holds the lock, for F_GETLK; else 0
 */
public record LockRange(LockType type, long start, long end, int pid) {
    /** The {@link #end} of a lock to the end of the file, however far it grows. */
    public static final long TO_THE_END = Long.MAX_VALUE;

    /** EINVAL unless {@code 0 <= start <= end}. */
    public LockRange {
        if (start < 0 || end < start) {
            throw FuseException.of(Errno.EINVAL, "a lock from byte " + start + " to " + end);
        }
    }

    /** A lock on a whole file. */
    public static LockRange whole(LockType type) {
        return new LockRange(type, 0, TO_THE_END, 0);
    }

    /**
     * The range of {@code l_start} and {@code l_len} of {@code fcntl(2)}: {@code length} bytes from {@code start}, to the end of the
     * file for 0, before {@code start} for a negative one.
     *
     * @throws FuseException EINVAL if it begins before the file, EOVERFLOW if it ends past the largest offset
     */
    public static LockRange of(LockType type, long start, long length) {
        if (length == 0) {
            return new LockRange(type, start, TO_THE_END, 0);
        }
        if (length < 0) {
            return new LockRange(type, start + length, start - 1, 0);
        }
        if (start >= 0 && length - 1 > TO_THE_END - start) {
            throw FuseException.of(Errno.EOVERFLOW);
        }
        return new LockRange(type, start, start + length - 1, 0);
    }

    /** The same lock, held by a process. */
    public LockRange withPid(int process) {
        return new LockRange(type, start, end, process);
    }

    /** The same range with another type. */
    public LockRange withType(LockType other) {
        return new LockRange(other, start, end, pid);
    }

    LockRange between(long first, long last) {
        return new LockRange(type, first, last, pid);
    }

    boolean overlaps(LockRange other) {
        return start <= other.end && other.start <= end;
    }

    /** Whether two owners cannot hold both. */
    boolean conflicts(LockRange other) {
        return type.conflicts(other.type) && overlaps(other);
    }
}
