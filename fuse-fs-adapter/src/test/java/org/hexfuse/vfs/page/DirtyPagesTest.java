package org.hexfuse.vfs.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Dirty pages, without a server. */
@Timeout(60) class DirtyPagesTest {
    private static final int PAGE = Block.PAGE;
    private static final long ALL = Long.MAX_VALUE;

    private final PagePool pool = new PagePool(4 << 20);
    private final PageCache cache = new PageCache(pool, 4 << 20);
    private final FilePages pages = new FilePages(cache);
    private final DirtyPages dirty = pages.dirty();
    private final MemorySegment sent = MemorySegment.ofArray(new byte[1 << 20]);

    private long write(long offset, int length, int value, long size) {
        byte[] data = new byte[length];
        Arrays.fill(data, (byte) value);
        return dirty.write(MemorySegment.ofArray(data), 0, offset, length, size);
    }

    private DirtyRun take() {
        return dirty.take(0, ALL, 1 << 20, _ -> sent);
    }

    @Test void contiguousPagesAreOneRunUpToTheEndOfTheFile() {
        write(0, Block.SIZE, 1, 0);
        write(Block.SIZE, 100, 2, Block.SIZE);
        write(10L * Block.SIZE, 5, 3, Block.SIZE + 100);
        DirtyRun first = take();
        assertThat(first.offset()).isZero();
        assertThat(first.length()).isEqualTo(17 * PAGE);
        DirtyRun second = take();
        assertThat(second.offset()).isEqualTo(10L * Block.SIZE);
        assertThat(second.length()).isEqualTo(5);
        assertThat(take()).isNull();
    }

    @Test void aRunHasAtMostTheBytesOfOneWrite() {
        write(0, Block.SIZE, 1, 0);
        DirtyRun run = dirty.take(0, ALL, 5 * PAGE, _ -> sent);
        assertThat(run.length()).isEqualTo(5 * PAGE);
        assertThat(dirty.take(0, ALL, 5 * PAGE, _ -> sent).offset()).isEqualTo(5 * PAGE);
    }

    @Test void aRunBeginsInItsRange() {
        write(0, Block.SIZE, 1, 0);
        assertThat(dirty.take(3 * PAGE, 4 * PAGE, PAGE, _ -> sent).offset()).isEqualTo(3 * PAGE);
        assertThat(dirty.take(3 * PAGE, 4 * PAGE, PAGE, _ -> sent)).isNull();
    }

    @Test void aPartOfAPageThatHasBytesMustBeFilledFirst() {
        assertThat(write(PAGE + 10, 5, 1, 2 * PAGE)).isEqualTo(~1L);
        assertThat(write(0, PAGE + 10, 1, PAGE + 11)).isEqualTo(~1L);
        assertThat(write(0, 10, 1, 10)).isEqualTo(10);
        assertThat(write(5 * PAGE + 10, 5, 1, 10)).isEqualTo(5);
        byte[] hole = new byte[10];
        Arrays.fill(hole, (byte) 9);
        pages.read(MemorySegment.ofArray(hole), 0, 5 * PAGE, 10);
        assertThat(hole).containsOnly(0);
    }

    @Test void aPageInFlightIsNotSentAgainBeforeItIsAnswered() throws Exception {
        write(0, PAGE, 1, 0);
        DirtyRun run = take();
        write(0, PAGE, 2, PAGE);
        assertThat(take()).isNull();
        assertThat(cache.dirty()).isEqualTo(2 * PAGE);
        dirty.end(run, 1, Errno.OK);
        dirty.awaitWritten();
        assertThat(take()).isNotNull();
    }

    @Test void pagesThatCouldNotBeWrittenAreDroppedAndTheErrorIsCounted() {
        write(0, 2 * PAGE, 1, 0);
        int seen = dirty.errors().count();
        dirty.end(take(), 1, Errno.ENOSPC);
        assertThat(pages.isCached(0)).isTrue();
        assertThat(pages.isCached(1)).isFalse();
        assertThat(dirty.errors().since(seen)).isEqualTo(Errno.ENOSPC);
        assertThat(dirty.errors().since(dirty.errors().count())).isEqualTo(Errno.OK);
        assertThat(dirty.isEmpty()).isTrue();
        assertThat(cache.dirty()).isZero();
        assertThat(cache.dirtyFiles()).isEmpty();
    }

    @Test void anInterruptedWriteLeavesItsPagesDirty() {
        write(0, PAGE + 5, 1, 0);
        dirty.end(take(), 0, Errno.EINTR);
        DirtyRun again = take();
        assertThat(again.length()).isEqualTo(PAGE + 5);
        assertThat(dirty.errors().count()).isZero();
    }

    @Test void truncationDropsDirtyPagesBehindTheEnd() {
        write(0, 4 * PAGE, 1, 0);
        pages.truncate(PAGE + 10);
        assertThat(take().length()).isEqualTo(PAGE + 10);
        assertThat(cache.dirty()).isEqualTo(2 * PAGE);
    }

    @Test void droppingLeavesDirtyPages() {
        write(0, PAGE, 1, 0);
        pages.dropAll();
        assertThat(pages.isCached(0)).isTrue();
        DirtyRun run = take();
        pages.dropAll();
        assertThat(pages.isCached(0)).isTrue();
        dirty.end(run, 1, Errno.OK);
        pages.dropAll();
        assertThat(pages.isCached(0)).isFalse();
        assertThat(pool.used()).isZero();
    }

    @Test void closingWhileARunIsInFlightFreesItsMemoryInTheEnd() {
        write(0, PAGE, 1, 0);
        DirtyRun run = take();
        cache.close();
        dirty.end(run, 1, Errno.ECONNABORTED);
        assertThat(pool.used()).isZero();
        assertThat(cache.dirty()).isZero();
        assertThat(write(0, PAGE, 1, 0)).isZero();
    }
}
