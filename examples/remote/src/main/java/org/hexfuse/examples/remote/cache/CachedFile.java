package org.hexfuse.examples.remote.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.hexfuse.examples.remote.store.ChangedException;
import org.hexfuse.examples.remote.store.Item;

/**
 * The content of one file of a store. It is read in blocks; what is written goes to a draft, which all who have the file open share, and
 * is uploaded as a whole. Any thread may use it.
 */
public final class CachedFile {
    private static final int ATTEMPTS = 4;

    private final CachedStore store;
    private final Supplier<String> path;
    private final Runnable onChange;
    /** Held while the draft is made, written and uploaded, so that no half of a write is uploaded. */
    private final ReentrantLock lock = new ReentrantLock();
    private volatile String version = "";
    private volatile Draft draft;
    /** The version that the draft replaces. */
    private String base = "";
    /** The version that the last one to open the file got. */
    private String opened = "";
    private int opens;

    /**
     * The file of a path.
     *
     * @param path the path now; throws if the file has none
     * @param onChange called when the store was seen to have another version; must not wait
     */
    public CachedFile(CachedStore store, Supplier<String> path, Runnable onChange) {
        this.store = store;
        this.path = path;
        this.onChange = onChange;
    }

    /** The item was seen in the store. Returns whether it has another version than before. */
    public boolean seen(Item item) {
        String before = version;
        version = item.version();
        boolean changed = !before.isEmpty() && !before.equals(version) && draft == null;
        if (changed) {
            onChange.run();
        }
        return changed;
    }

    private Item item() throws IOException, InterruptedException {
        Item item = store.item(path.get());
        seen(item);
        return item;
    }

    /** An item of this file with the size and the time of what was written to it. */
    public Item current(Item item) {
        Draft now = draft;
        return now == null ? item
                : new Item(item.name(), item.directory(), now.size(), now.modified(), item.version());
    }

    /**
     * Opens the file.
     *
     * @param item what the store has; the path may not be known yet, of a file that is being created
     * @return whether its content is that of the last time it was opened
     */
    public boolean open(Item item, boolean truncate) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            if (truncate) {
                draft(item, true).truncate(0);
            }
            boolean same = draft == null && opened.equals(item.version());
            opened = draft == null ? item.version() : "";
            opens++;
            return same;
        } finally {
            lock.unlock();
        }
    }

    /** Reads a range of the draft, or of one version of the file; {@code ahead} further blocks are then in flight. */
    public List<ByteBuffer> read(long offset, int size, int ahead) throws IOException, InterruptedException {
        for (int attempt = 1;; attempt++) {
            Draft now = draft;
            if (now != null) {
                return List.of(ByteBuffer.wrap(now.read(offset, size)));
            }
            try {
                Item item = store.item(path.get());
                List<ByteBuffer> data = read(item, offset, size, ahead);
                seen(item);
                return data;
            } catch (ChangedException e) {
                store.items().invalidate(path.get());
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private List<ByteBuffer> read(Item item, long offset, int size, int ahead)
            throws IOException, InterruptedException {
        int block = store.limits().block();
        long end = Math.min(item.size(), offset + size);
        var parts = new ArrayList<ByteBuffer>();
        long at = offset;
        for (byte[] data : blocks(item, offset / block, (end + block - 1) / block, ahead)) {
            int from = Math.min(data.length, (int) (at % block));
            ByteBuffer part = ByteBuffer.wrap(data, from, Math.clamp(end - at, 0, data.length - from));
            at += part.remaining();
            parts.add(part);
            if (data.length < block) {
                break;
            }
        }
        return parts;
    }

    private List<byte[]> blocks(Item item, long first, long end, int ahead) throws IOException, InterruptedException {
        String at = path.get();
        var calls = new ArrayList<CompletableFuture<byte[]>>();
        long last = (item.size() + store.limits().block() - 1) / store.limits().block();
        for (long number = first; number < Math.min(last, end + ahead); number++) {
            calls.add(store.block(this, at, item, number));
        }
        var blocks = new ArrayList<byte[]>();
        for (int i = 0; i < end - first; i++) {
            blocks.add(Calls.await(calls.get(i)));
        }
        return blocks;
    }

    /** Writes {@code data} at an offset, or at the end if that is negative. */
    public void write(long offset, byte[] data) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            Draft target = draft == null ? draft(item(), false) : draft;
            target.write(offset < 0 ? target.size() : offset, data, data.length);
        } finally {
            lock.unlock();
        }
    }

    /** Cuts the file, or extends it by zeros; if nobody has it open, at once. */
    public void truncate(long size) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            draft(item(), size == 0).truncate(size);
            if (opens == 0) {
                uploadAndClose();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The draft; a new one begins with the content of the file. */
    private Draft draft(Item item, boolean empty) throws IOException, InterruptedException {
        if (draft != null) {
            return draft;
        }
        Draft fresh = store.newDraft();
        try {
            int block = store.limits().block();
            for (long number = 0; number * block < item.size() && !empty; number++) {
                byte[] data = blocks(item, number, number + 1, store.limits().ahead()).getFirst();
                fresh.write(number * block, data, data.length);
            }
            fresh.uploaded();
            base = item.version();
            draft = fresh;
            return fresh;
        } finally {
            if (draft == null) {
                fresh.close();
            }
        }
    }

    /** Uploads the draft, unless the store has it. */
    public void upload() throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            if (draft != null && draft.isDirty()) {
                store.put(path.get(), draft, base);
                draft.uploaded();
                base = item().version();
            }
        } finally {
            lock.unlock();
        }
    }

    private void uploadAndClose() throws IOException, InterruptedException {
        try {
            upload();
        } finally {
            draft.close();
            draft = null;
        }
    }

    /**
     * Closes the file. The last close uploads the writes since the last {@link #upload}. If the upload fails, or the file was removed, those
     * writes are discarded.
     */
    public void close(boolean exists) throws IOException, InterruptedException {
        lock.lock();
        try {
            opens--;
            if (opens == 0 && draft != null) {
                if (!exists) {
                    draft.uploaded();
                }
                uploadAndClose();
            }
        } finally {
            lock.unlock();
        }
    }
}
