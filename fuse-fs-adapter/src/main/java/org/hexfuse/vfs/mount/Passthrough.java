package org.hexfuse.vfs.mount;

import static org.hexfuse.vfs.request.Checks.require;

import org.hexfuse.vfs.cache.Inode;

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
 * Passthrough I/O: with {@link InitFlag#PASSTHROUGH} the server may open a file with FOPEN_PASSTHROUGH, whose reads and writes go to
 * a backing file. All opens of an inode have one I/O mode: passthrough to one backing file, or cached or direct. A server that mixes
 * them makes the open fail with EIO.
 *
 * <p>Any thread may call any method.
 *
 * <p>Source: Linux {@code fs/fuse/iomode.c}, {@code passthrough.c}.
 */
public final class Passthrough {
    private static final long ALLOWED = Flag.of(OpenOutFlag.PASSTHROUGH, OpenOutFlag.DIRECT_IO,
            OpenOutFlag.PARALLEL_DIRECT_WRITES, OpenOutFlag.NOFLUSH);

    private final RequestPort port;
    private final ReentrantLock lock = new ReentrantLock();
    /** The I/O modes of the inodes that are open in one. */
    private final Map<Inode, Mode> modes = new HashMap<>();

    /** Passthrough to {@code backing}, or cached without one. */
    private static final class Mode {
        Optional<BackingFile> backing = Optional.empty();
        int opens;
    }

    public Passthrough(RequestPort port) {
        this.port = port;
    }

    /**
     * A file was opened: sets the I/O mode of its inode.
     *
     * @return the backing file, if it is opened with one; {@link #closed} puts it
     * @throws FuseException EIO if the server used the wrong mode, a flag that excludes passthrough, or an unknown backing id
     */
    public Optional<BackingFile> opened(Inode inode, long openFlags, int backingId) {
        if (inode.isDirectory() || !port.negotiated().has(InitFlag.PASSTHROUGH)) {
            if (!inode.isDirectory() && OpenOutFlag.PASSTHROUGH.in(openFlags)) {
                throw FuseException.of(Errno.EIO);
            }
            return Optional.empty();
        }
        boolean passes = OpenOutFlag.PASSTHROUGH.in(openFlags);
        if (!passes && OpenOutFlag.DIRECT_IO.in(openFlags)) {
            require(!isPassthrough(inode), Errno.EIO);
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

    private boolean isPassthrough(Inode inode) {
        lock.lock();
        try {
            Mode mode = modes.get(inode);
            return mode != null && mode.backing.isPresent();
        } finally {
            lock.unlock();
        }
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

    /** A file is closed that {@link #opened} has returned for. */
    public void closed(Inode inode, long openFlags, Optional<BackingFile> backing) {
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

    /** The number of bytes that {@code io} transfers, or a negated errno. */
    public static int transfer(LongSupplier io) {
        try {
            return (int) io.getAsLong();
        } catch (FuseException e) {
            return -e.errno().code();
        }
    }
}
