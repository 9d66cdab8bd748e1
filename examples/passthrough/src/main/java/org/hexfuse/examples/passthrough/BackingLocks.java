package org.hexfuse.examples.passthrough;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.LockCalls;
import org.hexfuse.libc.LockCalls.RecordLock;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.Lock;
import org.hexfuse.server.Session;

/**
 * The record locks of kernels on one file, passed to the file itself. Each lock owner has an open file description of its own, which
 * locks belong to ({@code F_OFD_SETLK}) and which is closed when the owner closes the file. Waiting is polling: a wait in the kernel could
 * not be interrupted. Any thread may use it.
 */
final class BackingLocks implements AutoCloseable {
    private static final long FIRST_PAUSE = 1;
    private static final long LONGEST_PAUSE = 50;

    private record Owner(Session session, long number) {}

    /** What an owner has: the open file, and the handles by which locks were taken. */
    private record Held(Fd fd, Set<Long> handles) {}

    private final BackingInode inode;
    private final Map<Owner, Held> owners = new HashMap<>();

    BackingLocks(BackingInode inode) {
        this.inode = inode;
    }

    private interface Attempt {
        void make() throws LibcException;
    }

    /** The first lock that conflicts, of kernels or of other programs. */
    LockRange getlk(Lock op) {
        LockRange range = op.range();
        Fd fd = find(op).fd();
        RecordLock found = SystemCall.get(() -> LockCalls.get(fd, lock(range)));
        return found.type() == LockType.UNLOCKED.code() ? range.withType(LockType.UNLOCKED).withPid(0)
                : LockRange.of(LockType.byCode(found.type()), found.start(), found.length())
                        .withPid(Math.max(0, found.pid()));
    }

    /** Takes or releases a lock. */
    void setlk(Lock op) throws InterruptedException {
        Fd fd = find(op).fd();
        attempt(op, () -> LockCalls.set(fd, lock(op.range())));
    }

    /** Takes or releases a lock of {@code flock(2)} of an open file. */
    static void flock(Lock op, Fd fd) throws InterruptedException {
        int operation = switch (op.range().type()) {
            case READ -> LockCalls.LOCK_SH;
            case WRITE -> LockCalls.LOCK_EX;
            case UNLOCKED -> LockCalls.LOCK_UN;
        };
        attempt(op, () -> LockCalls.flock(fd, operation | LockCalls.LOCK_NB));
    }

    private static void attempt(Lock op, Attempt attempt) throws InterruptedException {
        long pause = FIRST_PAUSE;
        while (true) {
            try {
                attempt.make();
                return;
            } catch (LibcException e) {
                if (!op.waits() || (e.errno() != Errno.EAGAIN && e.errno() != Errno.EACCES)) {
                    throw FuseException.of(e.errno());
                }
            }
            if (op.interrupted()) {
                throw FuseException.of(Errno.EINTR);
            }
            Thread.sleep(pause);
            pause = Math.min(LONGEST_PAUSE, 2 * pause);
        }
    }

    private static RecordLock lock(LockRange range) {
        long length = range.end() == LockRange.TO_THE_END ? 0 : range.end() - range.start() + 1;
        return new RecordLock(range.type().code(), range.start(), length, 0);
    }

    private Held find(Lock op) {
        synchronized (owners) {
            Held held = owners.computeIfAbsent(new Owner(op.session(), op.owner()),
                    _ -> new Held(openForLocks(), new HashSet<>()));
            held.handles().add(op.handle());
            return held;
        }
    }

    /** A lock for writing needs a file that is open for writing; the kernel has checked that its caller's is. */
    private Fd openForLocks() {
        try {
            return inode.open(OpenFlags.RDWR | OpenFlags.NONBLOCK);
        } catch (FuseException _) {
            return inode.open(OpenFlags.RDONLY | OpenFlags.NONBLOCK);
        }
    }

    /** Releases the locks of a process that has closed one of its descriptors of the file. */
    void flush(Session session, long owner) {
        synchronized (owners) {
            Held held = owners.remove(new Owner(session, owner));
            if (held != null) {
                held.fd().close();
            }
        }
    }

    /** Releases locks that were taken by an open file and whose owner has sent no FLUSH. */
    void release(long handle) {
        synchronized (owners) {
            owners.values().removeIf(held -> {
                boolean last = held.handles().remove(handle) && held.handles().isEmpty();
                if (last) {
                    held.fd().close();
                }
                return last;
            });
        }
    }

    boolean isEmpty() {
        synchronized (owners) {
            return owners.isEmpty();
        }
    }

    /** Releases all locks. */
    @Override public void close() {
        synchronized (owners) {
            owners.values().forEach(held -> held.fd().close());
            owners.clear();
        }
    }
}
