package org.hexfuse.vfs;

import static org.hexfuse.vfs.Checks.require;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.PollFlag;
import org.hexfuse.abi.PollIn;
import org.hexfuse.abi.PollOut;
import org.hexfuse.device.Request;

/**
 * {@code poll(2)} on one open file. The server is told of who waits, and says when it is worth to ask again.
 *
 * <p>Source: Linux {@code fs/fuse/file.c}, {@code fuse_file_poll}.
 */
final class PollWaiter {
    private static final int ERROR = 0x8;
    private static final int HANG_UP = 0x10;
    /** What files are that know nothing of this: always ready to be read and written. */
    private static final int ALWAYS = 0x1 | 0x4 | 0x40 | 0x100;

    private final Handle handle;
    private final PollTable table;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition woken = lock.newCondition();
    /** 0 until somebody has waited. */
    private long number;
    private long wakeups;
    private boolean closed;

    PollWaiter(Handle handle) {
        this.handle = handle;
        this.table = handle.superblock.polls;
    }

    /** What is so now, of {@code events} and of what is always told. */
    int now(int events) {
        return ask(events, 0, 0);
    }

    /** The same, when some of it is so or the time is over. */
    int await(int events, Duration timeout) {
        long kernelHandle = register();
        long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
        while (true) {
            long before = wakeups();
            int ready = ask(events, kernelHandle, (int) PollFlag.SCHEDULE_NOTIFY.mask());
            if (ready != 0 || !awaitWakeup(before, deadline)) {
                return ready;
            }
        }
    }

    private int ask(int events, long kernelHandle, int flags) {
        int wanted = events | ERROR | HANG_UP;
        if (handle.superblock.lacks(Opcode.POLL)) {
            return ALWAYS & wanted;
        }
        handle.begin();
        try (Request request = handle.request(Opcode.POLL)) {
            PollIn.FH.set(request.arguments(), handle.number);
            PollIn.KH.set(request.arguments(), kernelHandle);
            PollIn.FLAGS.set(request.arguments(), flags);
            PollIn.EVENTS.set(request.arguments(), events);
            handle.superblock.port.call(request);
            return PollOut.REVENTS.get(request.reply()) & wanted;
        } catch (FuseException e) {
            if (e.errno() == Errno.ENOSYS) {
                handle.superblock.isLacking(Opcode.POLL);
                return ALWAYS & wanted;
            }
            if (e.errno() == Errno.EINTR) {
                throw e;
            }
            return ERROR;
        } finally {
            handle.end();
        }
    }

    private long register() {
        lock.lock();
        try {
            require(!closed, Errno.EBADF);
            if (number == 0) {
                number = table.newNumber();
                table.add(number, this::wake);
            }
            return number;
        } finally {
            lock.unlock();
        }
    }

    private long wakeups() {
        lock.lock();
        try {
            return wakeups;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there was a wake-up that {@code before} does not count. Returns false when the time is over. */
    private boolean awaitWakeup(long before, long deadline) {
        lock.lock();
        try {
            long left = deadline - System.nanoTime();
            while (wakeups == before && left > 0) {
                left = woken.awaitNanos(left);
            }
            return wakeups != before;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw FuseException.of(Errno.EINTR);
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            wakeups++;
            woken.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The file is closed: who waits finds that out. */
    void close() {
        lock.lock();
        try {
            closed = true;
            if (number != 0) {
                table.remove(number);
            }
        } finally {
            lock.unlock();
        }
        wake();
    }
}
