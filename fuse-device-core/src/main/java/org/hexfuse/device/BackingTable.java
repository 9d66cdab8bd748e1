package org.hexfuse.device;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;

/**
 * The backing files that a server has registered, by the numbers that it was given. A file is closed when its number is given
 * up and no open file uses it any more.
 *
 * <p>Source: Linux {@code fs/fuse/backing.c}.
 */
final class BackingTable {
    private final ConnectionOptions options;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Integer, Shared> files = new HashMap<>();
    private int last;
    private boolean ended;

    BackingTable(ConnectionOptions options) {
        this.options = options;
    }

    /** One file, closed by the last of those who have it. */
    private static final class Shared implements BackingFile {
        private final BackingFile file;
        private final AtomicInteger holders = new AtomicInteger(1);

        Shared(BackingFile file) {
            this.file = file;
        }

        @Override public int stackDepth() {
            return file.stackDepth();
        }

        @Override public long read(MemorySegment target, long offset) {
            return file.read(target, offset);
        }

        @Override public long write(MemorySegment source, long offset) {
            return file.write(source, offset);
        }

        @Override public void close() {
            if (holders.decrementAndGet() == 0) {
                file.close();
            }
        }
    }

    private static void require(boolean condition, Errno otherwise) {
        if (!condition) {
            throw FuseException.of(otherwise);
        }
    }

    private void checkAllowed(ConnectionInfo settled) {
        require(settled != null && settled.has(InitFlag.PASSTHROUGH) && options.privileged(), Errno.EPERM);
    }

    /** Registers a file and returns its number. */
    int open(ConnectionInfo settled, int descriptor, int flags) {
        checkAllowed(settled);
        require(flags == 0, Errno.EINVAL);
        BackingFile file = options.backingFiles().open(descriptor);
        if (file.stackDepth() >= settled.maxStackDepth()) {
            file.close();
            throw FuseException.of(Errno.ELOOP);
        }
        int id = add(file);
        if (id == 0) {
            file.close();
            throw FuseException.of(Errno.ENOTCONN);
        }
        return id;
    }

    /** Returns the number of a file, or 0 if the connection is over. */
    private int add(BackingFile file) {
        lock.lock();
        try {
            if (ended) {
                return 0;
            }
            do {
                last = last == Integer.MAX_VALUE ? 1 : last + 1;
            } while (files.containsKey(last));
            files.put(last, new Shared(file));
            return last;
        } finally {
            lock.unlock();
        }
    }

    /** Gives a number up. */
    void close(ConnectionInfo settled, int id) {
        checkAllowed(settled);
        require(id > 0, Errno.EINVAL);
        Shared file;
        lock.lock();
        try {
            file = files.remove(id);
        } finally {
            lock.unlock();
        }
        require(file != null, Errno.ENOENT);
        file.close();
    }

    /** The file of a number, if there is one, for who closes it when it is not needed any more. */
    Optional<BackingFile> take(int id) {
        lock.lock();
        try {
            Shared file = files.get(id);
            if (file != null) {
                file.holders.incrementAndGet();
            }
            return Optional.ofNullable(file);
        } finally {
            lock.unlock();
        }
    }

    /** The connection is over: no number means anything any more. */
    void end() {
        Map<Integer, Shared> all;
        lock.lock();
        try {
            ended = true;
            all = Map.copyOf(files);
            files.clear();
        } finally {
            lock.unlock();
        }
        all.values().forEach(Shared::close);
    }
}
