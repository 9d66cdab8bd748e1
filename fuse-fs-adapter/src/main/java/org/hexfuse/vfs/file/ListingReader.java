package org.hexfuse.vfs.file;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.posix.Timespec;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.cache.AttributeCache;
import org.hexfuse.vfs.cache.ContentCache;
import org.hexfuse.vfs.cache.DirectoryListing;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.cache.StatField;

/**
 * The cached listing of a directory that is open with FOPEN_CACHE_DIR: entries are read from it, or it is made of those that the server
 * sends, if they are read from the start to the end. For one thread at a time.
 *
 * <p>Source: Linux {@code fs/fuse/readdir.c} ({@code fuse_readdir_cached}).
 */
final class ListingReader {
    /** How many entries are read at once. */
    private static final int BATCH = 256;
    /** What a cached entry takes of the heap beside the bytes of its name. */
    private static final int HEAP_OF_ENTRY = 104;

    private final Handle handle;
    private final Inode inode;
    private final AttributeCache attributes;
    private final ContentCache<DirectoryListing> listings;
    /** What is read from, which stays as it is; null for nothing. */
    private DirectoryListing reading;
    private int next;
    /** What is made; null for nothing. */
    private Recording recording;

    /** Entries as they are received from the start on. */
    private static final class Recording {
        final Timespec mtime;
        final long version;
        final List<DirectoryEntry> entries = new ArrayList<>();
        long cookie;
        long bytes;

        Recording(Timespec mtime, long version) {
            this.mtime = mtime;
            this.version = version;
        }
    }

    ListingReader(Handle handle) {
        this.handle = handle;
        this.inode = handle.inode;
        this.attributes = handle.superblock.attributes;
        this.listings = handle.superblock.inodes.listings();
    }

    private boolean isOff() { return !OpenOutFlag.CACHE_DIR.in(handle.openFlags) || listings.capacity() == 0; }

    /**
     * Whether the mtime of the directory has to be valid for what follows at a cookie: at the start, with
     * {@link InitFlag#AUTO_INVAL_DATA}.
     */
    boolean needsMtime(long cookie) {
        return cookie == 0 && !isOff() && handle.superblock.port.negotiated().has(InitFlag.AUTO_INVAL_DATA)
                && attributes.valid(inode, StatField.MTIME).isEmpty();
    }

    /** Adds the entries after a cookie, none at the end. Returns whether they are cached. */
    boolean read(long cookie, Collection<DirectoryEntry> target) {
        if (isOff() || !isAt(cookie)) {
            return false;
        }
        int end = Math.min(reading.entries().size(), next + BATCH);
        target.addAll(reading.entries().subList(next, end));
        next = end;
        return true;
    }

    private boolean isAt(long cookie) {
        if (cookie == 0) {
            reading = valid().orElse(null);
            next = 0;
            return reading != null;
        }
        if (reading == null && recording == null) {
            reading = listings.get(inode).orElse(null);
            next = 0;
        }
        if (reading != null && (next == 0 || reading.entries().get(next - 1).cookie() != cookie)) {
            next = reading.after(cookie);
            reading = next < 0 ? null : reading;
        }
        return reading != null;
    }

    private Optional<DirectoryListing> valid() {
        Optional<DirectoryListing> cached = listings.get(inode);
        if (cached.isPresent() && (attributes.hasChangedSince(inode, cached.get().version())
                || !cached.get().mtime().equals(inode.lastAttributes().mtime()))) {
            listings.drop(inode);
            return Optional.empty();
        }
        return cached;
    }

    /** The entries after a cookie are requested from the server. */
    void begin(long cookie) {
        if (cookie == 0 && !isOff()) {
            recording = new Recording(inode.lastAttributes().mtime(), attributes.version());
        } else if (recording != null && recording.cookie != cookie) {
            recording = null;
        }
    }

    /** They were received; none at the end, which completes the listing. */
    void received(Collection<DirectoryEntry> entries) {
        if (recording == null) {
            return;
        }
        if (entries.isEmpty()) {
            listings.put(inode, new DirectoryListing(recording.mtime, recording.version, recording.entries),
                    (int) recording.bytes, recording.version);
            recording = null;
            return;
        }
        for (DirectoryEntry entry : entries) {
            recording.bytes += HEAP_OF_ENTRY + entry.name().length();
            // Without cookies that differ nobody could go on in the middle.
            if (recording.bytes > listings.capacity() || entry.cookie() == recording.cookie) {
                recording = null;
                return;
            }
            recording.entries.add(entry);
            recording.cookie = entry.cookie();
        }
    }

    /** Another entry than the next one is read next. */
    void seek() {
        reading = null;
        recording = null;
    }
}
