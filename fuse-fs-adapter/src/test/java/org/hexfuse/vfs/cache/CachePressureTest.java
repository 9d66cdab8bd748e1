package org.hexfuse.vfs.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.vfs.CacheLimits;
import org.hexfuse.vfs.Stat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each kind of what is cached is bounded for itself, and what is evicted is forgotten, whatever a server sends. */
@Timeout(60) class CachePressureTest {
    private static final long HOUR = Duration.ofHours(1).toNanos();
    private static final CacheLimits LIMITS = new CacheLimits(1000, 100, 1000, 0, 0);

    /** The lookups that are not forgotten, by node id. */
    private final Map<Long, Long> lookups = new HashMap<>();
    private final DentryCache cache = cache(LIMITS);
    private final Inode root = cache.inodes().root();

    private DentryCache cache(CacheLimits limits) {
        var made = new DentryCache(limits, CacheClock.SYSTEM);
        made.inodes().forgetSink((node, count) -> lookups.merge(node, -count, Long::sum));
        return made;
    }

    private Inode enter(Inode directory, Name name, long node, FileType type) {
        lookups.merge(node, 1L, Long::sum);
        Stat like = Inode.UNKNOWN_DIRECTORY;
        var attributes = new Stat(node, type.mode() | 0755, 1, 0, 0, 0, 0, 0, 4096, like.atime(), like.mtime(),
                like.ctime());
        return cache.enter(directory, name, new EntryReply(node, 0, HOUR, attributes, HOUR),
                cache.inodes().attributes().version());
    }

    private void file(Inode directory, String name, long node) {
        cache.inodes().release(enter(directory, Name.of(name), node, FileType.REGULAR));
    }

    private boolean isCached(Inode directory, String name) {
        byte[] bytes = Name.encode(name);
        return cache.peek(directory, bytes, 0, bytes.length, cache.now()) != null;
    }

    private void assertAllForgotten() {
        cache.dropAll();
        assertThat(cache.inodes().size()).isEqualTo(1);
        assertThat(lookups).allSatisfy((_, count) -> assertThat(count).isZero());
    }

    private long known() {
        return lookups.values().stream().filter(count -> count > 0).count();
    }

    @Test void aFloodOfNegativeNamesEvictsNoFiles() {
        IntStream.range(0, 1000).forEach(i -> file(root, "f" + i, 2 + i));
        IntStream.range(0, 100_000).forEach(i -> cache.enterNegative(root, Name.of("n" + i), HOUR,
                cache.inodes().attributes().version()));
        assertThat(IntStream.range(0, 1000).filter(i -> isCached(root, "f" + i))).hasSizeGreaterThanOrEqualTo(999);
        assertThat(IntStream.range(0, 100_000).filter(i -> isCached(root, "n" + i))).hasSize(100);
        assertAllForgotten();
    }

    @Test void aFloodOfFilesEvictsNoNegativeNames() {
        IntStream.range(0, 100).forEach(i -> cache.enterNegative(root, Name.of("n" + i), HOUR,
                cache.inodes().attributes().version()));
        IntStream.range(0, 100_000).forEach(i -> file(root, "f" + i, 2 + i));
        assertThat(IntStream.range(0, 100).filter(i -> isCached(root, "n" + i))).hasSize(100);
        assertThat(known()).isLessThanOrEqualTo(1000);
        assertAllForgotten();
    }

    @Test void manyNamesInFewDirectoriesAreEvictedAndTheirDirectoriesStay() {
        var directories = new ArrayList<Inode>();
        for (int d = 0; d < 3; d++) {
            Inode directory = enter(root, Name.of("d" + d), 2 + d, FileType.DIRECTORY);
            directories.add(directory);
            cache.inodes().release(directory);
        }
        for (int i = 0; i < 100_000; i++) {
            file(directories.get(i % 3), "f" + i, 10 + i);
        }
        assertThat(IntStream.range(0, 3).filter(d -> isCached(root, "d" + d))).hasSize(3);
        assertThat(known()).isBetween(990L, 1000L);
        assertAllForgotten();
    }

    @Test void openFilesAreNotEvictedAndTheCacheBesideThemKeepsAnEighth() {
        var open = new ArrayList<Inode>();
        for (int i = 0; i < 5000; i++) {
            open.add(enter(root, Name.of("f" + i), 2 + i, FileType.REGULAR));
        }
        IntStream.range(0, 10_000).forEach(i -> file(root, "g" + i, 10_000 + i));
        assertThat(lookups.entrySet().stream().filter(e -> e.getKey() < 10_000 && e.getValue() > 0)).hasSize(5000);
        assertThat(IntStream.range(0, 10_000).filter(i -> isCached(root, "g" + i)).count()).isBetween(100L, 150L);
        cache.inodes().release(open);
        assertThat(known()).isLessThanOrEqualTo(150);
        assertAllForgotten();
    }

    @Test void hardLinksOfOneFileAreBoundedAsNamesAndDroppedInLinearTime() {
        IntStream.range(0, 100_000).forEach(i -> file(root, "link" + i, 2));
        assertThat(IntStream.range(0, 100_000).filter(i -> isCached(root, "link" + i)).count()).isEqualTo(1000);
        assertAllForgotten();
    }

    @Test void longNamesCountAsSeveral() {
        for (int i = 0; i < 2000; i++) {
            file(root, "x".repeat(4000) + i, 2 + i);
        }
        assertThat(known()).isBetween(50L, 70L);
        assertAllForgotten();
    }

    @Test void aDeepTreeIsEvictedFromItsLeaves() {
        Inode at = root;
        var chain = new ArrayList<Inode>();
        for (int i = 0; i < 5000; i++) {
            at = enter(at, Name.of("d"), 2 + i, FileType.DIRECTORY);
            chain.add(at);
        }
        cache.inodes().release(chain);
        assertThat(known()).isLessThanOrEqualTo(1001);
        assertAllForgotten();
    }

    @Test void withoutRoomNothingIsCachedAndAllIsForgottenAtOnce() {
        DentryCache none = cache(CacheLimits.NONE);
        lookups.merge(2L, 1L, Long::sum);
        none.inodes().release(none.enter(none.inodes().root(), Name.of("f"),
                new EntryReply(2, 0, HOUR, Inode.UNKNOWN_DIRECTORY, HOUR), 0));
        none.enterNegative(none.inodes().root(), Name.of("n"), HOUR, 0);
        assertThat(none.inodes().size()).isEqualTo(1);
        assertThat(known()).isZero();
        assertThat(none.find(none.inodes().root(), Name.of("n"))).isEmpty();
    }

    @Test void aLookupCountThatOverflowsIsReturnedInParts() {
        Inode inode = enter(root, Name.of("f"), 2, FileType.REGULAR);
        inode.lookupCount = Integer.MAX_VALUE;
        lookups.put(2L, (long) Integer.MAX_VALUE);
        file(root, "f", 2);
        assertThat(lookups).containsEntry(2L, 1L);
        cache.inodes().release(inode);
        assertAllForgotten();
    }

    @Test void epochsThatRepeatReviveNoDentry() {
        file(root, "f", 2);
        for (int i = 0; i < 1 << 16; i++) {
            cache.nextEpoch();
        }
        assertThat(isCached(root, "f")).isFalse();
        assertAllForgotten();
    }
}
