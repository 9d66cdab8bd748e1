package org.hexfuse.examples.passthrough;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
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
 * The record locks of kernels, passed to the files themselves. Each lock owner has an open file description of its own of each file that
 * it locks, which locks belong to ({@code F_OFD_SETLK}) and which is closed when the owner closes the file. Waiting is polling: a wait in
 * the kernel could not be interrupted. Any thread may use it.
 */
final class BackingLocks implements AutoCloseable {
    private static final long FIRST_PAUSE = 1;
    private static final long LONGEST_PAUSE = 50;

    private record Owner(Session session, long number) {}

    /** What an owner has: the open file, and the handles by which locks were taken. */
    private record Held(Fd fd, Set<Long> handles) {}

    /** The owners of each file that has some; these maps are changed by atomic operations of this one. */
    private final Map<FileKey, Map<Owner, Held>> files = new ConcurrentHashMap<>();

    private interface Attempt {
        void make() throws LibcException;
    }

    /** The first lock that conflicts, of kernels or of other programs. */
    LockRange getlk(BackingInode inode, Lock op) {
        LockRange range = op.range();
        Fd fd = find(inode, op);
        RecordLock found = SystemCall.get(() -> LockCalls.get(fd, lock(range)));
        return found.type() == LockType.UNLOCKED.code() ? range.withType(LockType.UNLOCKED).withPid(0)
                : LockRange.of(LockType.byCode(found.type()), found.start(), found.length())
                        .withPid(Math.max(0, found.pid()));
    }

    /** Takes or releases a lock. */
    void setlk(BackingInode inode, Lock op) throws InterruptedException {
        Fd fd = find(inode, op);
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

    private Fd find(BackingInode inode, Lock op) {
        var owner = new Owner(op.session(), op.owner());
        Fd[] found = new Fd[1];
        files.compute(inode.key(), (_, known) -> {
            Map<Owner, Held> owners = known == null ? new HashMap<>() : known;
            Held held = owners.computeIfAbsent(owner, _ -> new Held(openForLocks(inode), new HashSet<>()));
            held.handles().add(op.handle());
            found[0] = held.fd();
            return owners;
        });
        return found[0];
    }

    /** A lock for writing needs a file that is open for writing; the kernel has checked that its caller's is. */
    private static Fd openForLocks(BackingInode inode) {
        try {
            return inode.open(OpenFlags.RDWR | OpenFlags.NONBLOCK);
        } catch (FuseException _) {
            return inode.open(OpenFlags.RDONLY | OpenFlags.NONBLOCK);
        }
    }

    /** Releases the locks of a process that has closed one of its descriptors of the file. */
    void flush(BackingInode inode, Session session, long owner) {
        var flushed = new Owner(session, owner);
        release(inode, (each, _) -> each.equals(flushed));
    }

    /** Releases locks that were taken by an open file and whose owner has sent no FLUSH. */
    void release(BackingInode inode, long handle) {
        release(inode, (_, held) -> held.handles().remove(handle) && held.handles().isEmpty());
    }

    private void release(BackingInode inode, BiPredicate<Owner, Held> isReleased) {
        files.computeIfPresent(inode.key(), (_, owners) -> {
            owners.entrySet().removeIf(entry -> {
                boolean released = isReleased.test(entry.getKey(), entry.getValue());
                if (released) {
                    entry.getValue().fd().close();
                }
                return released;
            });
            return owners.isEmpty() ? null : owners;
        });
    }

    /** Releases all locks. */
    @Override public void close() {
        files.values().forEach(owners -> owners.values().forEach(held -> held.fd().close()));
        files.clear();
    }
}
