package org.hexfuse.vfs.page;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.hexfuse.abi.Errno;
import org.hexfuse.transport.Span;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pages of one file, without a server. */
@Timeout(60) class FilePagesTest {
    private static final int PAGE = Block.PAGE;

    private final PagePool pool = new PagePool(4 << 20);
    private final PageCache cache = new PageCache(pool, 4 << 20);
    private final FilePages pages = new FilePages(cache);

    private static byte[] bytes(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private void fill(long page, int count, int value) {
        end(pages.begin(page, count), value);
    }

    private void end(Fill fill, int value) {
        pages.end(fill, MemorySegment.ofArray(bytes(fill.length(), value)), 0, fill.length(), Errno.OK);
    }

    private byte[] read(long offset, int length) {
        byte[] target = new byte[length];
        int got = (int) pages.read(MemorySegment.ofArray(target), 0, offset, length);
        return Arrays.copyOf(target, got);
    }

    @Test void readsWhatWasFilledAcrossBlocks() {
        fill(0, 40, 7);
        assertThat(read(10, 39 * PAGE)).isEqualTo(bytes(39 * PAGE, 7));
        assertThat(read(39 * PAGE, 2 * PAGE)).hasSize(PAGE);
        assertThat(read(40L * PAGE, 1)).isEmpty();
    }

    @Test void aFillEndsBeforeWhatIsCachedOrBeingFilled() {
        fill(5, 1, 1);
        Fill one = pages.begin(2, 10);
        assertThat(one.length()).isEqualTo(3 * PAGE);
        assertThat(pages.begin(4, 1)).isNull();
        assertThat(pages.begin(5, 1)).isNull();
        assertThat(pages.pending(4)).isSameAs(one);
        assertThat(pages.begin(1, 10).length()).isEqualTo(PAGE);
    }

    @Test void aShortReadHasZerosBehindIt() {
        Fill fill = pages.begin(0, 2);
        pages.end(fill, MemorySegment.ofArray(bytes(10, 9)), 0, 10, Errno.OK);
        byte[] expected = Arrays.copyOf(bytes(10, 9), 2 * PAGE);
        assertThat(read(0, 2 * PAGE)).isEqualTo(expected);
    }

    @Test void aFailedFillInstallsNothingAndFreesItsMemory() throws Exception {
        Fill fill = pages.begin(0, 16);
        pages.end(fill, MemorySegment.NULL, 0, 0, Errno.EIO);
        assertThat(fill.await(0)).isTrue();
        assertThat(fill.error()).isEqualTo(Errno.EIO);
        assertThat(read(0, 1)).isEmpty();
        assertThat(pool.used()).isZero();
    }

    @Test void whatIsDroppedDuringItsFillIsNotInstalled() {
        Fill fill = pages.begin(0, 4);
        pages.drop(PAGE, 2 * PAGE);
        // Another reader may fill it at once.
        Fill again = pages.begin(1, 4);
        assertThat(again.length()).isEqualTo(PAGE);
        end(again, 2);
        end(fill, 1);
        assertThat(read(0, 4 * PAGE)).startsWith(bytes(PAGE, 1)).containsSequence(bytes(PAGE, 2))
                .endsWith(bytes(2 * PAGE, 1));
    }

    @Test void whatIsTruncatedDuringItsFillIsNotInstalled() {
        Fill fill = pages.begin(0, 4);
        pages.truncate(PAGE + 1);
        end(fill, 1);
        assertThat(read(0, 4 * PAGE)).isEqualTo(bytes(PAGE, 1));
    }

    @Test void truncationZerosTheRestOfTheLastPage() {
        fill(0, 4, 3);
        pages.truncate(PAGE + 100);
        byte[] expected = bytes(2 * PAGE, 3);
        Arrays.fill(expected, PAGE + 100, 2 * PAGE, (byte) 0);
        assertThat(read(0, 4 * PAGE)).isEqualTo(expected);
    }

    @Test void aWriteReplacesCachedBytesAndInstallsWholePages() {
        fill(0, 1, 1);
        byte[] data = bytes(2 * PAGE - 10, 2);
        WriteThrough write = pages.updates().beginWrite(10, data.length);
        pages.updates().endWrite(write, MemorySegment.ofArray(data), 0, 10, data.length, true, 10 * PAGE);
        assertThat(read(0, 2 * PAGE)).startsWith(bytes(10, 1)).endsWith(bytes(2 * PAGE - 10, 2)).hasSize(2 * PAGE);
    }

    @Test void theLastPageOfTheFileIsInstalledWithZerosBehindTheData() {
        WriteThrough write = pages.updates().beginWrite(0, 5);
        pages.updates().endWrite(write, MemorySegment.ofArray(bytes(5, 2)), 0, 0, 5, true, 5);
        assertThat(read(0, 6)).isEqualTo(new byte[]{2, 2, 2, 2, 2, 0});
    }

    @Test void aPartOfAPageThatIsNotCachedIsNotInstalled() {
        WriteThrough write = pages.updates().beginWrite(0, 5);
        pages.updates().endWrite(write, MemorySegment.ofArray(bytes(5, 2)), 0, 0, 5, true, 6);
        assertThat(read(0, 6)).isEmpty();
        assertThat(pool.used()).isZero();
    }

    @Test void aFillThatBeganBeforeAWriteEndedInstallsNothingOfIt() {
        WriteThrough write = pages.updates().beginWrite(0, 5);
        Fill fill = pages.begin(0, 2);
        pages.updates().endWrite(write, MemorySegment.ofArray(bytes(5, 2)), 0, 0, 5, true, 100);
        end(fill, 1);
        assertThat(pages.isCached(0)).isFalse();
        assertThat(pages.isCached(1)).isTrue();
    }

    @Test void writesThatOverlapLeaveNothingCached() {
        fill(0, 2, 1);
        WriteThrough one = pages.updates().beginWrite(0, PAGE);
        WriteThrough other = pages.updates().beginWrite(100, 5);
        pages.updates().endWrite(other, MemorySegment.ofArray(bytes(5, 3)), 0, 100, 5, true, 2 * PAGE);
        pages.updates().endWrite(one, MemorySegment.ofArray(bytes(PAGE, 2)), 0, 0, PAGE, true, 2 * PAGE);
        assertThat(pages.isCached(0)).isFalse();
        assertThat(pages.isCached(1)).isTrue();
    }

    @Test void aFailedWriteLeavesNothingCached() {
        fill(0, 2, 1);
        WriteThrough write = pages.updates().beginWrite(0, 5);
        pages.updates().endWrite(write, MemorySegment.NULL, 0, 0, 0, false, 2 * PAGE);
        assertThat(pages.isCached(0)).isFalse();
    }

    @Test void storedDataIsCached() {
        fill(0, 1, 1);
        byte[] data = bytes(PAGE + 20, 5);
        pages.updates().store(PAGE - 10, new Span().set(MemorySegment.ofArray(data), 0, data.length), 2 * PAGE + 10);
        assertThat(read(0, 2 * PAGE)).startsWith(bytes(PAGE - 10, 1)).endsWith(bytes(PAGE + 10, 5));
        // Its last page has more bytes than were stored.
        pages.updates().store(4 * PAGE, new Span().set(MemorySegment.ofArray(data), 0, 20), 5 * PAGE);
        assertThat(pages.isCached(4)).isFalse();
    }

    @Test void smallFilesTakeOnePage() {
        fill(0, 1, 1);
        assertThat(pool.used()).isEqualTo(PAGE);
        fill(1, 1, 2);
        assertThat(pool.used()).isEqualTo(Block.SIZE);
        assertThat(read(0, 2 * PAGE)).startsWith(bytes(PAGE, 1)).endsWith(bytes(PAGE, 2));
    }

    @Test void anotherFilesPagesAreEvictedForNewOnes() {
        fill(0, 1024, 1);
        assertThat(pool.used()).isEqualTo(4 << 20);
        var other = new FilePages(cache);
        for (int page = 0; page < 2048; page += 16) {
            Fill fill = other.begin(page, 16);
            assertThat(fill.length()).isEqualTo(Block.SIZE);
            other.end(fill, MemorySegment.ofArray(bytes(fill.length(), 2)), 0, fill.length(), Errno.OK);
        }
        assertThat(pool.used()).isLessThanOrEqualTo(4 << 20);
        assertThat(pages.isCached(0)).isFalse();
    }

    @Test void anotherMountsPagesAreEvictedWhenThePoolIsUsedUp() {
        fill(0, 1024, 1);
        var other = new FilePages(new PageCache(pool, 1 << 20));
        assertThat(other.begin(0, 1).length()).isEqualTo(PAGE);
    }

    @Test void whatIsBeingFilledOrDirtyIsNotEvicted() {
        Fill first = pages.begin(0, 512);
        MemorySegment block = MemorySegment.ofArray(bytes(Block.SIZE, 6));
        for (long page = 512; page < 1024; page += Block.PAGES) {
            assertThat(pages.dirty().write(block, 0, page * PAGE, Block.SIZE, 0)).isEqualTo(Block.SIZE);
        }
        Fill none = pages.begin(2000, 1);
        assertThat(none.length()).isZero();
        end(first, 1);
        assertThat(pages.begin(2000, 1).length()).isEqualTo(PAGE);
        assertThat(read(600L * PAGE, 1)).isEqualTo(new byte[]{6});
    }

    @Test void closingTheCacheReleasesTheMemory() {
        fill(0, 100, 1);
        Fill late = pages.begin(200, 1);
        cache.close();
        assertThat(pool.used()).isZero();
        end(late, 1);
        assertThat(pool.used()).isZero();
        assertThat(pages.begin(0, 1).length()).isZero();
        assertThat(cache.used()).isZero();
    }

    @Test void pagesOfSplitChunksMakeWholeOnesAgain() {
        for (int i = 0; i < 1024; i++) {
            var small = new FilePages(cache);
            small.end(small.begin(0, 1), MemorySegment.ofArray(bytes(PAGE, i)), 0, PAGE, Errno.OK);
        }
        assertThat(pool.used()).isEqualTo(4 << 20);
        Fill fill = pages.begin(0, 256);
        assertThat(fill.length()).isEqualTo(256 * PAGE);
    }

    /** Each page has one value all over; readers must never see two, nor one of another file. */
    @Test void readersWithoutALockSeeWholeStates() throws Exception {
        var other = new FilePages(cache);
        var stop = new AtomicBoolean();
        var wrong = new AtomicReference<String>();
        Thread[] readers = new Thread[2];
        for (int i = 0; i < readers.length; i++) {
            int seed = i;
            readers[i] = Thread.ofPlatform().start(() -> {
                var random = new Random(seed);
                MemorySegment target = MemorySegment.ofArray(new byte[PAGE]);
                while (!stop.get()) {
                    long page = random.nextInt(32);
                    if (pages.read(target, 0, page * PAGE, PAGE) == PAGE) {
                        byte first = target.get(JAVA_BYTE, 0);
                        if (first <= 0 || target.toArray(JAVA_BYTE)[PAGE - 1] != first
                                || !Arrays.equals(target.toArray(JAVA_BYTE), bytes(PAGE, first))) {
                            wrong.set("page " + page);
                        }
                    }
                }
            });
        }
        var random = new Random(42);
        long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        while (System.nanoTime() < end && wrong.get() == null) {
            long page = random.nextInt(32);
            int value = 1 + random.nextInt(100);
            switch (random.nextInt(4)) {
                case 0 -> pages.drop(page * PAGE, (page + 5) * PAGE);
                case 1 -> pages.dirty().write(MemorySegment.ofArray(bytes(PAGE, value)), 0, page * PAGE, PAGE, 0);
                case 2 -> pages.truncate(page * PAGE);
                default -> {
                    Fill fill = pages.begin(page, 3);
                    if (fill != null) {
                        end(fill, value);
                    }
                    Fill stranger = other.begin(page, 3);
                    if (stranger != null) {
                        other.end(stranger, MemorySegment.ofArray(bytes(stranger.length(), -1)), 0, stranger.length(),
                                Errno.OK);
                    }
                    other.dropAll();
                }
            }
        }
        stop.set(true);
        for (Thread reader : readers) {
            reader.join();
        }
        assertThat(wrong.get()).isNull();
    }
}
