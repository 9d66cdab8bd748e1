package org.hexfuse.examples.memory;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/**
 * The limits and the usage of a filesystem: bytes of data and of extended attributes, and nodes. Lock-free; any thread may use
 * it.
 */
final class Space {
    private static final byte[] EMPTY = {};

    private final long byteLimit;
    private final long nodeLimit;
    private final AtomicLong usedBytes = new AtomicLong();
    private final AtomicLong usedNodes = new AtomicLong();
    private final FreeChunks freeChunks = new FreeChunks();

    Space(long byteLimit, long nodeLimit) {
        this.byteLimit = byteLimit;
        this.nodeLimit = nodeLimit;
    }

    long byteLimit() {
        return byteLimit;
    }

    long nodeLimit() {
        return nodeLimit;
    }

    long freeBytes() {
        return byteLimit - usedBytes.get();
    }

    long freeNodes() {
        return nodeLimit - usedNodes.get();
    }

    long usedBytes() {
        return usedBytes.get();
    }

    long usedNodes() {
        return usedNodes.get();
    }

    /** Reserves {@code bytes}; ENOSPC if not all are free. */
    void take(long bytes) {
        take(usedBytes, bytes, byteLimit);
    }

    /** Reserves up to {@code bytes}; returns the number reserved. */
    long takeUpTo(long bytes) {
        while (true) {
            long used = usedBytes.get();
            long taken = Math.min(bytes, byteLimit - used);
            if (taken <= 0 || usedBytes.compareAndSet(used, used + taken)) {
                return Math.max(0, taken);
            }
        }
    }

    void giveBack(long bytes) {
        usedBytes.addAndGet(-bytes);
    }

    /** Keeps the memory of a chunk that nobody uses any more, beside giving its space back. */
    void keep(byte[] chunk) {
        freeChunks.give(chunk);
    }

    /** A chunk of former data, with its space reserved; null if there is none, or no space for all of it. */
    byte[] takeFormer() {
        byte[] chunk = freeChunks.take();
        if (chunk == null) {
            return null;
        }
        long taken = takeUpTo(chunk.length);
        if (taken == chunk.length) {
            return chunk;
        }
        giveBack(taken);
        freeChunks.give(chunk);
        return null;
    }

    /** Reserves a node; ENOSPC at the limit. */
    void takeNode() {
        take(usedNodes, 1, nodeLimit);
    }

    void giveNodeBack() {
        usedNodes.decrementAndGet();
    }

    private static void take(AtomicLong used, long amount, long limit) {
        while (true) {
            long before = used.get();
            if (amount > limit - before) {
                throw FuseException.of(Errno.ENOSPC);
            }
            if (used.compareAndSet(before, before + amount)) {
                return;
            }
        }
    }

    /**
     * Copies {@code bytes} to another length, in reserved memory. An exhausted heap is a full filesystem: ENOSPC.
     */
    static byte[] resized(byte[] bytes, int length) {
        try {
            return length == 0 ? EMPTY : Arrays.copyOf(bytes, length);
        } catch (OutOfMemoryError _) {
            throw FuseException.of(Errno.ENOSPC);
        }
    }
}
