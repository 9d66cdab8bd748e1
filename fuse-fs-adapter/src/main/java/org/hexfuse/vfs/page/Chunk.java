package org.hexfuse.vfs.page;

import java.lang.foreign.MemorySegment;

/** Memory of the {@link PagePool}: 64 KiB, or a page of a chunk that was split. */
final class Chunk {
    final MemorySegment memory;
    /** The chunk that this page is of; null for a whole chunk. */
    final Split split;

    Chunk(MemorySegment memory, Split split) {
        this.memory = memory;
        this.split = split;
    }

    long size() {
        return memory.byteSize();
    }

    /** A chunk that was split into pages. Guarded by the pool's lock. */
    static final class Split {
        final Chunk whole;
        private final Chunk[] free = new Chunk[Block.PAGES];
        private int count;

        Split(Chunk whole) {
            this.whole = whole;
            for (int i = 0; i < Block.PAGES; i++) {
                put(new Chunk(whole.memory.asSlice((long) i * Block.PAGE, Block.PAGE), this));
            }
        }

        Chunk take() {
            return free[--count];
        }

        void put(Chunk page) {
            free[count++] = page;
        }

        boolean isEmpty() { return count == 0; }

        boolean isWhole() { return count == free.length; }
    }
}
