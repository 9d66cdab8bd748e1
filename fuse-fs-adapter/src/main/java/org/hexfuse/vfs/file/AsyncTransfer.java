package org.hexfuse.vfs.file;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.abi.Errno;

/**
 * A direct read or write with ASYNC_DIO: its requests are in flight together, on virtual threads and the caller's. It returns when all of
 * them have been answered, since they use the caller's memory; an interrupt of the caller interrupts them.
 *
 * <p>Source: Linux {@code fs/fuse/file.c} ({@code fuse_direct_IO}).
 */
final class AsyncTransfer {
    /** One request: the bytes that it transferred, or a negated errno. */
    @FunctionalInterface interface Piece {
        int transfer(long position, int length);
    }

    private final long length;
    private final int most;
    private final Piece piece;
    private final int[] results;
    private final AtomicInteger next = new AtomicInteger();

    /** Of {@code length} bytes in requests of at most {@code most}. */
    AsyncTransfer(long length, int most, Piece piece) {
        this.length = length;
        this.most = most;
        this.piece = piece;
        this.results = new int[Math.toIntExact((length + most - 1) / most)];
    }

    private int lengthOf(int index) {
        return (int) Math.min(most, length - (long) index * most);
    }

    /** Transfers, with at most {@code parallel} requests in flight. Returns the bytes up to the first that failed, or a negated errno. */
    long run(int parallel) {
        List<Thread> others = new ArrayList<>();
        try {
            for (int i = 1; i < Math.min(parallel, results.length); i++) {
                others.add(Thread.startVirtualThread(this::transfer));
            }
            transfer();
        } finally {
            boolean interrupted = false;
            for (Thread other : others) {
                interrupted |= joined(other, others);
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        long done = 0;
        for (int i = 0; i < results.length; i++) {
            if (results[i] < 0 && done == 0) {
                return results[i];
            }
            done += Math.max(results[i], 0);
            if (results[i] < lengthOf(i)) {
                break;
            }
        }
        return done;
    }

    private static boolean joined(Thread thread, List<Thread> all) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException _) {
                interrupted = true;
                all.forEach(Thread::interrupt);
            }
        }
    }

    private void transfer() {
        for (int i = next.getAndIncrement(); i < results.length; i = next.getAndIncrement()) {
            results[i] = -Errno.EIO.code();
            results[i] = piece.transfer((long) i * most, lengthOf(i));
            if (results[i] < lengthOf(i)) {
                next.set(results.length);
            }
        }
    }
}
