package org.hexfuse.drills;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.LockType;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.OpenDirectory;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;

/**
 * What programs do with a VFS, by several threads at once and without end, on servers of which nothing is expected but that
 * every call returns: with a result or a {@link FuseException}. Anything else is printed as {@code UNEXPECTED}, a call of more
 * than half a minute as {@code SLOW}.
 */
final class VfsWorkload {
    private static final int CALLERS = 4;
    private static final int CALLS = 60;
    private static final long SLOW = Duration.ofSeconds(30).toNanos();
    private static final VfsOptions OPTIONS = VfsOptions.DEFAULT.withRequestTimeout(Duration.ofSeconds(2))
            .withCachedNames(10_000);

    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicLong mounts = new AtomicLong();
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    private VfsWorkload() {}

    /** Works on servers at these addresses. A line of input that is {@code stop} stops it; each line makes it print what it holds. */
    static void run(List<String> addresses) throws IOException, InterruptedException {
        var workload = new VfsWorkload();
        var threads = new ArrayList<Thread>();
        for (String address : addresses) {
            threads.add(Thread.ofPlatform().start(() -> workload.mountAgainAndAgain(Address.parse(address))));
        }
        System.out.println(VictimProcess.READY);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.equals("stop")) {
                workload.stop.set(true);
                for (Thread thread : threads) {
                    thread.join();
                }
                System.out.println("STOPPED " + workload.mounts + " mounts, " + workload.calls + " calls, "
                        + workload.failed + " refused");
            }
            Victim.printHeld();
        }
        System.exit(0);
    }

    private void mountAgainAndAgain(Address address) {
        var random = new Random();
        while (!stop.get()) {
            mounts.incrementAndGet();
            try (Vfs vfs = Vfs.connect(address, OPTIONS)) {
                var callers = new ArrayList<Thread>();
                for (int i = 0; i < CALLERS; i++) {
                    long seed = random.nextLong();
                    Runnable caller = () -> call(vfs, new Random(seed));
                    callers.add(i % 2 == 0 ? Thread.ofPlatform().start(caller) : Thread.ofVirtual().start(caller));
                }
                for (Thread caller : callers) {
                    caller.join();
                }
            } catch (IOException | FuseException _) {
                failed.incrementAndGet();
            } catch (Throwable e) {
                unexpected(e);
            }
        }
    }

    private void call(Vfs vfs, Random random) {
        for (int i = 0; i < CALLS && !stop.get(); i++) {
            long start = System.nanoTime();
            calls.incrementAndGet();
            try {
                oneCall(vfs, random);
            } catch (FuseException _) {
                failed.incrementAndGet();
            } catch (Throwable e) {
                unexpected(e);
            }
            if (System.nanoTime() - start > SLOW) {
                System.out.println("SLOW " + (System.nanoTime() - start) / 1_000_000 + " ms");
            }
        }
    }

    private static void unexpected(Throwable e) {
        System.out.println("UNEXPECTED " + e);
        e.printStackTrace(System.out);
    }

    private static String path(Random random) {
        var path = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            path.append('/').append((char) ('a' + random.nextInt(6)));
        }
        return path.toString();
    }

    private static void oneCall(Vfs vfs, Random random) {
        String path = path(random);
        switch (random.nextInt(20)) {
            case 0 -> vfs.stat(path);
            case 1 -> vfs.lstat(path);
            case 2 -> vfs.list(path);
            case 3 -> vfs.mkdir(path);
            case 4 -> vfs.rename(path, path(random));
            case 5 -> vfs.unlink(path);
            case 6 -> vfs.rmdir(path);
            case 7 -> vfs.symlink(path(random), path);
            case 8 -> vfs.readlink(path);
            case 9 -> vfs.link(path, path(random));
            case 10 -> vfs.getxattr(path, "user.a");
            case 11 -> vfs.setxattr(path, "user.a", new byte[random.nextInt(100)], 0);
            case 12 -> vfs.listxattr(path);
            case 13 -> vfs.statfs(path);
            case 14 -> vfs.truncate(path, random.nextLong());
            case 15 -> vfs.chmod(path, random.nextInt(07777));
            case 16 -> vfs.dropCaches();
            case 17 -> walk(vfs, path, random);
            default -> use(vfs, path, random);
        }
    }

    private static void walk(Vfs vfs, String path, Random random) {
        try (OpenDirectory directory = vfs.opendir(path)) {
            for (int i = 0; i < 100; i++) {
                DirectoryEntry entry = directory.next().orElse(null);
                if (entry == null) {
                    directory.seek(random.nextLong());
                }
            }
        }
    }

    private static void use(Vfs vfs, String path, Random random) {
        try (OpenFile file = random.nextBoolean() ? vfs.open(path, OpenFlag.READ, OpenFlag.WRITE)
                : vfs.open(path, 0644, OpenFlag.READ, OpenFlag.WRITE, OpenFlag.CREATE)) {
            for (int i = 0; i < 6; i++) {
                switch (random.nextInt(11)) {
                    case 0, 1 -> file.read(new byte[random.nextInt(200_000)], random.nextInt(1 << 20));
                    case 2, 3 -> file.write(new byte[random.nextInt(200_000)], random.nextLong() >>> 8);
                    case 4 -> file.sync(random.nextBoolean());
                    case 5 -> file.stat();
                    case 6 -> file.seekData(random.nextInt(100));
                    case 7 -> file.fallocate(0, random.nextInt(1000), 1 + random.nextInt(1000));
                    case 8 -> file.tryFlock(LockType.WRITE);
                    case 9 -> file.poll(1, Duration.ofMillis(10));
                    default -> file.copyFileRange(file, 0, 1 << 20, random.nextInt(100_000));
                }
            }
        }
    }
}
