package org.hexfuse.posix;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/**
 * A lock on a range of a file, or the wish for one.
 *
 * @param type what it lets others do
 * @param start the first byte, from 0 on
 * @param end the last byte, included; {@link #TO_THE_END} for all that may come
 * @param pid the process that has the lock, for those who ask; 0 if it does not matter
 */
public record LockRange(LockType type, long start, long end, int pid) {
    /** The {@link #end} of a lock that grows with the file. */
    public static final long TO_THE_END = Long.MAX_VALUE;

    /** EINVAL unless {@code 0 <= start <= end}. */
    public LockRange {
        if (start < 0 || end < start) {
            throw FuseException.of(Errno.EINVAL, "a lock from byte " + start + " to " + end);
        }
    }

    /** All of a file. */
    public static LockRange whole(LockType type) {
        return new LockRange(type, 0, TO_THE_END, 0);
    }

    /**
     * The range that {@code fcntl(2)} means: {@code length} bytes from {@code start} on, up to the end for 0, those before
     * {@code start} for a negative one.
     *
     * @throws FuseException EINVAL if it begins before the file, EOVERFLOW if it ends behind what a file can have
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

    /** The same for a process. */
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

    /** Whether two owners can't have both. */
    boolean conflicts(LockRange other) {
        return type.conflicts(other.type) && overlaps(other);
    }
}
