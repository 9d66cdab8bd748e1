package org.hexfuse.vfs.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * Hashes of names and node ids, by a random key of the process: a server, which chooses both, cannot know which of them collide. Names of
 * up to 16 bytes take three multiplications.
 */
final class KeyedHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class,
            ByteOrder.LITTLE_ENDIAN);
    private static final long KEY;
    private static final long FACTOR;

    static {
        var random = new SecureRandom();
        KEY = random.nextLong();
        // Odd, and with bits set in its upper half.
        FACTOR = random.nextLong() | 0x4000_0000_0000_0001L;
    }

    private KeyedHash() {}

    /** Of a part of {@code path}. */
    static int of(byte[] path, int from, int to) {
        long hash = KEY + to - from;
        int i = from;
        for (; i + Long.BYTES <= to; i += Long.BYTES) {
            hash = mix(hash ^ (long) LONGS.get(path, i));
        }
        long rest = 0;
        for (; i < to; i++) {
            rest = (rest << Byte.SIZE) | (path[i] & 0xFF);
        }
        return (int) mix(mix(hash ^ rest) + KEY);
    }

    /** Of a node id. */
    static int of(long nodeId) {
        return (int) mix(mix(nodeId ^ KEY) + KEY);
    }

    private static long mix(long value) {
        return (value * FACTOR) ^ Math.unsignedMultiplyHigh(value, FACTOR);
    }
}
