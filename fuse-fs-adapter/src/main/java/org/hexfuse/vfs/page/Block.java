package org.hexfuse.vfs.page;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Sixteen pages of a file, 64 KiB, in one chunk; a block whose first page suffices has a chunk of one page. Pages are bits of masks:
 * those that are valid, dirty (a kind of valid), or in a WRITE in flight.
 *
 * <p>All changes are made under the lock of the {@link FilePages}, between {@link #beginChange} and {@link #endChange} where readers see
 * them. {@link #read} takes no lock.
 */
final class Block {
    static final int PAGE = 4096;
    static final int PAGE_SHIFT = 12;
    static final int PAGES = 16;
    static final int SIZE = PAGES * PAGE;
    static final int SHIFT = 16;
    /** The block was changed during a read. */
    static final int DISTURBED = -1;

    private static final VarHandle SEQUENCE = sequence(MethodHandles.lookup());

    final FilePages file;
    final long index;
    /** Neighbours in the ring of the {@link PageCache}, guarded by its lock; {@code next} is null outside of it. */
    Block previous;
    Block next;
    /** Odd while the block is changed. */
    @SuppressWarnings("UnusedVariable") // by SEQUENCE
    private int sequence;
    /** Read since CLOCK has visited it. */
    private boolean referenced = true;
    private Chunk chunk;
    private int valid;
    int dirty;
    int writing;

    Block(FilePages file, long index, Chunk chunk) {
        this.file = file;
        this.index = index;
        this.chunk = chunk;
    }

    private static VarHandle sequence(MethodHandles.Lookup lookup) {
        try {
            return lookup.findVarHandle(Block.class, "sequence", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private void beginChange() {
        SEQUENCE.setOpaque(this, sequence + 1);
        VarHandle.storeStoreFence();
    }

    private void endChange() {
        SEQUENCE.setRelease(this, sequence + 1);
    }

    /**
     * Copies valid bytes from {@code from} on.
     *
     * @return how many: fewer than {@code length} up to the first page that is not valid; or {@link #DISTURBED}
     */
    int read(int from, MemorySegment target, long at, int length) {
        int before = (int) SEQUENCE.getAcquire(this);
        if ((before & 1) != 0) {
            return DISTURBED;
        }
        Chunk source = chunk;
        int present = validBytes(from, length);
        if (present > 0) {
            if (source == null || from + present > source.size()) {
                return DISTURBED;
            }
            MemorySegment.copy(source.memory, from, target, at, present);
        }
        VarHandle.acquireFence();
        return (int) SEQUENCE.getOpaque(this) == before ? present : DISTURBED;
    }

    /** The valid bytes from {@code from} on, at most {@code length}. */
    int validBytes(int from, int length) {
        int first = from >> PAGE_SHIFT;
        int run = Integer.numberOfTrailingZeros(~(valid >>> first));
        return Math.min(length, Math.max(0, (first + run) * PAGE - from));
    }

    void touch() {
        if (!referenced) {
            referenced = true;
        }
    }

    /** Whether it was read since the last call. */
    boolean takeReferenced() {
        boolean was = referenced;
        referenced = false;
        return was;
    }

    boolean isValid(int page) {
        return (valid & 1 << page) != 0;
    }

    boolean hasNoPages() { return (valid | dirty | writing) == 0; }

    /** Whether its memory reaches to the end of a page. */
    boolean hasRoom(int page) {
        return chunk != null && (long) (page + 1) * PAGE <= chunk.size();
    }

    /** The bytes of its memory. */
    long size() {
        return chunk.size();
    }

    /** Moves it to a larger chunk. Returns the former one. */
    Chunk move(Chunk larger) {
        Chunk former = chunk;
        beginChange();
        MemorySegment.copy(former.memory, 0, larger.memory, 0, former.size());
        chunk = larger;
        endChange();
        return former;
    }

    /** It is no block any more: returns its memory. */
    Chunk takeChunk() {
        Chunk former = chunk;
        beginChange();
        valid = 0;
        dirty = 0;
        chunk = null;
        endChange();
        return former;
    }

    /** Makes a page valid with {@code have} bytes of {@code data} and zeros behind them. */
    void install(int page, MemorySegment data, long at, int have) {
        int start = page * PAGE;
        beginChange();
        MemorySegment.copy(data, at, chunk.memory, start, have);
        chunk.memory.asSlice(start + have, PAGE - have).fill((byte) 0);
        valid |= 1 << page;
        endChange();
    }

    /** Replaces bytes of pages, which are valid afterwards. */
    void write(int from, MemorySegment data, long at, int length) {
        beginChange();
        MemorySegment.copy(data, at, chunk.memory, from, length);
        valid |= mask(from, from + length);
        endChange();
    }

    /** Zeros bytes. */
    void zero(int from, int to) {
        beginChange();
        chunk.memory.asSlice(from, to - from).fill((byte) 0);
        endChange();
    }

    /** Copies bytes out, under the lock. */
    void copyTo(int from, MemorySegment target, long at, int length) {
        MemorySegment.copy(chunk.memory, from, target, at, length);
    }

    /** Drops pages, dirty or not. */
    void drop(int mask) {
        if ((valid & mask) != 0) {
            beginChange();
            valid &= ~mask;
            dirty &= ~mask;
            endChange();
        }
    }

    /** The pages that have bytes of a range of the block. */
    static int mask(int from, int to) {
        if (to <= from) {
            return 0;
        }
        int first = from >> PAGE_SHIFT;
        int last = (to - 1) >> PAGE_SHIFT;
        return (2 << last) - (1 << first);
    }
}
