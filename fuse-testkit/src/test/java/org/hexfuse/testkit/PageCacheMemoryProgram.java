package org.hexfuse.testkit;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Read;
import org.hexfuse.server.SetAttr;
import org.hexfuse.server.Write;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.PageCacheOptions;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;

/**
 * A page cache in a JVM whose native memory is used up, {@code CACHE early} or {@code CACHE late}: before the cache has any, or when it has
 * dirty pages. Threads read and write, compare each byte, and go on when there is memory again. Prints to standard error the errors of
 * their calls, each phase in a line.
 */
final class PageCacheMemoryProgram {
    private static final int THREADS = 4;
    private static final int RANGE = 1_500_000;
    private static final int STEPS = 300;
    private static final int PIECE = 64 << 10;
    /** Pieces: enough for requests, but too little for the smallest part of a cache. */
    private static final int GIVEN_BACK = 8;

    private final Content content = new Content();
    private final Map<Errno, Integer> errors = new EnumMap<>(Errno.class);
    private final byte[][] models = new byte[THREADS][RANGE];

    /** One file in the heap. */
    private static final class Content implements FuseFileSystem {
        private final byte[] bytes = new byte[THREADS * RANGE];

        @Override public void init(InitNegotiation negotiation) {
            negotiation.enable(InitFlag.WRITEBACK_CACHE);
            negotiation.enable(InitFlag.ASYNC_READ);
        }

        private static Attr attr(long node) {
            return node == 1 ? Attr.directory(0755) : Attr.file(0644, THREADS * RANGE);
        }

        @Override public Entry lookup(Lookup op) {
            return Entry.of(2, attr(2));
        }

        @Override public Attr getattr(GetAttr op) {
            return attr(op.node());
        }

        @Override public Attr setattr(SetAttr op) {
            return attr(op.node());
        }

        @Override public void read(Read op, DataReply out) {
            synchronized (bytes) {
                out.writeSlice(bytes, op.offset());
            }
        }

        @Override public int write(Write op) {
            synchronized (bytes) {
                int length = (int) op.data().size();
                op.data().copyTo(0, bytes, (int) op.offset(), length);
                return length;
            }
        }

        byte[] range(int from, int length) {
            synchronized (bytes) {
                return Arrays.copyOfRange(bytes, from, from + length);
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            failure.printStackTrace();
            Runtime.getRuntime().halt(2);
        });
        new PageCacheMemoryProgram().run(PageCacheOptions.parse(arguments[0]), arguments[1].equals("early"));
        System.err.println("closed");
        System.exit(0);
    }

    private void run(PageCacheOptions cache, boolean early) throws IOException, InterruptedException {
        try (var kernel = UserKernel.connect("mem:", content,
                VfsOptions.DEFAULT.withPageCache(cache.withDirtyTime(Duration.ofHours(1))))) {
            Vfs vfs = kernel.vfs();
            try (OpenFile file = vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
                List<MemorySegment> taken = new ArrayList<>();
                if (early) {
                    takeAll(taken);
                    taken.subList(0, GIVEN_BACK).clear();
                } else {
                    phase("with memory", file, 1);
                    takeAll(taken);
                }
                phase("without memory", file, 2);
                sync("sync", file);
                phase("after sync", file, 3);
                sync("sync again", file);
                taken.clear();
                phase("with memory again", file, 4);
            }
            System.err.println("server " + (isWritten() ? "has all" : "LACKS"));
        }
    }

    /** Uses up the direct memory. */
    private static void takeAll(List<MemorySegment> taken) {
        try {
            while (true) {
                taken.add(Arena.ofAuto().allocate(PIECE));
            }
        } catch (OutOfMemoryError _) {
            System.err.println("taken " + taken.size() + " pieces");
        }
    }

    private void sync(String name, OpenFile file) {
        long start = System.nanoTime();
        call(() -> file.sync(false));
        report(name, start);
    }

    private void report(String name, long start) {
        System.err.println(name + " " + errors + " ms " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        errors.clear();
    }

    private void phase(String name, OpenFile file, long seed) throws InterruptedException {
        long start = System.nanoTime();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < THREADS; i++) {
            int number = i;
            threads.add(Thread.ofPlatform().start(() -> exercise(file, number, new Random(seed * 100 + number))));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        report(name, start);
    }

    private void exercise(OpenFile file, int number, Random random) {
        byte[] model = models[number];
        long start = (long) number * RANGE;
        for (int i = 0; i < STEPS; i++) {
            int at = random.nextInt(RANGE);
            byte[] data = new byte[Math.min(RANGE - at, 1 + random.nextInt(40_000))];
            if (random.nextBoolean()) {
                random.nextBytes(data);
                call(() -> {
                    int written = file.write(data, start + at);
                    System.arraycopy(data, 0, model, at, written);
                });
            } else {
                call(() -> {
                    int read = file.read(data, start + at);
                    int wrong = Arrays.mismatch(data, 0, read, model, at, at + read);
                    if (wrong >= 0 || read == 0) {
                        throw new AssertionError("byte " + wrong + " of " + read + " at " + (start + at));
                    }
                });
            }
        }
    }

    private void call(Runnable action) {
        try {
            action.run();
        } catch (FuseException e) {
            synchronized (errors) {
                errors.merge(e.errno(), 1, Integer::sum);
            }
        }
    }

    private boolean isWritten() {
        for (int i = 0; i < THREADS; i++) {
            if (!Arrays.equals(models[i], content.range(i * RANGE, RANGE))) {
                return false;
            }
        }
        return true;
    }
}
