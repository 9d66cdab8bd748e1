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
 * The backing files that a server has registered, by their backing ids. A file is closed when its id is released and no open
 * file uses it any more. The table has a lock of its own, under which no other is acquired.
 *
 * <p>Source: Linux {@code fs/fuse/backing.c}.
 */
final class BackingTable {
    private final ConnectionOptions options;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Integer, Registered> files = new HashMap<>();
    private int lastId;
    private boolean aborted;

    BackingTable(ConnectionOptions options) {
        this.options = options;
    }

    /** A reference-counted file: the table has a reference, and each open file that uses it. */
    private static final class Registered implements BackingFile {
        private final BackingFile file;
        private final AtomicInteger references = new AtomicInteger(1);

        Registered(BackingFile file) {
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
            if (references.decrementAndGet() == 0) {
                file.close();
            }
        }
    }

    private static void require(boolean condition, Errno otherwise) {
        if (!condition) {
            throw FuseException.of(otherwise);
        }
    }

    private void checkAllowed(ConnectionInfo negotiated) {
        require(negotiated != null && negotiated.has(InitFlag.PASSTHROUGH) && options.privileged(), Errno.EPERM);
    }

    /** Registers a file and returns its backing id. */
    int open(ConnectionInfo negotiated, int descriptor, int flags) {
        checkAllowed(negotiated);
        require(flags == 0, Errno.EINVAL);
        BackingFile file = options.backingFiles().open(descriptor);
        if (file.stackDepth() >= negotiated.maxStackDepth()) {
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

    /** Returns the backing id of a new file, or 0 if the connection was aborted. */
    private int add(BackingFile file) {
        lock.lock();
        try {
            if (aborted) {
                return 0;
            }
            do {
                lastId = lastId == Integer.MAX_VALUE ? 1 : lastId + 1;
            } while (files.containsKey(lastId));
            files.put(lastId, new Registered(file));
            return lastId;
        } finally {
            lock.unlock();
        }
    }

    /** Releases a backing id. */
    void close(ConnectionInfo negotiated, int id) {
        checkAllowed(negotiated);
        require(id > 0, Errno.EINVAL);
        Registered file;
        lock.lock();
        try {
            file = files.remove(id);
        } finally {
            lock.unlock();
        }
        require(file != null, Errno.ENOENT);
        file.close();
    }

    /** The file of a backing id, with a reference for the caller, who closes it. */
    Optional<BackingFile> take(int id) {
        lock.lock();
        try {
            Registered file = files.get(id);
            if (file != null) {
                file.references.incrementAndGet();
            }
            return Optional.ofNullable(file);
        } finally {
            lock.unlock();
        }
    }

    /** Releases all backing ids, when the connection is aborted. */
    void abort() {
        Map<Integer, Registered> all;
        lock.lock();
        try {
            aborted = true;
            all = Map.copyOf(files);
            files.clear();
        } finally {
            lock.unlock();
        }
        all.values().forEach(Registered::close);
    }
}
