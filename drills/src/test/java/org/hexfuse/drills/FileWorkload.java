package org.hexfuse.drills;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LockCalls;
import org.hexfuse.posix.OpenFlags;

/**
 * What programs do with the files of a mount, by several threads, each with a directory of its own whose content it knows. No operation
 * may fail, and every content must be what was written. All threads count in one file, which a lock keeps to one of them.
 */
final class FileWorkload implements AutoCloseable {
    private static final int LARGEST = 200_000;
    private static final int FILES = 12;

    private final Path root;
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong operations = new AtomicLong();
    private final AtomicLong counted = new AtomicLong();
    private final AtomicLong longest = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stop;

    FileWorkload(Path root) throws IOException {
        this.root = root;
        Files.write(root.resolve("counter"), new byte[8]);
    }

    void start(int count) {
        for (int i = 0; i < count; i++) {
            var own = new Own(root.resolve("thread" + i), new Random(i));
            threads.add(Thread.ofPlatform().daemon().name("work-" + i).start(() -> run(own::prepare, own::step)));
        }
        threads.add(Thread.ofPlatform().daemon().name("count-1").start(() -> run(() -> {}, this::count)));
        threads.add(Thread.ofPlatform().daemon().name("count-2").start(() -> run(() -> {}, this::count)));
        threads.add(Thread.ofPlatform().daemon().name("pause").start(() -> run(() -> {}, this::measure)));
    }

    private interface Step {
        void run() throws Exception;
    }

    private void run(Step before, Step step) {
        try {
            before.run();
            while (!stop) {
                step.run();
                operations.incrementAndGet();
            }
        } catch (Throwable e) {
            failures.add(e);
        }
    }

