package org.hexfuse.examples.passthrough;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/**
 * The O_PATH descriptors of files, at most as many as there are slots. Those of files that can be opened again by their handles are
 * evicted, the least recently used ones first as far as one bit tells (the clock algorithm). Those of other files are kept until they are
 * dropped. A descriptor in use is closed by its last user. Any thread may use it.
 */
final class PathDescriptors implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMillis(200);
    private static final int NANOS_PER_MILLI = 1_000_000;

    private final PathDescriptor[] slots;
    private final int[] free;
    private int freeCount;
    private int keptCount;
    private int hand;
    /** Until when waiting for a slot is in vain, in nanoseconds. */
    private long hopeless = System.nanoTime();
    /** Called when most slots have descriptors that are kept. Must not wait. */
    private final Runnable pressure;

    PathDescriptors(int capacity, Runnable pressure) {
        this.slots = new PathDescriptor[capacity];
        this.free = new int[capacity];
        for (int i = 0; i < capacity; i++) {
            free[i] = capacity - 1 - i;
        }
        this.freeCount = capacity;
        this.pressure = pressure;
    }

    /**
     * Takes a descriptor over. Where all slots have descriptors that are kept it waits for kernels to forget a file, a fifth of a second
     * at most.
     *
     * @param keep whether it is kept until it is dropped
     * @throws FuseException ENFILE if there is still no slot
     */
    void add(PathDescriptor descriptor, boolean keep) {
        if (isTight()) {
            pressure.run();
        }
        PathDescriptor evicted = null;
        synchronized (this) {
            awaitSlot();
            if (freeCount == 0) {
                evicted = take(leastRecentlyUsed());
            }
            descriptor.slot = free[--freeCount];
            descriptor.kept = keep;
            slots[descriptor.slot] = descriptor;
            keptCount += keep ? 1 : 0;
        }
        if (evicted != null) {
            evicted.evict();
        }
    }

    private synchronized boolean isTight() { return keptCount >= slots.length - slots.length / 4; }

    /** Waits, with this monitor held, until there is a slot that is free or can be. */
    private void awaitSlot() {
        if (keptCount == slots.length && System.nanoTime() - hopeless < 0) {
            // Such as the next name of the same READDIRPLUS, whose files no kernel can forget before it is answered.
            throw full();
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (keptCount == slots.length) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                hopeless = System.nanoTime() + PATIENCE.toNanos() / 40;
                throw full();
            }
            try {
                wait(left / NANOS_PER_MILLI, (int) (left % NANOS_PER_MILLI));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw FuseException.of(Errno.EINTR);
            }
        }
    }

    private FuseException full() {
        return FuseException.of(Errno.ENFILE, "all " + slots.length + " descriptors are in use");
    }

    /** Keeps a descriptor that is cached, if it still is and there is room for others. */
    synchronized void keep(PathDescriptor descriptor) {
        if (descriptor.slot >= 0 && !descriptor.kept && keptCount < slots.length / 2) {
            descriptor.kept = true;
            keptCount++;
        }
    }

    /** Closes a descriptor, now or with its last use. */
    void drop(PathDescriptor descriptor) {
        synchronized (this) {
            if (descriptor.slot >= 0) {
                take(descriptor.slot);
            }
        }
        descriptor.evict();
    }

    private PathDescriptor take(int slot) {
        PathDescriptor descriptor = slots[slot];
        slots[slot] = null;
        free[freeCount++] = slot;
        keptCount -= descriptor.kept ? 1 : 0;
        descriptor.slot = -1;
        notifyAll();
        return descriptor;
    }

    /** The slot to be evicted; there is one that is not kept, and the second round finds it. */
    private int leastRecentlyUsed() {
        while (true) {
            hand = hand + 1 == slots.length ? 0 : hand + 1;
            PathDescriptor descriptor = slots[hand];
            if (!descriptor.kept && !descriptor.wasUsed()) {
                return hand;
            }
        }
    }

    /** Evicts all that are not kept, as where the process has no descriptor left. Returns whether there were any. */
    boolean evictAll() {
        List<PathDescriptor> evicted = new ArrayList<>();
        synchronized (this) {
            for (int i = 0; i < slots.length; i++) {
                if (slots[i] != null && !slots[i].kept) {
                    evicted.add(take(i));
                }
            }
        }
        evicted.forEach(PathDescriptor::evict);
        return !evicted.isEmpty();
    }

    /** The files of some descriptors that are kept, and were not used since this was last called. */
    synchronized List<BackingInode> leastRecentlyUsedOwners(int most) {
        List<BackingInode> owners = new ArrayList<>();
        for (int i = 0; i < 2 * slots.length && owners.size() < most; i++) {
            hand = hand + 1 == slots.length ? 0 : hand + 1;
            PathDescriptor descriptor = slots[hand];
            if (descriptor != null && descriptor.kept && !descriptor.wasUsed()) {
                owners.add(descriptor.owner);
            }
        }
        return owners;
    }

    /** The number of descriptors. */
    synchronized int count() {
        return slots.length - freeCount;
    }

    /** Drops all. */
    @Override public void close() {
        List<PathDescriptor> all = new ArrayList<>();
        synchronized (this) {
            for (int i = 0; i < slots.length; i++) {
                if (slots[i] != null) {
                    all.add(take(i));
                }
            }
        }
        all.forEach(PathDescriptor::evict);
    }
}
