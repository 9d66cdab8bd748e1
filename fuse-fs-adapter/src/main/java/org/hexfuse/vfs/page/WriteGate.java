package org.hexfuse.vfs.page;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/**
 * Writes to a file together, or one truncation, allocation or copy alone, as by Linux's {@code i_rwsem}. It stays entered while
 * requests are in flight, by any thread.
 */
public final class WriteGate {
    private final ReentrantLock lock;
    private final Condition changed;
    private int writers;
    private int waiting;
    private boolean exclusive;

    WriteGate(ReentrantLock lock) {
        this.lock = lock;
        this.changed = lock.newCondition();
    }

    /** Enters to write. EINTR if the thread is interrupted, whose interrupt status is kept. */
    public void enter() {
        lock.lock();
        try {
            while (exclusive || waiting > 0) {
                changed.await();
            }
            writers++;
        } catch (InterruptedException _) {
            throw interrupted();
        } finally {
            lock.unlock();
        }
    }

    /** Enters to write if that is possible at once. */
    public boolean tryEnter() {
        lock.lock();
        try {
            boolean free = !exclusive && waiting == 0;
            writers += free ? 1 : 0;
            return free;
        } finally {
            lock.unlock();
        }
    }

    /** Enters to write out dirty pages by any open file, and leaves. fsync and close return errors; EINTR as {@link #enter}. */
    public void writeOut(DirtyPages dirty) {
        if (dirty.isEmpty()) {
            return;
        }
        enter();
        try {
            dirty.writeOut(0, Long.MAX_VALUE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw FuseException.of(Errno.EINTR);
        } finally {
            leave();
        }
    }

    /** A write has ended. */
    public void leave() {
        lock.lock();
        try {
            writers--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Enters alone. EINTR as {@link #enter}. */
    public void enterExclusively() {
        lock.lock();
        waiting++;
        try {
            while (exclusive || writers > 0) {
                changed.await();
            }
            exclusive = true;
        } catch (InterruptedException _) {
            throw interrupted();
        } finally {
            waiting--;
            changed.signalAll();
            lock.unlock();
        }
    }

    /** What excluded writes has ended. */
    public void leaveExclusively() {
        lock.lock();
        try {
            exclusive = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static FuseException interrupted() {
        Thread.currentThread().interrupt();
        return FuseException.of(Errno.EINTR);
    }
}
