package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.filter.Fault;
import org.hexfuse.server.filter.FaultyFileSystem;
import org.hexfuse.server.filter.InjectedFault;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.fault.FaultyTransport;
import org.hexfuse.testkit.fault.TransportFault.Kind;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a transport or a filesystem does, no call of the VFS hangs, and each ends with a result or an errno. */
@Timeout(180) class FaultsTest {
    private static final int THREADS = 3;
    private static final int CALLS = 25;
    /** Longer than any call takes: the request timeout, of each of its requests. */
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Duration REQUEST_TIMEOUT = Duration.ofMillis(300);

    private final Map<Kind, Long> injected = new ConcurrentHashMap<>();
    private final Set<Errno> errors = ConcurrentHashMap.newKeySet();

    @TempDir Path directory;

    private static FuseFileSystem memory() {
        return new MemoryFileSystem(16 << 20, 500);
    }

    /** A program of one thread. What is no errno of the VFS is added to {@code failures}. */
    private void program(Vfs vfs, long seed, Queue<Throwable> failures) {
        var random = new SplittableRandom(seed);
        for (int i = 0; i < CALLS; i++) {
            try {
                call(vfs, random);
            } catch (FuseException e) {
                errors.add(e.errno());
                if (e.errno() == Errno.OK) {
                    failures.add(e);
                }
            } catch (Throwable e) {
                failures.add(e);
            }
        }
    }

    private static void call(Vfs vfs, SplittableRandom random) {
        String path = "/d" + random.nextInt(2) + "/f" + random.nextInt(3);
        switch (random.nextInt(12)) {
            case 0 -> vfs.mkdir("/d" + random.nextInt(2));
            case 1 -> vfs.writeString(path, "x".repeat(random.nextInt(10_000)));
            case 2 -> vfs.readAllBytes(path);
            case 3 -> vfs.stat(path);
            case 4 -> vfs.rename(path, "/d" + random.nextInt(2) + "/f" + random.nextInt(3));
            case 5 -> vfs.list("/d" + random.nextInt(2));
            case 6 -> vfs.unlink(path);
            case 7 -> vfs.truncate(path, random.nextInt(5000));
            case 8 -> vfs.chmod(path, 0600);
            case 9 -> vfs.symlink("/d0", "/s" + random.nextInt(3));
            case 10 -> vfs.statfs();
            default -> {
                try (OpenFile file = vfs.open(path, OpenFlag.READ, OpenFlag.WRITE, OpenFlag.CREATE)) {
                    file.write(new byte[random.nextInt(5000)], random.nextInt(5000));
                    file.sync(false);
                }
            }
        }
    }

    private void programs(UserKernel kernel, long seed) throws InterruptedException {
        var failures = new ConcurrentLinkedQueue<Throwable>();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < THREADS; i++) {
            long own = seed * THREADS + i;
            threads.add(Thread.ofVirtual().start(() -> program(kernel.vfs(), own, failures)));
        }
        for (Thread thread : threads) {
            assertThat(thread.join(LONGEST)).as("seed %d: a call hangs: %s", seed, List.of(thread.getStackTrace()))
                    .isTrue();
        }
        assertThat(failures).as("seed %d", seed).isEmpty();
    }

    private static FaultyTransport faults(long seed) {
        double all = new SplittableRandom(seed).nextDouble(0.2);
        return FaultyTransport.seeded(seed).delays(all / 4, Duration.ofMillis(10)).with(Kind.REORDER, all / 4)
                .with(Kind.DUPLICATE, all / 4).with(Kind.TRUNCATE, all / 8).with(Kind.DROP, all / 16)
                .with(Kind.DIE, all / 64);
    }

    private void withFaultyTransport(String address, long seed) throws IOException, InterruptedException {
        FaultyTransport faults = faults(seed);
        try (UserKernel kernel = UserKernel.serving(memory()).at(address).faults(faults)
                .options(mount -> mount.withRequestTimeout(REQUEST_TIMEOUT)).connect()) {
            programs(kernel, seed);
            faults.log().forEach(fault -> injected.merge(fault.kind(), 1L, Long::sum));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\nwith " + faults, e);
        }
    }

    private interface Run {
        void with(long seed) throws Exception;
    }

    /** Runs seeds, some at a time, since most of the time of a seed is its timeouts. */
    private void seeds(int count, Run run) throws InterruptedException {
        var failures = new ConcurrentLinkedQueue<Throwable>();
        var permits = new Semaphore(24);
        LongConsumer one = seed -> {
            try {
                run.with(seed);
            } catch (Throwable e) {
                failures.add(new AssertionError("seed " + seed + ": " + e, e));
            } finally {
                permits.release();
            }
        };
        for (long seed : LongStream.range(0, count).toArray()) {
            permits.acquire();
            Thread.ofVirtual().start(() -> one.accept(seed));
        }
        permits.acquire(24);
        assertThat(failures).isEmpty();
    }

    @Test void noCallHangsOverAFaultyTransportInMemory() throws Exception {
        seeds(200, seed -> withFaultyTransport("mem:", seed));
        assertThat(injected.keySet()).containsExactlyInAnyOrder(Kind.values());
        assertThat(errors).contains(Errno.EIO, Errno.ECONNABORTED, Errno.ENOTCONN, Errno.ETIMEDOUT);
    }

    @Test void noCallHangsWhereTheCallersThreadRunsTheHandler() throws Exception {
        seeds(100, seed -> withFaultyTransport("mem:?inline", seed));
    }

    @Test void noCallHangsOverAFaultyStreamSocket() throws Exception {
        seeds(100, seed -> withFaultyTransport("unix:" + directory.resolve("s" + seed), seed));
    }

    @Test void noCallHangsOverAFaultyPacketSocket() throws Exception {
        seeds(100, seed -> withFaultyTransport("unix-seqpacket:" + directory.resolve("p" + seed), seed));
    }

    @Test void noCallHangsWithAFaultyFileSystem() throws Exception {
        Set<InjectedFault.Kind> kinds = ConcurrentHashMap.newKeySet();
        seeds(200, seed -> {
            double some = new SplittableRandom(seed).nextDouble(0.3);
            var faulty = new FaultyFileSystem(memory(), seed, new Fault.Failure(_ -> true, some / 2, Errno.ENOSPC),
                    new Fault.Panic(_ -> true, some / 4), new Fault.ShortRead(_ -> true, some),
                    new Fault.Delay(_ -> true, some / 4, Duration.ZERO, Duration.ofMillis(5)));
            try (UserKernel kernel = UserKernel.serving(faulty).server(server -> server.onPanic((_, _, _, _) -> {}))
                    .connect().failOnLeaks()) {
                programs(kernel, seed);
            } catch (AssertionError e) {
                throw new AssertionError(e.getMessage() + "\nwith " + faulty, e);
            }
            faulty.log().forEach(fault -> kinds.add(fault.kind()));
        });
        assertThat(errors).contains(Errno.EIO, Errno.ENOSPC);
        assertThat(kinds).containsExactlyInAnyOrder(InjectedFault.Kind.values());
    }
}
