package org.hexfuse.vfs.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The memory of page caches when the JVM has none. */
@Timeout(60) class PagePoolTest {
    private static final int SLAB = 1 << 20;
    private static final int SLAB_PAGES = SLAB / Block.PAGE;

    private int slabs;
    private final PagePool pool = new PagePool(1 << 30, this::allocate);
    private final PageCache cache = new PageCache(pool, Long.MAX_VALUE);
    private final FilePages pages = new FilePages(cache);

    private MemorySegment allocate(long bytes) {
        if (slabs == 0) {
            throw new OutOfMemoryError("none left");
        }
        slabs--;
        return Arena.ofAuto().allocate(bytes, Block.PAGE);
    }

    private void fill(long page, int count) {
        Fill fill = pages.begin(page, count);
        pages.end(fill, Arena.ofAuto().allocate(fill.length()), 0, fill.length(), Errno.OK);
    }

    @Test void thePoolGrowsAgainWhenThereIsMemory() {
        assertThat(pool.take(true)).isNull();
        slabs = 2;
        for (int i = 0; i < 32; i++) {
            assertThat(pool.take(true)).isNotNull();
        }
        assertThat(pool.used()).isEqualTo(2 * SLAB);
    }

    @Test void withoutMemoryOtherPagesAreEvicted() {
        slabs = 1;
        for (int i = 0; i < 3 * SLAB_PAGES; i += Block.PAGES) {
            fill(i, Block.PAGES);
        }
        assertThat(pages.isCached(3 * SLAB_PAGES - 1)).isTrue();
        assertThat(pages.isCached(0)).isFalse();
        assertThat(pool.used()).isEqualTo(SLAB);
    }

    @Test void aFillWithoutMemoryEndsAndLeavesNothing() {
        Fill fill = pages.begin(0, 10);
        assertThat(fill.length()).isZero();
        assertThat(fill.error()).isEqualTo(Errno.ENOMEM);
        assertThat(pages.pending(0)).isNull();
        assertThat(cache.used()).isZero();
    }
}
