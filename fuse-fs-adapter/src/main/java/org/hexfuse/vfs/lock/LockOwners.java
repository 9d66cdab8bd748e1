package org.hexfuse.vfs.lock;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Unique, non-zero, unguessable lock owner ids. Any thread may use it.
 *
 * <p>Source: Linux {@code fs/fuse/file.c} ({@code fuse_lock_owner_id}), which scrambles addresses so that they stay secret.
 */
public final class LockOwners {
    private final long key = new SecureRandom().nextLong();
    private final AtomicLong last = new AtomicLong();

    /** A new id. */
    public long next() {
        long id = scramble(last.incrementAndGet());
        return id == 0 ? scramble(last.incrementAndGet()) : id;
    }

    /** Each step is a bijection, so that different numbers stay different. The constants are those of SplitMix64. */
    private long scramble(long number) {
        long z = (number ^ key) * 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
