package org.hexfuse.vfs.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.vfs.Stat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60) class DentryCacheTest {
    private static final int NEVER_FULL = 1 << 20;
    private final AtomicLong forgotten = new AtomicLong();
    private final AtomicLong entered = new AtomicLong();

    private DentryCache cache(int capacity) {
        var cache = new DentryCache(capacity, CacheClock.SYSTEM);
        cache.inodes().forgetSink((_, lookups) -> forgotten.addAndGet(lookups));
        return cache;
    }

    private static EntryReply entry(long node, FileType type) {
        long later = Duration.ofHours(1).toNanos();
        Stat attributes = Inode.UNKNOWN_DIRECTORY;
        return new EntryReply(node, 0, later, type == FileType.DIRECTORY ? attributes : file(attributes), later);
    }

    private static Stat file(Stat stat) {
        return new Stat(stat.ino(), FileType.REGULAR.mode() | 0644, 1, stat.uid(), stat.gid(), stat.rdev(), 0, 0,
                stat.blockSize(), stat.atime(), stat.mtime(), stat.ctime());
    }

    private Inode enter(DentryCache cache, Inode directory, String name, long node, FileType type) {
        entered.incrementAndGet();
        Inode inode = cache.enter(directory, Name.of(name), entry(node, type), cache.inodes().attributes().version());
        return inode;
    }

    private Inode directory(DentryCache cache, Inode parent, String name, long node) {
        return enter(cache, parent, name, node, FileType.DIRECTORY);
    }

    @Test void aDirectoryBelowItselfIsEloop() {
        DentryCache cache = cache(NEVER_FULL);
        Inode two = directory(cache, cache.inodes().root(), "a", 2);
        assertThatThrownBy(() -> directory(cache, two, "x", 2)).isInstanceOfSatisfying(FuseException.class,
                e -> assertThat(e.errno()).isEqualTo(Errno.ELOOP));
        Inode three = directory(cache, two, "b", 3);
        Inode four = directory(cache, three, "c", 4);
        assertThatThrownBy(() -> directory(cache, four, "x", 2)).isInstanceOf(FuseException.class);
        assertThatThrownBy(() -> directory(cache, four, "x", 3)).isInstanceOf(FuseException.class);
        assertThat(cache.find(four, Name.of("x"))).isEmpty();
        cache.inodes().release(List.of(two, three, four));
        cache.dropAll();
        assertThat(cache.inodes().size()).isEqualTo(1);
        assertThat(forgotten).hasValue(entered.get());
    }

    @Test void aDirectoryHasOneDentryAndKeepsItsChildrenWhenItMoves() {
        DentryCache cache = cache(NEVER_FULL);
        Inode root = cache.inodes().root();
        Inode two = directory(cache, root, "a", 2);
        Inode file = enter(cache, two, "f", 9, FileType.REGULAR);
        directory(cache, root, "b", 2);
        assertThat(cache.find(root, Name.of("a"))).isEmpty();
        assertThat(cache.find(root, Name.of("b"))).contains(two);
        assertThat(cache.find(two, Name.of("f"))).contains(file);
    }

    @Test void aSubtreeWithTwoNamesALevelIsDroppedInLinearTime() {
        DentryCache cache = cache(NEVER_FULL);
        Inode at = cache.inodes().root();
        for (long level = 2; level < 2000; level++) {
            directory(cache, at, "x", level);
            at = directory(cache, at, "y", level);
        }
        cache.invalidate(cache.inodes().root(), Name.of("y"));
        assertThat(cache.inodes().root().hasNoChildren()).isTrue();
    }

    @Test void aFileHasADentryForEachHardLink() {
        DentryCache cache = cache(NEVER_FULL);
        Inode root = cache.inodes().root();
        for (String name : List.of("a", "b", "c")) {
            cache.inodes().release(enter(cache, root, name, 5, FileType.REGULAR));
        }
        cache.invalidate(root, Name.of("b"));
        assertThat(cache.find(root, Name.of("a")).map(i -> i.nodeId)).contains(5L);
        cache.inodes().release(cache.find(root, Name.of("a")).orElseThrow());
        cache.inodes().release(cache.find(root, Name.of("a")).orElseThrow());
        cache.prune(new long[]{5});
        assertThat(cache.find(root, Name.of("a"))).isEmpty();
        assertThat(cache.find(root, Name.of("c"))).isEmpty();
    }

    @Test void pruningExaminesNoOtherDentries() {
        DentryCache cache = cache(NEVER_FULL);
        Inode root = cache.inodes().root();
        var numbers = new long[100_000];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i + 2L;
            cache.inodes().release(enter(cache, root, "f" + i, numbers[i], FileType.REGULAR));
        }
        // Examining all dentries for each node took minutes.
        cache.prune(numbers);
        for (int i = 0; i < numbers.length; i++) {
            cache.invalidate(1, Name.of("f" + i), 0, false);
        }
        assertThat(cache.inodes().size()).isEqualTo(1);
        assertThat(forgotten).hasValue(numbers.length);
    }

    @Test void theCacheIsBoundedAndUsedDentriesStay() {
        DentryCache cache = cache(100);
        Inode root = cache.inodes().root();
        Inode used = directory(cache, root, "used", 2);
        cache.inodes().release(used);
        for (int i = 0; i < 10_000; i++) {
            cache.inodes().release(enter(cache, root, "f" + i, 10 + i, FileType.REGULAR));
            Optional<Inode> still = cache.find(root, Name.of("used"));
            assertThat(still).isPresent();
            cache.inodes().release(still.orElseThrow());
        }
        assertThat(cache.inodes().size()).isLessThanOrEqualTo(101);
    }

    @Test void concurrentLookupsAndDropsNeverReturnAForgottenInode() throws Exception {
        DentryCache cache = cache(64);
        Inode root = cache.inodes().root();
        var stop = new AtomicBoolean();
        var failures = new ConcurrentLinkedQueue<Throwable>();
        var threads = new ArrayList<Thread>();
        for (int t = 0; t < 4; t++) {
            threads.add(Thread.ofPlatform().uncaughtExceptionHandler((_, e) -> failures.add(e)).start(() -> {
                while (!stop.get()) {
                    int number = ThreadLocalRandom.current().nextInt(200);
                    var name = Name.of("n" + number);
                    switch (ThreadLocalRandom.current().nextInt(4)) {
                        case 0 -> cache.inodes()
                                .release(enter(cache, root, name.toString(), 10 + number, FileType.REGULAR));
                        case 1 -> cache.invalidate(root, name);
                        case 2 -> cache.renamed(root, name, root, Name.of("n" + (number + 1) % 200), false,
                                cache.inodes().attributes().version());
                        default -> cache.find(root, name).filter(found -> found != DentryCache.NEGATIVE)
                                .ifPresent(found -> {
                                    if (found.references() < 1) {
                                        failures.add(new AssertionError("an inode without a reference"));
                                    }
                                    cache.inodes().release(found);
                                });
                    }
                }
            }));
        }
        Thread.sleep(1000);
        stop.set(true);
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
        }
        assertThat(failures).isEmpty();
        cache.dropAll();
        assertThat(cache.inodes().size()).isEqualTo(1);
        assertThat(forgotten).hasValue(entered.get());
    }
}
