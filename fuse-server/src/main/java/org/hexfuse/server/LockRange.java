package org.hexfuse.server;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.FileLock;

/**
 * A lock on a range of a file.
 *
 * @param start the first byte
 * @param end the last byte, included; {@link Long#MAX_VALUE} for all that may come
 * @param type F_RDLCK (0), F_WRLCK (1) or F_UNLCK (2)
 * @param pid the process that has the lock
 */
public record LockRange(long start, long end, int type, int pid) {
    /** F_RDLCK: shared. */
    public static final int READ = 0;
    /** F_WRLCK: exclusive. */
    public static final int WRITE = 1;
    /** F_UNLCK: none. */
    public static final int UNLOCKED = 2;

    static LockRange read(MemorySegment segment, long base) {
        return new LockRange(FileLock.START.get(segment, base), FileLock.END.get(segment, base),
                FileLock.TYPE.get(segment, base), FileLock.PID.get(segment, base));
    }

    void write(MemorySegment segment) {
        FileLock.START.set(segment, start);
        FileLock.END.set(segment, end);
        FileLock.TYPE.set(segment, type);
        FileLock.PID.set(segment, pid);
    }
}
