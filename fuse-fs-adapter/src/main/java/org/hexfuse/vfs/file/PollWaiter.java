package org.hexfuse.vfs.file;

import org.hexfuse.vfs.notify.PollTable;

import static org.hexfuse.vfs.request.Checks.require;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.PollFlag;
import org.hexfuse.abi.PollIn;
import org.hexfuse.abi.PollOut;
import org.hexfuse.device.Request;
import org.hexfuse.posix.PollEvents;

/**
 * {@code poll(2)} on one open file. A waiter sends POLL with SCHEDULE_NOTIFY and blocks until NOTIFY_POLL, then sends POLL again.
 * Any thread may call any method.
 *
 * <p>Source: Linux {@code fs/fuse/file.c}, {@code fuse_file_poll}.
 */
public final class PollWaiter {
    /** The events of a file whose server does not support POLL: always ready to be read and written. */
    private static final int DEFAULT = PollEvents.IN | PollEvents.OUT | PollEvents.RDNORM | PollEvents.WRNORM;

    private final Handle handle;
    private final PollTable table;
    /** The calls that wait for this file and others at once; null until there is one. */
    private List<PollSet.Wakeups> watchers;
    /** 0 until the first wait. */
    private long pollHandle;
    private long wakeups;
    private boolean closed;

    /** For one open file. */
    public PollWaiter(Handle handle) {
        this.handle = handle;
        this.table = handle.superblock.polls;
    }

    /** The requested events that are ready, plus POLLERR and POLLHUP. */
    public int now(int events) {
        return poll(events, 0, 0);
    }

    /** The same, as soon as one is ready; 0 after {@code timeout}. EINTR, EBADF if the file is closed meanwhile. */
    public int await(int events, Duration timeout) {
        long kernelHandle = register();
        long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
        while (true) {
            long before = wakeups();
            int ready = poll(events, kernelHandle, (int) PollFlag.SCHEDULE_NOTIFY.mask());
            if (ready != 0 || !awaitWakeup(before, deadline)) {
                return ready;
            }
        }
    }

    /** Wakes a call that waits for several files too; not if the file is closed, which its {@link #poll} finds. */
    synchronized void watch(PollSet.Wakeups wakeups) {
        if (!closed) {
            register();
            if (watchers == null) {
                watchers = new ArrayList<>(1);
            }
            watchers.add(wakeups);
        }
    }

    /** Ends {@link #watch}. */
    synchronized void unwatch(PollSet.Wakeups wakeups) {
        if (watchers != null) {
            watchers.remove(wakeups);
        }
    }

    /** As {@link #now}; {@code schedules} a NOTIFY_POLL. EBADF if the file is closed. */
    int poll(int events, boolean schedules) {
        return schedules ? poll(events, register(), (int) PollFlag.SCHEDULE_NOTIFY.mask()) : poll(events, 0, 0);
    }

    private int poll(int events, long kernelHandle, int flags) {
        int wanted = events | PollEvents.ERR | PollEvents.HUP;
        handle.begin();
        if (handle.superblock.unsupported.contains(Opcode.POLL)) {
            handle.end();
            return DEFAULT & wanted;
        }
        try (Request request = handle.request(Opcode.POLL)) {
            PollIn.FH.set(request.arguments(), handle.fh);
            PollIn.KH.set(request.arguments(), kernelHandle);
            PollIn.FLAGS.set(request.arguments(), flags);
            PollIn.EVENTS.set(request.arguments(), events);
            handle.superblock.port.call(request);
            return PollOut.REVENTS.get(request.reply()) & wanted;
        } catch (FuseException e) {
            if (handle.superblock.unsupported.addIfEnosys(Opcode.POLL, e)) {
                return DEFAULT & wanted;
            }
            if (e.errno() == Errno.EINTR) {
                throw e;
            }
            return PollEvents.ERR;
        } finally {
            handle.end();
        }
    }

    private synchronized long register() {
        require(!closed, Errno.EBADF);
        if (pollHandle == 0) {
            pollHandle = table.newHandle();
            table.add(pollHandle, this::wake);
        }
        return pollHandle;
    }

    private synchronized long wakeups() {
        return wakeups;
    }

    /** Waits for a wake-up after those that {@code before} counts. Returns false at the deadline. */
    private synchronized boolean awaitWakeup(long before, long deadline) {
        try {
            long left = deadline - System.nanoTime();
            while (wakeups == before && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = deadline - System.nanoTime();
            }
            return wakeups != before;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw FuseException.of(Errno.EINTR);
        }
    }

    private synchronized void wake() {
        wakeups++;
        notifyAll();
        if (watchers != null) {
            watchers.forEach(PollSet.Wakeups::wake);
        }
    }

    /** The file is closed: wakes the waiters, which get EBADF. */
    public synchronized void close() {
        closed = true;
        if (pollHandle != 0) {
            table.remove(pollHandle);
        }
        wake();
    }
}
