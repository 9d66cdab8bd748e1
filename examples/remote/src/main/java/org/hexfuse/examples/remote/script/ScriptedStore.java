package org.hexfuse.examples.remote.script;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.hexfuse.examples.remote.store.ChangedException;
import org.hexfuse.examples.remote.store.Content;
import org.hexfuse.examples.remote.store.Item;
import org.hexfuse.examples.remote.store.Pages;
import org.hexfuse.examples.remote.store.Store;

/**
 * Files in memory behind a script: rules say which calls are late, fail or hang, and whoever has the store changes it behind its
 * clients' back. Calls are counted. Without chance: the same calls have the same results.
 */
public final class ScriptedStore implements Store {
    private static final int PAGE = 500;
    /** Stands for every call, or every path. */
    public static final String ANY = "*";

    private final NavigableMap<String, Supplier<Entry>> entries = new TreeMap<>();
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private long lastVersion;
    private final String name = "script " + ProcessHandle.current().pid() + "." + System.identityHashCode(this);

    /** The bytes of a file, which may be more than memory has. */
    public interface Data {
        /** The size in bytes. */
        long size();

        /** Reads a range within the size. */
        byte[] read(long offset, int length);

        /** These bytes. */
        static Data of(byte[] bytes) {
            return new Data() {
                @Override public long size() {
                    return bytes.length;
                }

                @Override public byte[] read(long offset, int length) {
                    return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
                }
            };
        }
    }

    /** A file, or a directory, which has no data. */
    private record Entry(Data data, Instant modified, String version) {
        Item item(String path) {
            return new Item(path.substring(path.lastIndexOf('/') + 1), data == null, data == null ? 0 : data.size(),
                    modified, version);
        }
    }

    /** What happens to calls of a name on a path, {@link #ANY} of them. */
    private record Rule(String call, String path, Duration delay, AtomicInteger failures, CountDownLatch hang) {
        boolean isFor(String name, String at) {
            return (call.equals(ANY) || call.equals(name)) && (path.equals(ANY) || path.equals(at));
        }
    }

    /** An empty root, and no rules. */
    public ScriptedStore() {
        directory("/");
    }

    /** Adds a directory. */
    public synchronized void directory(String path) {
        add(path, null);
    }

    /** Adds a file, or changes it behind its clients' back. */
    public synchronized void file(String path, byte[] content) {
        add(path, Data.of(content));
    }

    /** The same, of data that is not in memory. */
    public synchronized void file(String path, Data data) {
        add(path, data);
    }

    /** Adds a file whose content is another one each {@code period}. */
    public synchronized void changing(String path, Duration period, Supplier<byte[]> content) {
        entries.put(path, () -> {
            long tick = System.currentTimeMillis() / period.toMillis();
            return new Entry(Data.of(content.get()), Instant.ofEpochMilli(tick * period.toMillis()),
                    "\"t" + tick + '"');
        });
    }

    /** Removes a file behind its clients' back. */
    public synchronized void remove(String path) {
        entries.remove(path);
    }

    /** The content of a file. */
    public synchronized byte[] content(String path) throws IOException {
        Data data = entry(path).data;
        return data.read(0, (int) data.size());
    }

    private void add(String path, Data data) {
        var entry = new Entry(data, Instant.now(), "\"v" + ++lastVersion + '"');
        entries.put(path, () -> entry);
    }

    private Entry entry(String path) throws NoSuchFileException {
        Supplier<Entry> entry = entries.get(path);
        if (entry == null) {
            throw new NoSuchFileException(path);
        }
        return entry.get();
    }

    // The script.

    /** Calls take a time more. */
    public void delay(String call, String path, Duration time) {
        rules.add(new Rule(call, path, time, new AtomicInteger(), null));
    }

    /** The next {@code times} calls fail. */
    public void fail(String call, String path, int times) {
        rules.add(new Rule(call, path, Duration.ZERO, new AtomicInteger(times), null));
    }

    /** Calls hang until they are interrupted, or the result is counted down. */
    public CountDownLatch hang(String call, String path) {
        var latch = new CountDownLatch(1);
        rules.add(new Rule(call, path, Duration.ZERO, new AtomicInteger(), latch));
        return latch;
    }

