package org.hexfuse.examples.remote.cache;

import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.Errno;
import org.hexfuse.examples.remote.store.Item;
import org.hexfuse.examples.remote.store.Pages;
import org.hexfuse.examples.remote.store.Store;

/**
 * A store with limits and caches: items by their paths, and blocks by file, version and number. Changes of names are what POSIX asks
 * for: a directory is removed only if it is empty.
 */
public final class CachedStore {
    private static final int ITEMS = 100_000;
    private static final int BLOCK_OVERHEAD = 100;

    private final Store store;
    private final Limits limits;
    private final Calls calls;
    private final SharedCache<String, Item> items;
    private final SharedCache<Block, byte[]> blocks;
    /** The space that is left for drafts. */
    private final AtomicLong space;

    /** A part of one version of a file. */
    private record Block(CachedFile file, String version, long number) {}

    /** Caches what is in {@code store}. */
    public CachedStore(Store store, Limits limits) {
        this.store = store;
        this.limits = limits;
        this.calls = new Calls(limits.calls(), limits.attempts(), limits.timeout());
        this.items = new SharedCache<>(
                Caffeine.newBuilder().maximumSize(ITEMS).expireAfterWrite(limits.ttl()).build(), calls);
        this.blocks = new SharedCache<>(Caffeine.newBuilder().maximumWeight(limits.cache())
                .<Block, byte[]>weigher((_, data) -> data.length + BLOCK_OVERHEAD).build(), calls);
        this.space = new AtomicLong(limits.drafts());
    }

    /** The limits. */
    public Limits limits() {
        return limits;
    }

    Store store() {
        return store;
    }

    Calls calls() {
        return calls;
    }

    SharedCache<String, Item> items() {
        return items;
    }

    Draft newDraft() throws IOException {
        return new Draft(space);
    }

    /** The path of a child. */
    public static String path(String directory, String name) {
        return directory.equals("/") ? directory + name : directory + '/' + name;
    }

    /** What is at a path, as of {@link Limits#ttl} ago at most. */
    public Item item(String path) throws IOException, InterruptedException {
        return Calls.await(items.get(path, () -> store.stat(path)));
    }

    private Item itemNow(String path) throws IOException, InterruptedException {
        items.invalidate(path);
        return item(path);
    }

    /** The items of a directory, which are cached as they are read. */
    public ItemIterator list(String path) {
        return new ItemIterator(this, path);
    }

    /** A block of a file. Does not wait. */
    CompletableFuture<byte[]> block(CachedFile file, String path, Item item, long number) {
        long start = number * limits.block();
        int length = (int) Math.min(limits.block(), item.size() - start);
        return blocks.get(new Block(file, item.version(), number),
                () -> store.read(path, item.version(), start, length));
    }

    /** Creates an empty file, see {@link Store#create}. */
    public void create(String path) throws IOException, InterruptedException {
        change(() -> store.create(path));
    }

    /** Creates a directory, see {@link Store#makeDirectory}. */
    public void makeDirectory(String path) throws IOException, InterruptedException {
        change(() -> store.makeDirectory(path));
    }

    /** Removes a file, or an empty directory. The store is asked first what it is now: it would remove all that is in a directory. */
    public void remove(String path, boolean directory) throws IOException, InterruptedException {
        checkType(path, itemNow(path).directory(), directory);
        if (directory) {
            checkEmpty(path);
        }
        change(() -> store.delete(path, directory));
    }

    /** Moves a file or directory; with {@code replace} in place of a file, or of an empty directory. */
    public void rename(String from, String to, boolean replace) throws IOException, InterruptedException {
        boolean directory = itemNow(from).directory();
        if (replace) {
            checkReplaces(directory, to);
        }
        change(() -> store.move(from, to, directory, replace));
    }

    private void checkReplaces(boolean directory, String path) throws IOException, InterruptedException {
        try {
            boolean replaced = itemNow(path).directory();
            checkType(path, replaced, directory);
            if (replaced) {
                checkEmpty(path);
            }
        } catch (NoSuchFileException _) {
            // There is nothing to replace.
        }
    }

    private static void checkType(String path, boolean is, boolean expected) throws FileSystemException {
        if (is != expected) {
            throw is ? new FileSystemException(path, null, Errno.EISDIR.message()) : new NotDirectoryException(path);
        }
    }

    private void checkEmpty(String path) throws IOException, InterruptedException {
        boolean empty = Calls.await(calls.start(() -> {
            try (Pages pages = store.list(path)) {
                return pages.next().isEmpty();
            }
        }));
        if (!empty) {
            throw new DirectoryNotEmptyException(path);
        }
    }

    /** Changes names, once: where the reply is lost, a second attempt would meet the work of the first. */
    private void change(Calls.Change change) throws IOException, InterruptedException {
        try {
            calls.change(change, false, Duration.ZERO);
        } finally {
            items.invalidateAll();
        }
    }

    /** Uploads a draft in place of a version. Of much content each 64 KiB may take a second. */
    void put(String path, Draft draft, String version) throws IOException, InterruptedException {
        try {
            calls.change(() -> store.put(path, draft, version), true, Duration.ofSeconds(draft.size() >> 16));
        } finally {
            items.invalidate(path);
        }
    }
}
