package org.hexfuse.vfs;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.device.BackingFile;
import org.hexfuse.device.RequestPort;

/**
 * Files that are read and written past the server, where it has asked for {@link InitFlag#PASSTHROUGH} and opens a file so. All
 * opens of one file go one way: past the server to one backing file, or through the cache, which a server has to see to.
 *
 * <p>Source: Linux {@code fs/fuse/iomode.c}, {@code passthrough.c}.
 */
final class Passthrough {
    private static final long ALLOWED = Flag.of(OpenOutFlag.PASSTHROUGH, OpenOutFlag.DIRECT_IO,
            OpenOutFlag.PARALLEL_DIRECT_WRITES, OpenOutFlag.NOFLUSH);

    private final RequestPort port;
    private final ReentrantLock lock = new ReentrantLock();
    /** Of the files that are open. */
    private final Map<Inode, Mode> modes = new HashMap<>();

    /** Which way a file's opens go. */
    private static final class Mode {
        Optional<BackingFile> backing = Optional.empty();
        int opens;
    }

    Passthrough(RequestPort port) {
        this.port = port;
    }

    /**
     * A file was opened: takes its backing file if it has one.
     *
     * @throws FuseException EIO if the server has made a mistake
     */
    Optional<BackingFile> opened(Inode inode, long openFlags, int backingId) {
        if (inode.isDirectory() || !port.negotiated().has(InitFlag.PASSTHROUGH)) {
            if (!inode.isDirectory() && OpenOutFlag.PASSTHROUGH.in(openFlags)) {
                throw FuseException.of(Errno.EIO);
            }
            return Optional.empty();
        }
        boolean passes = OpenOutFlag.PASSTHROUGH.in(openFlags);
        if (!passes && OpenOutFlag.DIRECT_IO.in(openFlags)) {
            return Optional.empty();
        }
        if (passes && (openFlags & ~ALLOWED) != 0) {
            throw FuseException.of(Errno.EIO);
        }
        Optional<BackingFile> backing = passes ? port.backing(backingId) : Optional.empty();
        if ((passes && backing.isEmpty()) || !enter(inode, backing)) {
            backing.ifPresent(BackingFile::close);
            throw FuseException.of(Errno.EIO);
        }
        return backing;
    }

    private boolean enter(Inode inode, Optional<BackingFile> backing) {
        lock.lock();
        try {
            Mode mode = modes.computeIfAbsent(inode, _ -> new Mode());
            if (mode.opens == 0) {
                mode.backing = backing;
            }
            if (!mode.backing.equals(backing)) {
                return false;
            }
            mode.opens++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** A file is closed that {@link #opened} let pass. */
    void closed(Inode inode, long openFlags, Optional<BackingFile> backing) {
        boolean counted = backing.isPresent() || !OpenOutFlag.DIRECT_IO.in(openFlags);
        if (counted) {
            lock.lock();
            try {
                modes.computeIfPresent(inode, (_, mode) -> --mode.opens == 0 ? null : mode);
            } finally {
                lock.unlock();
            }
        }
        backing.ifPresent(BackingFile::close);
    }

    /** The number of bytes that {@code io} moves past the server, or the negated number of an error. */
    static int move(LongSupplier io) {
        try {
            return (int) io.getAsLong();
        } catch (FuseException e) {
            return -e.errno().code();
        }
    }
}
