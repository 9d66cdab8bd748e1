package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.PageCacheOptions;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random reads, writes, truncations, copies and closes by eight threads with a page cache too small for their files (as {@code fsx}),
 * each byte compared with a model. Half of the threads have a range of a common file each; the others share a file with a lock.
 * Prints the seed of a run that fails.
 */
class PageCacheStressTest {
    private static final int THREADS = 8;
    private static final int RANGE = 300_000;
    private static final int STEPS = 400;

    /** A part of a file that one thread at a time uses, and what it should have. */
    private static final class Model {
        final String path;
        final long start;
        final boolean whole;
        byte[] content = {};
        final ReentrantLock lock = new ReentrantLock();

        Model(String path, long start, boolean whole) {
            this.path = path;
            this.start = start;
            this.whole = whole;
        }

        void write(int at, byte[] data) {
            if (at + data.length > content.length) {
                content = Arrays.copyOf(content, at + data.length);
            }
            System.arraycopy(data, 0, content, at, data.length);
        }
    }

    @ParameterizedTest
    @CsvSource({"AUTO, mem:", "WRITEBACK, mem:", "AUTO, mem:?inline", "WRITEBACK, mem:?inline"})
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) void everyByteIsRight(
            PageCacheOptions.Mode mode, String address) throws Exception {
        long seed = new Random().nextLong();
        var memory = new MemoryFileSystem(64 << 20, 5000);
        FuseFileSystem served = mode == PageCacheOptions.Mode.WRITEBACK ? new WritingBack(memory) : memory;
        var cache = new PageCacheOptions(mode, 1 << 20, Duration.ofMillis(20));
        try (UserKernel kernel = connect(address, served, cache);
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            Vfs vfs = kernel.vfs();
            vfs.writeAllBytes("/ranges", new byte[THREADS * RANGE]);
            vfs.writeAllBytes("/shared", new byte[0]);
            var shared = new Model("/shared", 0, true);
            var bytes = new AtomicLong();
            List<Future<Void>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                var random = new Random(seed + i);
                Model model = i % 2 == 0 ? new Model("/ranges", (long) i * RANGE + 17, false) : shared;
                Callable<Void> program = () -> run(vfs, model, random, bytes);
                running.add(threads.submit(program));
            }
            for (Future<Void> one : running) {
                try {
                    one.get();
                } catch (Exception e) {
                    throw new AssertionError("seed " + seed, e);
                }
            }
            assertThat(bytes.get()).isPositive();
            vfs.close();
        }
    }

    private static UserKernel connect(String address, FuseFileSystem served, PageCacheOptions cache)
            throws IOException {
        return UserKernel.connect(address, served, VfsOptions.DEFAULT.withPageCache(cache));
    }

    private static Void run(Vfs vfs, Model model, Random random, AtomicLong bytes) {
        if (!model.whole) {
            model.content = new byte[RANGE - 100];
        }
        OpenFile file = vfs.open(model.path, OpenFlag.READ, OpenFlag.WRITE);
        for (int step = 0; step < STEPS; step++) {
            model.lock.lock();
            try {
                switch (random.nextInt(model.whole ? 14 : 10)) {
                    case 0, 1, 2, 3 -> write(file, model, random);
                    case 9 -> {
                        file.close();
                        file = vfs.open(model.path, OpenFlag.READ, OpenFlag.WRITE);
                    }
                    case 10 -> {
                        int size = random.nextInt(RANGE);
                        file.truncate(size);
                        model.content = Arrays.copyOf(model.content, size);
                    }
                    case 11 -> file.sync(false);
                    case 12 -> punch(file, model, random);
                    case 13 -> copy(file, model, random);
                    default -> bytes.addAndGet(check(file, model, random));
                }
                if (model.whole) {
                    assertThat(file.stat().size()).isEqualTo(model.content.length);
                }
            } finally {
                model.lock.unlock();
            }
        }
        file.close();
        byte[] all = new byte[model.content.length];
        try (OpenFile last = vfs.open(model.path, OpenFlag.READ, OpenFlag.DIRECT)) {
            model.lock.lock();
            try {
                all = new byte[model.content.length];
                assertThat(last.read(all, model.start)).isEqualTo(all.length);
                assertThat(Arrays.mismatch(all, model.content)).as("the server's content").isEqualTo(-1);
            } finally {
                model.lock.unlock();
            }
        }
        return null;
    }

    private static void write(OpenFile file, Model model, Random random) {
        int limit = RANGE - 100;
        int at = random.nextInt(limit);
        byte[] data = new byte[Math.min(limit - at, 1 + random.nextInt(random.nextInt(4) == 0 ? 100_000 : 6000))];
        random.nextBytes(data);
        assertThat(file.write(data, model.start + at)).isEqualTo(data.length);
        model.write(at, data);
    }

    private static int check(OpenFile file, Model model, Random random) {
        if (model.content.length == 0) {
            return 0;
        }
        int at = random.nextInt(model.content.length);
        int length = Math.min(model.content.length - at, 1 + random.nextInt(random.nextInt(4) == 0 ? 200_000 : 6000));
        byte[] target = new byte[length];
        assertThat(file.read(target, model.start + at)).isEqualTo(length);
        int wrong = Arrays.mismatch(target, Arrays.copyOfRange(model.content, at, at + length));
        assertThat(wrong).as("first wrong byte of %s from %s", length, at).isEqualTo(-1);
        return length;
    }

    private static void punch(OpenFile file, Model model, Random random) {
        int at = random.nextInt(RANGE);
        int length = 1 + random.nextInt(20_000);
        file.fallocate(3, at, length);
        int end = Math.min(at + length, model.content.length);
        if (at < end) {
            Arrays.fill(model.content, at, end, (byte) 0);
        }
    }

    private static void copy(OpenFile file, Model model, Random random) {
        int half = model.content.length / 2;
        if (half == 0) {
            return;
        }
        int from = random.nextInt(half);
        int length = Math.min(half - from, 1 + random.nextInt(30_000));
        int to = half + random.nextInt(half);
        long copied = file.copyFileRange(file, from, to, length);
        assertThat(copied).isEqualTo(length);
        model.write(to, Arrays.copyOfRange(model.content, from, from + length));
    }
}
