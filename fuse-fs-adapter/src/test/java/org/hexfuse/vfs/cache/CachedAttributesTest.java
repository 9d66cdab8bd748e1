package org.hexfuse.vfs.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hexfuse.abi.FileType;
import org.hexfuse.posix.Timespec;
import org.hexfuse.vfs.Stat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attributes are packed and unpacked without a loss, and are never read half written. */
@Timeout(60) class CachedAttributesTest {
    private static final long BEFORE_1698 = -(1L << 33) - 1;
    private static final long AFTER_2242 = 1L << 33;

    private static Stat stat(long number, long seconds) {
        var time = new Timespec(seconds, (int) (number & 0x1FFF_FFFF));
        return new Stat(number, FileType.REGULAR.mode() | 0644, (int) number, (int) number, (int) number, (int) number,
                number & Long.MAX_VALUE, number & 0xFFFF_FFFFL, (int) number, time, time, time);
    }

    private static void write(Inode inode, Stat stat) {
        synchronized (inode) {
            inode.write(stat);
        }
    }

    @Test void anyAttributesAreReadAsTheyWereWritten() {
        var random = new Random(7);
        var inode = new Inode(1, 0, stat(0, 0));
        for (int i = 0; i < 20_000; i++) {
            Stat like = stat(random.nextLong(), random.nextLong(BEFORE_1698 + 1, AFTER_2242));
            Stat written = new Stat(like.ino(), like.mode(), like.nlink(), like.uid(), like.gid(), like.rdev(),
                    like.size(), random.nextInt(8) == 0 ? random.nextLong() : like.blocks(), like.blockSize(),
                    like.atime(), new Timespec(random.nextInt(8) == 0 ? random.nextLong() : 3, 999_999_999),
                    like.ctime());
            write(inode, written);
            assertThat(inode.read()).isEqualTo(written);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {BEFORE_1698, BEFORE_1698 + 1, -1, 0, AFTER_2242 - 1, AFTER_2242, Long.MIN_VALUE,
        Long.MAX_VALUE}) void anyTimeIsKept(long seconds) {
        var inode = new Inode(1, 0, stat(3, seconds));
        assertThat(inode.read()).isEqualTo(stat(3, seconds));
        write(inode, stat(4, 0));
        assertThat(inode.read()).isEqualTo(stat(4, 0));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 0xFFFF_FFFFL, 0x1_0000_0000L, Long.MIN_VALUE, -1}) void anyGenerationIsKept(
            long generation) {
        assertThat(new Inode(1, generation, stat(0, 0)).generation()).isEqualTo(generation);
    }

    @Test void attributesAreNeverReadHalfWritten() throws Exception {
        var inode = new Inode(1, 0, stat(1, 1));
        var stop = new AtomicBoolean();
        var failures = new ConcurrentLinkedQueue<Throwable>();
        var threads = new ArrayList<Thread>();
        for (int t = 0; t < 2; t++) {
            threads.add(Thread.ofPlatform().uncaughtExceptionHandler((_, e) -> failures.add(e)).start(() -> {
                while (!stop.get()) {
                    Stat read = inode.read();
                    if (!read.equals(stat(read.ino(), read.ino() % 5 == 0 ? AFTER_2242 : read.ino()))) {
                        failures.add(new AssertionError("half of it: " + read));
                        return;
                    }
                }
            }));
        }
        threads.add(Thread.ofPlatform().start(() -> {
            for (long number = 0; !stop.get(); number = (number + 1) & 0xFFFF) {
                write(inode, stat(number, number % 5 == 0 ? AFTER_2242 : number));
            }
        }));
        Thread.sleep(700);
        stop.set(true);
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
        }
        assertThat(failures).isEmpty();
    }

    @Test void anInodeThatChangedLongAgoIsNotTakenForOneThatChangesNow() {
        var attributes = new AttributeCache(CacheClock.SYSTEM);
        var inode = new Inode(1, 0, stat(0, 0));
        long before = attributes.version();
        attributes.invalidate(inode);
        assertThat(attributes.hasChangedSince(inode, before)).isTrue();
        assertThat(attributes.hasChangedSince(inode, attributes.version())).isFalse();
        var other = new Inode(2, 0, stat(0, 0));
        long between = attributes.version();
        attributes.invalidate(other);
        assertThat(attributes.hasChangedSince(inode, between)).isFalse();
        assertThat(attributes.lastChange(inode)).isEqualTo(between);
    }
}
