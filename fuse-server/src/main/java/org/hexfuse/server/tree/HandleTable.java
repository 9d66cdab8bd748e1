package org.hexfuse.server.tree;

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

    /** An open file. */
    record OpenFile(Node node, FileHandle handle) {}

    HandleTable(NodeTable nodes) {
        this.nodes = nodes;
    }

    /** Adds an open file. Returns its number. */
    long open(Node node, FileHandle handle) {
        long number = (last.incrementAndGet() << 1) | (handle == node ? 0 : 1);
        nodes.add(node);
        files.put(number, new OpenFile(node, handle));
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
}