    /** The calls so far, attempts included, of a name on a path or on {@link #ANY}. */
    public long calls(String call, String path) {
        LongAdder count = counts.get(call + ' ' + path);
        return count == null ? 0 : count.sum();
    }

    private void begin(String call, String path) throws IOException, InterruptedException {
        counts.computeIfAbsent(call + ' ' + path, _ -> new LongAdder()).increment();
        counts.computeIfAbsent(call + ' ' + ANY, _ -> new LongAdder()).increment();
        for (Rule rule : rules) {
            if (rule.isFor(call, path)) {
                Thread.sleep(rule.delay);
                if (rule.hang != null) {
                    rule.hang.await();
                }
                if (rule.failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    throw new IOException("a failure of the script: " + call + ' ' + path);
                }
            }
        }
    }

    // The store.

    /** Its files are those of this object. */
    @Override public String name() {
        return name;
    }

    @Override public Item stat(String path) throws IOException, InterruptedException {
        begin("stat", path);
        synchronized (this) {
            return entry(path).item(path);
        }
    }

    @Override public Pages list(String path) throws IOException, InterruptedException {
        Iterator<Item> items = children(path).iterator();
        return new Pages() {
            @Override public List<Item> next() throws IOException, InterruptedException {
                begin("list", path);
                var page = new ArrayList<Item>();
                while (page.size() < PAGE && items.hasNext()) {
                    page.add(items.next());
                }
                return page;
            }

            @Override public void close() {}
        };
    }

    private synchronized List<Item> children(String path) throws NoSuchFileException {
        entry(path);
        String prefix = path.equals("/") ? path : path + '/';
        return entries.tailMap(prefix, false).entrySet().stream().takeWhile(e -> e.getKey().startsWith(prefix))
                .filter(e -> e.getKey().indexOf('/', prefix.length()) < 0)
                .map(e -> e.getValue().get().item(e.getKey())).toList();
    }

    @Override public byte[] read(String path, String version, long offset, int length)
            throws IOException, InterruptedException {
        begin("read", path);
        Entry entry;
        synchronized (this) {
            entry = entry(path);
        }
        if (!entry.version.equals(version)) {
            throw new ChangedException(path);
        }
        return entry.data.read(offset, Math.clamp(entry.data.size() - offset, 0, length));
    }

    @Override public void create(String path) throws IOException, InterruptedException {
        begin("create", path);
        addNew(path, Data.of(new byte[0]));
    }

    @Override public void makeDirectory(String path) throws IOException, InterruptedException {
        begin("makeDirectory", path);
        addNew(path, null);
    }

    private synchronized void addNew(String path, Data data) throws IOException {
        entry(path.substring(0, Math.max(1, path.lastIndexOf('/'))));
        if (entries.containsKey(path)) {
            throw new FileAlreadyExistsException(path);
        }
        add(path, data);
    }

    @Override public void put(String path, Content content, String version) throws IOException, InterruptedException {
        begin("put", path);
        byte[] bytes = content.open().readNBytes((int) Math.min(content.size(), Integer.MAX_VALUE - 8));
        synchronized (this) {
            if (!entry(path).version.equals(version)) {
                throw new ChangedException(path);
            }
            add(path, Data.of(bytes));
        }
    }

    @Override public void delete(String path, boolean directory) throws IOException, InterruptedException {
        begin("delete", path);
        synchronized (this) {
            entry(path);
            entries.keySet().removeIf(each -> each.equals(path) || each.startsWith(path + '/'));
        }
    }

    @Override public void move(String from, String to, boolean directory, boolean replace)
            throws IOException, InterruptedException {
        begin("move", from);
        synchronized (this) {
            entry(from);
            if (from.equals(to) || to.startsWith(from + '/')) {
                throw new AccessDeniedException(to);
            }
            if (entries.containsKey(to) && !replace) {
                throw new FileAlreadyExistsException(to);
            }
            entries.keySet().removeIf(each -> each.equals(to) || each.startsWith(to + '/'));
            for (String each : List.copyOf(entries.tailMap(from, true).keySet())) {
                if (each.equals(from) || each.startsWith(from + '/')) {
                    entries.put(to + each.substring(from.length()), entries.remove(each));
                }
            }
        }
    }
}
