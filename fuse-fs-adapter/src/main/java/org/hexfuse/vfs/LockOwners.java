package org.hexfuse.vfs;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers for those who lock: never one twice, never 0, and none that says anything of the next. Any thread may use it.
 *
 * <p>Source: Linux {@code fs/fuse/file.c} ({@code fuse_lock_owner_id}), which scrambles addresses for the same reason.
 */
final class LockOwners {
    private final long key = new SecureRandom().nextLong();
    private final AtomicLong last = new AtomicLong();

    long next() {
        long number = scrambled(last.incrementAndGet());
        return number == 0 ? scrambled(last.incrementAndGet()) : number;
    }

    /** Each step can be undone, so that different numbers stay different. The constants are those of SplitMix64. */
    private long scrambled(long number) {
        long z = (number ^ key) * 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
