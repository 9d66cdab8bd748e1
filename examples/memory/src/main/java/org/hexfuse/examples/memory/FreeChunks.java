package org.hexfuse.examples.memory;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;

/**
 * Chunks of data that was removed, to be used again: the JVM zeroes a new array, which takes as long as filling it. At most 64 MiB of
 * them, softly reachable, so that memory that is needed elsewhere is freed. Any thread may call any method.
 */
final class FreeChunks {
    private static final int MOST = (64 << 20) / FileContent.CHUNK;

    private SoftReference<ArrayDeque<byte[]>> chunks = new SoftReference<>(null);

    /** A chunk of {@link FileContent#CHUNK} bytes of former data; null if there is none. */
    synchronized byte[] take() {
        ArrayDeque<byte[]> free = chunks.get();
        return free == null ? null : free.pollLast();
    }

    /** Takes over an array that nobody uses any more, if it is a chunk of the full size. */
    synchronized void give(byte[] chunk) {
        if (chunk.length != FileContent.CHUNK) {
            return;
        }
        ArrayDeque<byte[]> free = chunks.get();
        if (free == null) {
            free = new ArrayDeque<>();
            chunks = new SoftReference<>(free);
        }
        if (free.size() < MOST) {
            free.addLast(chunk);
        }
    }
}