    /** One more, with the lock. */
    private void count() throws Exception {
        try (Fd lock = Fd.open(root.resolve("counter").toString(), OpenFlags.RDWR);
                FileChannel file = FileChannel.open(root.resolve("counter"), StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            LockCalls.flock(lock, LockCalls.LOCK_EX);
            ByteBuffer value = ByteBuffer.allocate(8);
            file.read(value, 0);
            value.putLong(0, value.getLong(0) + 1);
            Thread.sleep(1);
            file.write(value.flip(), 0);
            counted.incrementAndGet();
            LockCalls.flock(lock, LockCalls.LOCK_UN);
        }
    }

    /** How long an operation that always reaches the server takes. */
    private void measure() throws Exception {
        long start = System.nanoTime();
        Files.delete(Files.createFile(root.resolve("pause")));
        long took = System.nanoTime() - start;
        longest.accumulateAndGet(took, Math::max);
        Thread.sleep(1);
    }

    /** The longest operation since the last call. */
    Duration longest() {
        return Duration.ofNanos(longest.getAndSet(0));
    }

    Queue<Throwable> failures() {
        return failures;
    }

    long operations() {
        return operations.get();
    }

    /** Whether the counter has counted each. */
    boolean isCountRight() throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(root.resolve("counter"))).getLong() == counted.get();
    }

    /** Stops all threads; false if one does not stop. */
    boolean stop() throws InterruptedException {
        stop = true;
        boolean all = true;
        for (Thread thread : threads) {
            all &= thread.join(Duration.ofSeconds(30));
        }
        return all;
    }

    @Override public void close() {
        stop = true;
    }

    /** A directory of one thread. */
    private static final class Own {
        private final Path directory;
        private final Random random;
        private final Map<String, byte[]> files = new HashMap<>();
        private final Map<String, FileChannel> open = new HashMap<>();

        Own(Path directory, Random random) {
            this.directory = directory;
            this.random = random;
        }

        void prepare() throws IOException {
            Files.createDirectory(directory);
        }

        void step() throws IOException {
            String name = "f" + random.nextInt(FILES);
            Path file = directory.resolve(name);
            byte[] content = files.get(name);
            if (content == null) {
                create(name, file);
                return;
            }
            switch (random.nextInt(12)) {
                case 0, 1 -> write(name, content);
                case 2, 3 -> check(Files.readAllBytes(file), content, file);
                case 4 -> truncate(name, content);
                case 5 -> rename(name, file, content);
                case 6 -> link(file, content);
                case 7 -> list();
                case 8 -> directories();
                case 9 -> attributes(file);
                case 10 -> delete(name, file, content);
                default -> open.get(name).force(true);
            }
        }

        private byte[] bytes() {
            byte[] bytes = new byte[random.nextInt(LARGEST)];
            random.nextBytes(bytes);
            return bytes;
        }

        private void create(String name, Path file) throws IOException {
            byte[] content = bytes();
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            open.put(name, channel);
            writeAll(channel, content, 0);
            files.put(name, content);
        }

        private static void writeAll(FileChannel channel, byte[] bytes, long position) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer, position + buffer.position());
            }
        }

        private static byte[] readAll(FileChannel channel) throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate((int) channel.size());
            while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) >= 0) {
                // On.
            }
            return buffer.array();
        }

        private void write(String name, byte[] content) throws IOException {
            byte[] more = bytes();
            int at = random.nextInt(content.length + 1);
            writeAll(open.get(name), more, at);
            byte[] all = Arrays.copyOf(content, Math.max(content.length, at + more.length));
            System.arraycopy(more, 0, all, at, more.length);
            files.put(name, all);
        }

        private void truncate(String name, byte[] content) throws IOException {
            int size = random.nextInt(content.length + 1);
            open.get(name).truncate(size);
            files.put(name, Arrays.copyOf(content, size));
            check(readAll(open.get(name)), files.get(name), directory.resolve(name));
        }

        private void rename(String name, Path file, byte[] content) throws IOException {
            String other = "f" + random.nextInt(FILES);
            if (other.equals(name)) {
                return;
            }
            Files.move(file, directory.resolve(other), StandardCopyOption.ATOMIC_MOVE);
            FileChannel replaced = open.remove(other);
            if (replaced != null) {
                // It has no name any more, and is open.
                check(readAll(replaced), files.get(other), directory.resolve(other));
                replaced.close();
            }
            open.put(other, open.remove(name));
            files.remove(name);
            files.put(other, content);
        }

        private void link(Path file, byte[] content) throws IOException {
            Path link = directory.resolve("link");
            Files.createLink(link, file);
            check(Files.readAllBytes(link), content, link);
            Files.delete(link);
            Files.createSymbolicLink(link, file.getFileName());
            check(Files.readAllBytes(link), content, link);
            Files.delete(link);
        }

        private void list() throws IOException {
            try (Stream<Path> entries = Files.list(directory)) {
                Set<String> names = entries.map(path -> path.getFileName().toString()).collect(Collectors.toSet());
                if (!names.equals(new HashSet<>(files.keySet()))) {
                    throw new IOException("a listing has " + names + " and not " + files.keySet());
                }
            }
        }

        private void directories() throws IOException {
            Path deep = directory.resolve("a/b/c");
            Files.createDirectories(deep);
            Files.move(directory.resolve("a/b"), directory.resolve("b"));
            Files.delete(directory.resolve("b/c"));
            Files.delete(directory.resolve("b"));
            Files.delete(directory.resolve("a"));
        }

        private void attributes(Path file) throws IOException {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
            Files.setAttribute(file, "user:key", ByteBuffer.wrap(new byte[]{1, 2, 3}));
            if (((byte[]) Files.getAttribute(file, "user:key")).length != 3) {
                throw new IOException("an extended attribute is lost");
            }
        }

        private void delete(String name, Path file, byte[] content) throws IOException {
            Files.delete(file);
            FileChannel channel = open.remove(name);
            writeAll(channel, new byte[]{7}, content.length);
            check(readAll(channel), files.get(name), 7, file);
            channel.close();
            files.remove(name);
        }

        private static void check(byte[] found, byte[] content, int last, Path file) throws IOException {
            byte[] longer = Arrays.copyOf(content, content.length + 1);
            longer[content.length] = (byte) last;
            check(found, longer, file);
        }

        private static void check(byte[] found, byte[] content, Path file) throws IOException {
            int differs = Arrays.mismatch(found, content);
            if (differs >= 0) {
                throw new IOException(file + " has " + found.length + " bytes, and from " + differs
                        + " on others than were written, " + content.length);
            }
        }
    }
}
