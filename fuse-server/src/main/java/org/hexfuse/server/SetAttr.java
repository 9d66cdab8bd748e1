package org.hexfuse.server;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.SetattrFlag;
import org.hexfuse.abi.SetattrIn;
import org.hexfuse.posix.Timespec;

/** SETATTR: changes attributes of {@link #node}. What is not to be changed is empty. */
public final class SetAttr extends Operation {
    SetAttr() {}

    /** The new permissions; the file type that comes with them does not change. */
    public OptionalInt mode() {
        return has(SetattrFlag.MODE) ? OptionalInt.of(SetattrIn.MODE.get(arguments())) : OptionalInt.empty();
    }

    /** The new owner. */
    public OptionalInt owner() {
        return has(SetattrFlag.UID) ? OptionalInt.of(SetattrIn.UID.get(arguments())) : OptionalInt.empty();
    }

    /** The new group. */
    public OptionalInt group() {
        return has(SetattrFlag.GID) ? OptionalInt.of(SetattrIn.GID.get(arguments())) : OptionalInt.empty();
    }

    /** The new size in bytes. */
    public OptionalLong size() {
        return has(SetattrFlag.SIZE) ? OptionalLong.of(SetattrIn.SIZE_FIELD.get(arguments())) : OptionalLong.empty();
    }

    /** The new time of last access, the server's clock if the present is asked for. */
    public Optional<Timespec> atime() {
        if (has(SetattrFlag.ATIME_NOW)) {
            return Optional.of(Timespec.now());
        }
        return has(SetattrFlag.ATIME)
                ? Optional.of(time(SetattrIn.ATIME.get(arguments()), SetattrIn.ATIMENSEC.get(arguments())))
                : Optional.empty();
    }

    /** The new time of last modification, the server's clock if the present is asked for. */
    public Optional<Timespec> mtime() {
        if (has(SetattrFlag.MTIME_NOW)) {
            return Optional.of(Timespec.now());
        }
        return has(SetattrFlag.MTIME)
                ? Optional.of(time(SetattrIn.MTIME.get(arguments()), SetattrIn.MTIMENSEC.get(arguments())))
                : Optional.empty();
    }

    /** The new time of last change, which only kernels with a write-back cache send. */
    public Optional<Timespec> ctime() {
        return has(SetattrFlag.CTIME)
                ? Optional.of(time(SetattrIn.CTIME.get(arguments()), SetattrIn.CTIMENSEC.get(arguments())))
                : Optional.empty();
    }

    /** The handle that the caller has the file open by, if the kernel says so. */
    public OptionalLong handle() {
        return has(SetattrFlag.FH) ? OptionalLong.of(SetattrIn.FH.get(arguments())) : OptionalLong.empty();
    }

    /** Whether set-user-ID and set-group-ID are to be taken away. */
    public boolean killSuidgid() {
        return has(SetattrFlag.KILL_SUIDGID);
    }

    private boolean has(SetattrFlag flag) {
        return flag.in(SetattrIn.VALID.get(arguments()));
    }

    private static Timespec time(long seconds, int nanos) {
        if (nanos < 0 || nanos > 999_999_999) {
            throw FuseException.of(Errno.EINVAL, "a time with " + Integer.toUnsignedString(nanos) + " nanoseconds");
        }
        return new Timespec(seconds, nanos);
    }
}
