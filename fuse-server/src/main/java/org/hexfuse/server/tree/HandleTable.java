package org.hexfuse.server.tree;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/**
 * The open files and directories of all kernels, by the numbers that these have. Numbers are never used again. Even ones are those of
 * nodes that are their own handles, which are found by the node id. An open file refers to its node. Any thread may use it.
 */
@SuppressWarnings("ReferenceEquality") // A node is equal only to itself.
final class HandleTable {
    private final ConcurrentHashMap<Long, OpenFile> files = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, OpenListing> listings = new ConcurrentHashMap<>();
    private final AtomicLong last = new AtomicLong();
    private final NodeTable nodes;

    /** An open file, and the flags that it was opened with. */
    record OpenFile(Node node, FileHandle handle, int flags) {}

    HandleTable(NodeTable nodes) {
        this.nodes = nodes;
    }

    /** Adds an open file. Returns its number. */
    long open(Node node, FileHandle handle, int flags) {
        long number = (last.incrementAndGet() << 1) | (handle == node ? 0 : 1);
        nodes.add(node);
        files.put(number, new OpenFile(node, handle, flags));
        return number;
    }

    /** The handle of an operation. */
    FileHandle get(long number, long node) {
        if ((number & 1) == 0) {
            return nodes.get(node);
        }
        OpenFile file = files.get(number);
        if (file == null) {
            throw FuseException.of(Errno.EBADF);
        }
        return file.handle;
    }

    Optional<FileHandle> find(long number) {
        OpenFile file = files.get(number);
        return file == null ? Optional.empty() : Optional.of(file.handle);
    }

    /** Removes an open file, whose reference to the node is the caller's to drop. */
    OpenFile release(long number) {
        OpenFile file = files.remove(number);
        if (file == null) {
            throw FuseException.of(Errno.EBADF);
        }
        return file;
    }

    /** Adds an open directory. Returns its number. */
    long open(OpenListing listing) {
        long number = (last.incrementAndGet() << 1) | 1;
        nodes.add(listing.directory());
        listings.put(number, listing);
        return number;
    }

    OpenListing listing(long number) {
        OpenListing listing = listings.get(number);
        if (listing == null) {
            throw FuseException.of(Errno.EBADF);
        }
        return listing;
    }

    /** Removes an open directory, whose reference to the node is the caller's to drop. */
    OpenListing releaseListing(long number) {
        OpenListing listing = listings.remove(number);
        if (listing == null) {
            throw FuseException.of(Errno.EBADF);
        }
        return listing;
    }

    // For a handover.

    /** The last number that was given, without its lowest bit. */
    long last() {
        return last.get();
    }

    /** Numbers up to {@code number} are those of a predecessor. */
    void continueAfter(long number) {
        last.accumulateAndGet(number, Math::max);
    }

    /** An open file, or null. */
    OpenFile file(long number) {
        return files.get(number);
    }

    /** An open directory, or null. */
    OpenListing directory(long number) {
        return listings.get(number);
    }

    /** Gives an open file of this process the number that the kernel knows it by. */
    void renumberFile(long number, long former) throws IOException {
        check(number);
        OpenFile file = files.remove(former);
        if ((number & 1) == 0 && file.handle != file.node) {
            throw new IOException(file.node + " was its own open file, and has another one now");
        }
        files.put(number, file);
    }

    /** Gives an open directory of this process the number that the kernel knows it by. */
    OpenListing renumberListing(long number, long former) throws IOException {
        check(number);
        OpenListing listing = listings.remove(former);
        listings.put(number, listing);
        return listing;
    }

    private void check(long number) throws IOException {
        if (number <= 0 || number >> 1 > last.get() || files.containsKey(number) || listings.containsKey(number)) {
            throw new IOException("an open file has the number " + number);
        }
    }
}
