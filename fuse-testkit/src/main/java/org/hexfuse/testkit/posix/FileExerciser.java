package org.hexfuse.testkit.posix;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.vfs.Vfs;

/**
 * Exercises the data of files as {@code fsx} does: eight threads read, write, truncate, copy and reopen at random, and make each call on a
 * twin in a directory of the machine too, by {@code java.nio}. Every byte that is read is compared with the twin's, at last all of
 * them.
 *
 * <p>Half of the threads have a range of a common file each, which share pages at their ends and take no lock; the others share a file
 * with a lock. A seed gives each thread the same random numbers; {@code -Dfsx.seed=NUMBER} sets it.
 */
public final class FileExerciser {
    static final int RANGE = 300_000;
    private static final int THREADS = 8;
    private static final int STEPS = 2000;
    private static final String SEED = "fsx.seed";

    private final Vfs vfs;
    private final Path twins;
    private final ReentrantLock lock = new ReentrantLock();

    private FileExerciser(Vfs vfs, Path twins) {
        this.vfs = vfs;
        this.twins = twins;
    }

    /**
     * Runs it to its end, and prints the seed.
     *
     * @param vfs where it makes the files {@code /ranges} and {@code /shared}, of less than 2 MiB; it needs fallocate with a hole
     * @param twins a directory that is empty
     * @throws AssertionError if a byte, a size or an error differs; the message has the seed
     */
    public static void run(Vfs vfs, Path twins) throws IOException, InterruptedException {
        long seed = Long.getLong(SEED, new Random().nextLong());
        System.out.println("-D" + SEED + "=" + seed);
        try {
            new FileExerciser(vfs, twins).run(seed);
        } catch (ExecutionException e) {
            throw new AssertionError("-D" + SEED + "=" + seed, e.getCause());
        }
    }

    private TwinFile open(String name) throws IOException {
        return new TwinFile(vfs, "/" + name, twins.resolve(name));
    }

    private void run(long seed) throws IOException, InterruptedException, ExecutionException {
        try (TwinFile ranges = open("ranges"); TwinFile shared = open("shared")) {
            ranges.write(0, new byte[(THREADS / 2 + 1) * RANGE]);
            try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
                List<Future<Void>> running = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    var random = new Random(seed + i);
                    // Not at the start of a page.
                    long start = (long) i / 2 * RANGE + 17;
                    Callable<Void> program = i % 2 == 0 ? () -> useRange(start, random) : () -> useShared(random);
                    running.add(threads.submit(program));
                }
                for (Future<Void> one : running) {
                    one.get();
                }
            }
            for (TwinFile file : List.of(ranges, shared)) {
                file.compareAll();
                file.reopen(true);
                file.compareAll();
            }
        }
    }

    private Void useRange(long start, Random random) throws IOException {
        try (TwinFile file = open("ranges")) {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(10)) {
                    case 0, 1, 2, 3 -> write(file, start, random);
                    case 9 -> reopen(file, random);
                    default -> read(file, start, RANGE, random);
                }
            }
        }
        return null;
    }

    private Void useShared(Random random) throws IOException {
        try (TwinFile file = open("shared")) {
            for (int step = 0; step < STEPS; step++) {
                lock.lock();
                try {
                    step(file, random);
                    file.compareSize();
                } finally {
                    lock.unlock();
                }
            }
        }
        return null;
    }

    private void step(TwinFile file, Random random) throws IOException {
        int size = (int) file.size();
        switch (random.nextInt(14)) {
            case 0, 1, 2, 3 -> write(file, 0, random);
            case 9 -> reopen(file, random);
            case 10 -> file.truncate(random.nextInt(RANGE));
            case 11 -> file.sync();
            case 12 -> file.punch(random.nextInt(RANGE), 1 + random.nextInt(20_000));
            case 13 -> copy(file, size / 2, random);
            default -> read(file, 0, size, random);
        }
    }

    private void reopen(TwinFile file, Random random) throws IOException {
        if (random.nextInt(5) == 0) {
            vfs.dropCaches();
        }
        file.reopen(random.nextInt(4) == 0);
    }

    /** A quarter of the calls are large. */
    private static int length(int most, Random random, int large) {
        return Math.min(most, 1 + random.nextInt(random.nextInt(4) == 0 ? large : 6000));
    }

    /** Where a call begins: a third of them near the ends, whose pages the neighbours use at the same time. */
    private static int place(int size, Random random) {
        int near = Math.min(size, 3000);
        return switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> size - 1 - random.nextInt(near);
            default -> random.nextInt(size);
        };
    }

    private static void write(TwinFile file, long start, Random random) throws IOException {
        int at = place(RANGE, random);
        byte[] data = new byte[length(RANGE - at, random, 100_000)];
        random.nextBytes(data);
        file.write(start + at, data);
    }

    private static void read(TwinFile file, long start, int size, Random random) throws IOException {
        if (size > 0) {
            int at = place(size, random);
            file.compare(start + at, length(size - at, random, 200_000));
        }
    }

    private static void copy(TwinFile file, int half, Random random) throws IOException {
        if (half > 0) {
            int from = random.nextInt(half);
            file.copy(from, half + random.nextInt(half), Math.min(half - from, 1 + random.nextInt(30_000)));
        }
    }
}
