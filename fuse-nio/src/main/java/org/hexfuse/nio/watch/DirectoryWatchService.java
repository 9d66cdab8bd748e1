package org.hexfuse.nio.watch;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.nio.file.StandardWatchEventKinds.OVERFLOW;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A {@link WatchService} for directories of one {@link java.nio.file.FileSystem}. It looks at them at intervals, and at single names
 * some milliseconds after its source of changes has named them.
 *
 * <p><b>Bounds.</b> Of a directory with more than {@link #MAX_NAMES} names an event is OVERFLOW. So are more than 512 events that nobody
 * takes. A look that takes long is followed by a pause of ten times as long, if that is longer than the interval.
 *
 * <p><b>Closing</b> wakes the threads in {@link #take} and {@link #poll}, and invalidates the keys. A key also becomes invalid when its
 * directory is gone.
 */
public final class DirectoryWatchService implements WatchService {
    /** Between two looks, unless told otherwise. */
    public static final Duration INTERVAL = Duration.ofSeconds(2);
    /** The most names of a directory that are kept. */
    public static final int MAX_NAMES = 1 << 16;

    private static final Set<WatchEvent.Kind<?>> KINDS = Set.of(ENTRY_CREATE, ENTRY_DELETE, ENTRY_MODIFY);
    /** The sensitivities of older JDKs, which change nothing here. */
    private static final Set<String> IGNORED_MODIFIERS = Set.of("HIGH", "MEDIUM", "LOW");
    /** How long names are collected that may have changed. */
    private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** The pause after a look, in times of the look. */
    private static final int PAUSE = 10;

    private final ChangeSource source;
    private final long interval;
    private final int maxNames;
    private final Runnable onClose;
    private final ReentrantLock lock = new ReentrantLock();
    /** There is a key to take, or the service is closed. */
    private final Condition takeable = lock.newCondition();
    /** A directory may have changed, or the service is closed. */
    private final Condition hinted = lock.newCondition();
    private final Deque<DirectoryWatchKey> signalled = new ArrayDeque<>();
    private final Map<Object, DirectoryWatchKey> keys = new HashMap<>();
    private boolean hasHints;
    /** The thread that looks; null until a directory is registered. */
    private Thread thread;
    private volatile boolean closed;

    /**
     * Watches nothing yet.
     *
     * @param interval between two looks at a directory
     * @param onClose runs once, after the service was closed
     */
    public DirectoryWatchService(ChangeSource source, Duration interval, Runnable onClose) {
        this(source, interval, MAX_NAMES, onClose);
    }

    DirectoryWatchService(ChangeSource source, Duration interval, int maxNames, Runnable onClose) {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("an interval of " + interval);
        }
        this.source = source;
        this.interval = interval.toNanos();
        this.maxNames = maxNames;
        this.onClose = onClose;
    }

    /** As {@link Path#register(WatchService, WatchEvent.Kind[], WatchEvent.Modifier...)}, which calls this. */
    public WatchKey register(Path directory, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers)
            throws IOException {
        Set<WatchEvent.Kind<?>> kinds = kinds(events);
        for (WatchEvent.Modifier modifier : modifiers) {
            if (!IGNORED_MODIFIERS.contains(modifier.name())) {
                throw new UnsupportedOperationException("a watch with the modifier " + modifier.name());
            }
        }
        requireOpen();
        Object key = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
        var added = new DirectoryWatchKey(this, key == null ? directory.toAbsolutePath().normalize() : key, directory,
                kinds);
        DirectoryWatchKey present = present(added.id, kinds);
        if (present != null) {
            return present;
        }
        added.open(source, maxNames);
        return add(added, kinds);
    }

    private static Set<WatchEvent.Kind<?>> kinds(WatchEvent.Kind<?>[] events) {
        var kinds = new HashSet<WatchEvent.Kind<?>>();
        for (WatchEvent.Kind<?> kind : events) {
            if (KINDS.contains(kind)) {
                kinds.add(kind);
            } else if (!kind.equals(OVERFLOW)) {
                throw new UnsupportedOperationException("a watch for " + kind.name());
            }
        }
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("no kind of event to watch for");
        }
        return kinds;
    }

    /** The key of a directory that is watched already, for other kinds from now on; null if there is none. */
    private DirectoryWatchKey present(Object id, Set<WatchEvent.Kind<?>> kinds) {
        lock.lock();
        try {
            DirectoryWatchKey present = keys.get(id);
            if (present != null) {
                present.kinds(kinds);
            }
            return present;
        } finally {
            lock.unlock();
        }
    }

    private DirectoryWatchKey add(DirectoryWatchKey added, Set<WatchEvent.Kind<?>> kinds) {
        DirectoryWatchKey present;
        lock.lock();
        try {
            present = closed ? null : keys.putIfAbsent(added.id, added);
            if (!closed && present == null) {
                start();
                return added;
            }
        } finally {
            lock.unlock();
        }
        added.close();
        requireOpen();
        present.kinds(kinds);
        return present;
    }

    private void start() {
        if (thread == null) {
            thread = Thread.ofVirtual().name("hexfuse-watch").start(this::look);
        }
    }

    boolean isOpen() { return !closed; }

    private void requireOpen() {
        if (closed) {
            throw new ClosedWatchServiceException();
        }
    }

    /** Looks soon at the names that may have changed. */
    void hint() {
        lock.lock();
        try {
            hasHints = true;
            hinted.signal();
        } finally {
            lock.unlock();
        }
    }

    /** A key has events to take, or has become invalid. */
    void enqueue(DirectoryWatchKey key) {
        lock.lock();
        try {
            signalled.add(key);
            takeable.signal();
        } finally {
            lock.unlock();
        }
    }

    /** A key was cancelled. */
    void remove(DirectoryWatchKey key) {
        lock.lock();
        try {
            keys.remove(key.id, key);
        } finally {
            lock.unlock();
        }
    }

    /** The thread: looks at all directories at intervals, at single names in between. */
    private void look() {
        long next = System.nanoTime() + interval;
        try {
            while (awaitWork(next)) {
                boolean everything = System.nanoTime() - next >= 0;
                long begin = System.nanoTime();
                for (DirectoryWatchKey key : registered()) {
                    key.look(everything);
                    if (closed) {
                        return;
                    }
                }
                if (everything) {
                    long end = System.nanoTime();
                    next = end + Math.max(interval, PAUSE * (end - begin));
                }
            }
        } catch (InterruptedException _) {
            // Closed.
        }
    }

    private List<DirectoryWatchKey> registered() {
        lock.lock();
        try {
            return List.copyOf(keys.values());
        } finally {
            lock.unlock();
        }
    }

    /** Waits until {@code next}, or until there is a hint and some milliseconds more. Returns false when the service is closed. */
    private boolean awaitWork(long next) throws InterruptedException {
        lock.lock();
        try {
            long remaining = next - System.nanoTime();
            while (!closed && !hasHints && remaining > 0) {
                remaining = hinted.awaitNanos(remaining);
            }
            if (hasHints) {
                long settle = SETTLE_NANOS;
                while (!closed && settle > 0) {
                    settle = hinted.awaitNanos(settle);
                }
            }
            hasHints = false;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    @Override public WatchKey take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            requireOpen();
            while (signalled.isEmpty()) {
                takeable.await();
                requireOpen();
            }
            return signalled.poll();
        } finally {
            lock.unlock();
        }
    }

    @Override public WatchKey poll(long timeout, TimeUnit unit) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            requireOpen();
            long remaining = unit.toNanos(timeout);
            while (signalled.isEmpty() && remaining > 0) {
                remaining = takeable.awaitNanos(remaining);
                requireOpen();
            }
            return signalled.poll();
        } finally {
            lock.unlock();
        }
    }

    @Override public WatchKey poll() {
        lock.lock();
        try {
            requireOpen();
            return signalled.poll();
        } finally {
            lock.unlock();
        }
    }

    @Override public void close() {
        List<DirectoryWatchKey> all;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            all = List.copyOf(keys.values());
            keys.clear();
            signalled.clear();
            takeable.signalAll();
            hinted.signalAll();
            if (thread != null) {
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
        all.forEach(DirectoryWatchKey::cancel);
        onClose.run();
    }
}
